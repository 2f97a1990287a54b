"""What the benchmark times: the package's own workloads, or the user's images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from radiobone.core.errors import BadSetting, FileMissing
from radiobone.core.files import write_text
from radiobone.core.settings import validate
from radiobone.testing.search_work import SearchWork
from radiobone.testing.workloads import WORKLOADS
from radiobone.workflow.bench.sides import Work

STEPS = "setting:\n  binWidth: 25\n  resampledPixelSpacing: [1, 1, 1]\n  interpolator: sitkBSpline\n"
PLAIN = f"imageType:\n  Original: {{}}\n  Wavelet: {{}}\n{STEPS}"
WITH_LOG = (
    f"imageType:\n  Original: {{}}\n  Wavelet: {{}}\n  LoG:\n    sigma: [1.0, 2.0, 3.0, 4.0, 5.0]\n{STEPS}"
)
PARAMETERS: Mapping[str, str] = MappingProxyType({"plain": PLAIN, "with_log": WITH_LOG})
SMALLEST = "vertebra_3mm"
QUICK = (SMALLEST, "vertebra")
SEARCH_ROUNDS = 3


@dataclass(frozen=True)
class OwnImage:
    """An image of the user's, and the regions in it."""

    image: Path
    mask: Path
    labels: tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """What is measured.

    Attributes
    ----------
    full : bool
        All workloads, with LoG too, and three rounds; otherwise two workloads, one round.
    rounds : int or None
        Fresh processes of each side; None leaves it to ``full``.
    only : tuple of str
        Tables to be made; none named means all.
    pyradiomics : str or None
        Interpreter that has it; None looks where radiobone runs.
    own : OwnImage or None
        Instead of the workloads made here.
    settings : path or None
        A pyradiomics parameter file; None takes those of ``PARAMETERS``.
    searches : tuple of SearchWork
        Of which nested cross-validation is timed.
    """

    full: bool = False
    rounds: int | None = None
    only: tuple[str, ...] = ()
    pyradiomics: str | None = None
    own: OwnImage | None = None
    settings: Path | None = None
    searches: tuple[SearchWork, ...] = (SearchWork(),)

    @property
    def n_rounds(self) -> int:
        """Fresh processes of each side."""
        return self.rounds or (3 if self.full else 1)

    @property
    def n_search_rounds(self) -> int:
        """The same for nested cross-validation, which takes seconds."""
        return self.rounds or SEARCH_ROUNDS


def searches_of(pairs: str | None, size: Mapping[str, int | None]) -> tuple[SearchWork, ...]:
    """Return the searches of pairs such as ``"mannwhitney:lr,mrmr:svm"``; what is None is left to the default.

    Raises
    ------
    BadSetting
        If there is no such pair, or the table would be too small.
    """
    given = {name: value for name, value in size.items() if value is not None}
    named = [{}] if pairs is None else [{"pair": pair.strip()} for pair in pairs.split(",")]
    return tuple(validate(SearchWork, {**given, **pair}, source="Nested CV to be timed") for pair in named)


def own_image(image: Path | None, mask: Path | None, labels: Sequence[int]) -> OwnImage | None:
    """Check the user's image and mask; None if neither is given.

    Raises
    ------
    BadSetting
        If one is given without the other.
    FileMissing
    """
    if image is None and mask is None:
        return None
    if image is None or mask is None:
        raise BadSetting(
            "An image and its mask are timed together. Give both --image and --mask, or neither."
        )
    for path in (image, mask):
        if not path.exists():
            raise FileMissing(f"There is no file {path}. Check the path.")
    return OwnImage(image, mask, tuple(labels))


def lay_out(plan: Plan, folder: Path, *, tables: Sequence[str]) -> tuple[dict[str, Work], dict[str, Work]]:
    """Write images and parameter files into a folder; return the work by name, without and with LoG."""
    settings = {name: folder / f"{name}.yaml" for name in PARAMETERS}
    for name, path in settings.items():
        write_text(path, PARAMETERS[name])
    plain = plan.settings or settings["plain"]
    if plan.own is not None:
        return {plan.own.image.name: Work(plan.own.image, plan.own.mask, plan.own.labels, plain)}, {}
    work = {}
    for name in WORKLOADS if plan.full else QUICK if "extraction" in tables else [SMALLEST]:
        made = WORKLOADS[name]()
        image, mask = made.write(folder, name)
        work[name] = Work(image, mask, made.values, plain)
    if not plan.full or plan.settings is not None:
        return work, {}
    return work, {
        name: Work(one.image, one.mask, one.labels, settings["with_log"]) for name, one in work.items()
    }
