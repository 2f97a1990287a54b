"""The programs that extraction is timed with."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from radiobone.core.errors import BenchFailed
from radiobone.workflow.bench.fresh_process import Run, run_fresh

OURS = """
import SimpleITK
SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
import radiobone
image, mask, labels, settings = arguments
for turn in range(2):
    start = time.perf_counter()
    one = len(labels) == 1
    found = radiobone.extract_features(image, mask, settings, label=labels[0] if one else labels)
    seconds = time.perf_counter() - start
    if turn == 0:
        first_ended = time.time()
rows = {labels[0]: found} if one else found.to_dict("index")
finish(first_ended, seconds, {f"{label}:{name}": value for label, row in rows.items() for name, value in row.items()})
"""
PYRADIOMICS = """
import logging, SimpleITK
SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
from radiomics import featureextractor
logging.getLogger("radiomics").setLevel(logging.ERROR)
image, mask, labels, settings, provenance = arguments
extractor = featureextractor.RadiomicsFeatureExtractor(settings)
extractor.settings["additionalInfo"] = provenance
for turn in range(2):
    start = time.perf_counter()
    rows = {label: extractor.execute(image, mask, label=label) for label in labels}
    seconds = time.perf_counter() - start
    if turn == 0:
        first_ended = time.time()
finish(first_ended, seconds, {f"{label}:{name}": float(value) for label, row in rows.items()
                              for name, value in row.items() if not name.startswith("diagnostics_")})
"""
VERSIONS = """
import json, radiomics, numpy, SimpleITK, platform
print(json.dumps({"pyradiomics": radiomics.__version__.lstrip("v"), "numpy": numpy.__version__,
                  "SimpleITK": SimpleITK.__version__, "python": platform.python_version()}))
"""


@dataclass(frozen=True)
class Work:
    """One image, its regions and a parameter file, as both programs read them."""

    image: Path
    mask: Path
    labels: tuple[int, ...]
    settings: Path


@dataclass(frozen=True)
class Side:
    """A program that extracts features.

    Attributes
    ----------
    name : str
        As shown.
    python : str
        Interpreter that it runs in.
    script : str
        What times it.
    more : tuple
        Arguments of the script besides the work.
    """

    name: str
    python: str
    script: str = field(repr=False)
    more: tuple[object, ...] = ()

    def run(self, work: Work, *, environment: Mapping[str, str] | None = None) -> Run:
        """Measure once, in a fresh process."""
        arguments = [str(work.image), str(work.mask), list(work.labels), str(work.settings), *self.more]
        return run_fresh(self.python, self.script, arguments, environment=environment)


RADIOBONE = Side("radiobone", sys.executable, OURS)


def pyradiomics_sides(python: str) -> tuple[Side, Side]:
    """Return pyradiomics as it is, and with its provenance (``additionalInfo``) switched off."""
    return (
        Side("pyradiomics", python, PYRADIOMICS, (True,)),
        Side("pyradiomics without provenance", python, PYRADIOMICS, (False,)),
    )


def find_pyradiomics(python: str | None) -> tuple[str, dict[str, str]] | None:
    """Find an interpreter with pyradiomics, and the versions there.

    Parameters
    ----------
    python : str or None
        Given by the user; None looks where radiobone itself runs.

    Returns
    -------
    tuple of str and dict, or None
        None if nothing was given and pyradiomics is not installed here.

    Raises
    ------
    BenchFailed
        If the interpreter that was given has none.
    """
    if python is None and find_spec("radiomics") is None:
        return None
    chosen = python or sys.executable
    try:
        command: Sequence[str] = [chosen, "-c", VERSIONS]
        answer = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise BenchFailed(
            f"pyradiomics cannot be imported by {chosen}, so there is nothing to compare with. Give an interpreter "
            "that has it with --pyradiomics, or leave the option out to time radiobone alone."
        ) from error
    return chosen, json.loads(answer.splitlines()[-1])
