"""One image and its regions: read, check, measure, picture. Runs inside a worker."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from radiobone.core.errors import BadSetting, EmptyMask, LabelNotFound, RadioboneError, UnexpectedError
from radiobone.core.progress import Progress
from radiobone.core.volume import Volume
from radiobone.core.warnings import (
    RadioboneWarning,
    RepeatFailed,
    collected,
    warn,
)
from radiobone.features.definitions import AnySettings, by_pyradiomics, measure
from radiobone.imaging.mask_grid import onto_image
from radiobone.imaging.pictures import picture_facts, three_planes
from radiobone.io.case import Case, check_case_files
from radiobone.io.images import read_image
from radiobone.io.masks import Mask, open_mask
from radiobone.io.totalsegmentator_classes import VERTEBRA
from radiobone.workflow.modality import admitted
from radiobone.workflow.region_shape import warn_of_shape
from radiobone.workflow.repeats import Repeat, RepeatTask, failures, measure_repeats

if TYPE_CHECKING:
    from radiobone.workflow.cache import CaseKey

Status = Literal["done", "failed", "empty", "ready"]
PATTERN_CHARACTERS = "*?["
WARNING_SEPARATOR = " | "


@dataclass(frozen=True)
class Task:
    """What is done with every case.

    Attributes
    ----------
    settings : ExtractionSettings or IbsiSettings
        How features are extracted.
    modality : str or None
        What the images are said to be; a DICOM header that says otherwise is an error.
    measure : bool
        False reads, checks and pictures without measuring.
    repeats : RepeatTask or None
        Measure perturbed repeats of the regions, in place of the regions themselves.
    """

    settings: AnySettings
    modality: str | None = None
    measure: bool = True
    repeats: RepeatTask | None = None


@dataclass(frozen=True)
class Kept:
    """Where on disk the numbers and the picture of a region lie.

    Attributes
    ----------
    entry : str
        Name of the entry.
    place : int
        Which of the entry's regions it is.
    names : tuple of str
        Of the features.
    pictured : bool
        Whether there is a picture.
    """

    entry: str
    place: int
    names: tuple[str, ...] = ()
    pictured: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of one region.

    Attributes
    ----------
    case : Case
        With the region's own name where the manifest gave a pattern.
    status : {"done", "failed", "empty", "ready"}
        ``empty`` is a structure that a pattern matched and that holds no voxel; ``ready`` one that a
        dry run has read and found in order.
    code, message : str
        Of the error; empty if there was none.
    warnings : tuple of str
        Each as ``Code: message``.
    features : dict of float
        By pyradiomics' names, or IBSI's; empty if they are ``kept``.
    facts : dict
        What the contact sheet says of the region; empty likewise.
    picture : ndarray of uint8, shape (height, width, 3), bytes of a PNG, or None
    label : int or None
        Value of the structure in its mask, where it is known.
    pixel_type : {"integer", "decimal", ""}
        How the image's intensities are stored; empty if the image was not read.
    is_2d : bool
        Whether the image is a single 2D image.
    repeats : tuple of Repeat
        Perturbed repeats, where they were asked for; then there are no ``features``.
    fresh : tuple of (str, CaseKey), or None
        The key that was found first, and the one of the files as they were measured, where they have changed in between.
    kept : Kept or None
        Where features, facts, picture and repeats lie, if they are not held in memory.
    """

    case: Case
    status: Status
    code: str = ""
    message: str = ""
    warnings: tuple[str, ...] = ()
    features: dict[str, float] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    picture: Any = None
    label: int | None = None
    pixel_type: Literal["integer", "decimal", ""] = ""
    is_2d: bool = False
    repeats: tuple[Repeat, ...] = ()
    fresh: tuple[str, CaseKey] | None = None
    kept: Kept | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features."""
        return tuple(self.features) if self.kept is None else self.kept.names

    @property
    def is_pictured(self) -> bool:
        """Whether there is a picture."""
        return self.picture is not None if self.kept is None else self.kept.pictured


def run_image(
    cases: Sequence[Case],
    task: Task,
    tell: Progress = Progress(),  # noqa: B008 - it holds no state
) -> Iterator[list[Outcome]]:
    """Measure every region asked of one image, which is decoded once.

    Parameters
    ----------
    cases : sequence of Case
        All of one image.
    task : Task
        What is done with them.
    tell : Progress
        Told of every finished region.

    Yields
    ------
    list of Outcome
        For each case, as it is finished, at least one, more where it names its regions by a pattern.
        Errors are recorded, never raised, so that the rest of the cohort goes on.
    """
    image = _ImageOnce(task.modality)
    for case in cases:
        found: list[Outcome]
        with collected() as warnings:
            try:
                check_case_files(case)
                volume = image.read(case)
                found = _measure(case, open_mask(case.mask, volume, task.settings.mask), volume, task, tell)
            except RadioboneError as error:
                found = [_failed(case, error)]
                tell(case.case_id)
            except Exception as error:  # noqa: BLE001 - a defect in one case must not cost the cohort
                found = [_failed(case, UnexpectedError.of(error))]
                tell(case.case_id)
        shared = _as_text(case, warnings)
        yield [replace(one, warnings=shared + one.warnings) for one in found]


def is_pattern(roi: str) -> bool:
    """Tell whether a region's name stands for several, such as ``vertebrae_*``."""
    return any(character in roi for character in PATTERN_CHARACTERS)


class _ImageOnce:
    """An image that is decoded once; what reading it warns of is said to each case, whichever comes first."""

    def __init__(self, modality: str | None) -> None:
        self._modality = modality
        self._volume: Volume | None = None
        self._warnings: Sequence[RadioboneWarning] = ()

    def read(self, case: Case) -> Volume:
        try:
            if self._volume is None:
                with collected() as self._warnings:
                    self._volume = _read(case, self._modality)
            return self._volume
        finally:
            for warning in self._warnings:
                warn(warning, stacklevel=2)


def _read(case: Case, modality: str | None) -> Volume:
    return admitted(read_image(case.image), case.image.name, modality)


def _measure(case: Case, mask: Mask, image: Volume, task: Task, tell: Progress) -> list[Outcome]:
    if not is_pattern(case.roi):
        outcome = _measure_one(case, mask, image, task)
        tell(case.case_id)
        return [outcome]
    if case.label is not None:
        raise BadSetting(
            f"'{case.roi}' stands for several structures, and mask_label {case.label} for one. "
            "Leave one of the two empty."
        )
    there = mask.structures()
    names = [name for name in there if fnmatchcase(name, case.roi)]
    names = names or [name for name in there if fnmatchcase(name, f"{VERTEBRA}{case.roi}")]  # L*
    if not names:
        raise _nothing_matches(case, there)
    tell.grow(len(names) - 1)
    outcomes = []
    for name in names:
        outcomes.append(_measure_matched(replace(case, roi=name), mask, image, task))
        tell(outcomes[-1].case.case_id)
    return outcomes


def _nothing_matches(case: Case, structures: Sequence[str]) -> LabelNotFound:
    start = f"No structure of {case.mask.name} matches '{case.roi}'."
    shown = ", ".join(structures[:12]) + (", …" if len(structures) > 12 else "")
    if any(not name.startswith("label_") for name in structures):
        return LabelNotFound(f"{start} It has: {shown}. Correct `roi` in the manifest.")
    return LabelNotFound(
        f"{start} The file names no structures; it has values only: {shown}. What each value stands for is not "
        "known. Give one row for each value, with the value in `mask_label` and the name in `roi`; or 'label_*' as "
        "`roi` for all of them; or a mask whose file carries the names (TotalSegmentator's NIfTI or folder, .seg.nrrd, "
        "DICOM-SEG, RTSTRUCT)."
    )


def _measure_matched(case: Case, mask: Mask, image: Volume, task: Task) -> Outcome:
    """Measure one structure that a pattern matched: its faults are its own."""
    try:
        return _measure_one(case, mask, image, task)
    except EmptyMask:
        return Outcome(
            case, "empty", EmptyMask.code, "The structure is listed and holds no voxel; nothing to measure.",
            label=mask.number(roi=case.roi, label=None),
        )  # fmt: skip
    except RadioboneError as error:
        return _failed(case, error)
    except Exception as error:  # noqa: BLE001 - as above
        return _failed(case, UnexpectedError.of(error))


def _measure_one(case: Case, mask: Mask, image: Volume, task: Task) -> Outcome:
    if task.repeats is not None:
        return _repeat_one(case, mask, image, task.settings, task.repeats)
    with collected() as warnings:
        label = mask.number(roi=case.roi or None, label=case.label)
        region = mask.region(roi=case.roi or None, label=case.label)
        shown = onto_image(image, region, task.settings.mask)
        facts = picture_facts(image, shown)
        warn_of_shape(facts)
        features = measure(image, region, task.settings) if task.measure else {}
        picture = three_planes(image, shown)
    whole = np.issubdtype(image.array.dtype, np.integer)
    return Outcome(
        case, "done" if task.measure else "ready", "", "", _as_text(case, warnings), features, facts, picture,
        label, "integer" if whole else "decimal", image.is_2d,
    )  # fmt: skip


def _repeat_one(case: Case, mask: Mask, image: Volume, settings: AnySettings, task: RepeatTask) -> Outcome:
    with collected():  # told with the region's own features
        label = mask.number(roi=case.roi or None, label=case.label)
        region = mask.region(roi=case.roi or None, label=case.label)
    own = by_pyradiomics(settings, "perturbed repeats")
    repeats, sheet = measure_repeats(case, label, image, region, own, task)
    told = tuple(f"{RepeatFailed.code}: {case.shown_text(text)}" for text in failures(repeats))
    return Outcome(case, "done", warnings=told, picture=sheet, label=label, repeats=repeats)


def _as_text(case: Case, warnings: Sequence[RadioboneWarning]) -> tuple[str, ...]:
    return tuple(f"{warning.code}: {case.shown_text(str(warning))}" for warning in warnings)


def _failed(case: Case, error: RadioboneError) -> Outcome:
    return Outcome(case, "failed", error.code, case.shown_text(str(error)))
