"""One measurement in a process of its own, with one thread for everything."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from radiobone.core.errors import BenchFailed

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS", "VECLIB_MAXIMUM_THREADS", "ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS"), "1")  # fmt: skip

PRELUDE = """
import json, sys, time
_launched = float(sys.argv[1])
arguments = json.loads(sys.argv[2])

def _peak_mb():
    try:
        with open("/proc/self/status") as status:  # of this program alone; getrusage counts its launcher's too
            return next(int(line.split()[1]) / 2**10 for line in status if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        pass
    if sys.platform != "darwin":
        return None
    import resource
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20

def finish(first_ended, seconds, values):
    print(json.dumps({"first_s": first_ended - _launched, "seconds": seconds, "peak_mb": _peak_mb(), "values": values}))
"""
"""Begins every script: ``arguments`` is what it was given, and it ends with ``finish``."""


@dataclass(frozen=True)
class Run:
    """What a process measured of itself.

    Attributes
    ----------
    first_s : float
        From its launch to the end of its first piece of work.
    seconds : float
        The same piece of work once more, warm.
    peak_mb : float or None
        Most memory that it ever held; None where the system does not tell (Windows).
    values : dict of float
        Results by name.
    """

    first_s: float
    seconds: float
    peak_mb: float | None
    values: dict[str, float] = field(repr=False)

    @property
    def start_s(self) -> float:
        """What starting adds to the work: the interpreter, imports, kernels."""
        return self.first_s - self.seconds


def run_fresh(
    python: str, script: str, arguments: Sequence[object], *, environment: Mapping[str, str] | None = None
) -> Run:
    """Run a script in a fresh process and return what it measured.

    Parameters
    ----------
    python : str
        Interpreter.
    script : str
        Does its work twice and calls ``finish(end_of_the_first, seconds_of_the_second, values)``.
    arguments : sequence
        Plain data, as ``arguments`` in the script.
    environment : mapping, optional
        Variables set besides those that hold libraries to one thread.

    Raises
    ------
    BenchFailed
        If the process ends otherwise.
    """
    command = [python, "-c", PRELUDE + script, str(time.time()), json.dumps(list(arguments))]
    everything = {**os.environ, **ONE_THREAD, **(environment or {})}
    everything.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its bytecode
    try:
        ended = subprocess.run(command, env=everything, capture_output=True, text=True, check=False)
    except OSError as error:
        raise BenchFailed(
            f"{python} cannot be run ({error}). Give the path of a Python interpreter."
        ) from error
    lines = ended.stdout.strip().splitlines()
    if ended.returncode != 0 or not lines:
        said = (ended.stderr.strip().splitlines() or ["without a word"])[-1]
        raise BenchFailed(
            f"The process that was to be timed ended with code {ended.returncode}: {said}. Nothing can be said of its "
            "speed. Try the same work by itself."
        )
    return Run(**json.loads(lines[-1]))
