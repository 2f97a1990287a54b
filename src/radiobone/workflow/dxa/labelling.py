"""The work on DXA images, done in one process or several: pixels to learn from, forests, labels, densities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from radiobone.core.entries import Entries
from radiobone.core.errors import OneClass, RadioboneError, TooFewRows, UnexpectedError, WorkerDied
from radiobone.core.progress import Progress
from radiobone.core.warnings import collected
from radiobone.features.areal_bmd import DensityCalibration
from radiobone.imaging.held_out_labels import SplitAccuracy, pixel_split_accuracy
from radiobone.imaging.pictures import picture_facts, three_planes
from radiobone.imaging.pixel_forest import DrawnPixels, PixelForest, draw_pixels
from radiobone.io.case import Case
from radiobone.workflow.case_runner import Outcome
from radiobone.workflow.dxa.images import BoolArray, DxaImage, read_dxa
from radiobone.workflow.dxa.measure import agreement, densities, region_of
from radiobone.workflow.dxa.outcome import DxaOutcome, failed
from radiobone.workflow.dxa.plan import LEAST_PATIENTS, Forest
from radiobone.workflow.dxa.settings import DxaSettings
from radiobone.workflow.dxa.tiles import tile
from radiobone.workflow.process_pool import DIED_TWICE

USUAL = (
    "touches_border",
    "n_components",
)  # facts that make other regions odd: shafts are cut, vertebrae are several


@dataclass(frozen=True)
class DxaTask:
    """What is done with every image.

    Attributes
    ----------
    settings : DxaSettings
    calibration : DensityCalibration
    seed : int
    store : Path
        Folder of what is kept.
    """

    settings: DxaSettings
    calibration: DensityCalibration
    seed: int
    store: Path


def drawn_pixels(case: Case, task: DxaTask, per_class: int, tell: Progress) -> DrawnPixels | None:
    """Draw pixels of a case with a mask; None if it cannot be read, which is told when it is to be labelled."""
    try:
        with collected():
            image = read_dxa(case, task.settings)
            bone = np.asarray(image.bone).astype(np.int64)
            return draw_pixels(image.prepared(task.settings), bone, per_class=per_class, seed=task.seed)
    except Exception:  # noqa: BLE001 - told with the case, when it is to be labelled
        return None
    finally:
        tell(case.case_id)


@dataclass(frozen=True, eq=False)
class LabelPiece:
    """One forest and the images that it is to label.

    Attributes
    ----------
    forest : Forest
    cases : mapping of int to Case
        Those of ``forest.labelled`` that are not kept from before.
    keys : mapping of int to str
        Under which each is kept; a case without is not.
    drawn : sequence of DrawnPixels
        Of the images that it learns from.
    """

    forest: Forest
    cases: Mapping[int, Case]
    keys: Mapping[int, str]
    drawn: Sequence[DrawnPixels]


def died(piece: LabelPiece) -> list[DxaOutcome]:
    """Return what is told of the images of a piece whose process the system ended."""
    return [failed(case, WorkerDied(DIED_TWICE)) for case in piece.cases.values()]


def label_images(piece: LabelPiece, *, task: DxaTask, tell: Progress) -> list[DxaOutcome]:
    """Fit one forest and label its images; each is kept as soon as it is done."""
    forest = piece.forest
    entries, found = Entries(task.store), []
    with threadpool_limits(1):
        fitted = _fitted(forest, piece.drawn, task)
        for place, case in piece.cases.items():
            one = _labelled(case, fitted, forest.fold, task)
            if place in piece.keys and one.outcome.status == "done":
                entries.write(piece.keys[place], one.plain())
            found.append(one)
            tell(case.case_id)
    return found


def split_accuracy(
    piece: tuple[Sequence[DrawnPixels], Sequence[str], int], *, task: DxaTask, tell: Progress
) -> SplitAccuracy | None:
    """Judge the forest of a group (pixels, patients, folds) with patients apart and with pixels mixed.

    None where the images fail with the reason.
    """
    drawn, people, n_folds = piece
    forest = task.settings.forest.forest(len(drawn), task.seed)
    try:
        with threadpool_limits(1):
            return pixel_split_accuracy(
                drawn, people, n_folds=n_folds, forest=forest, seed=task.seed, tell=tell
            )
    except OneClass:
        return None


def _fitted(forest: Forest, drawn: Sequence[DrawnPixels], task: DxaTask) -> PixelForest | RadioboneError:
    """Fit a forest, or say why there is none: then each of its images fails with that."""
    where = f" of the region '{forest.group}'" if forest.group else ""
    if not drawn:
        why = (
            f"No image{where} has a mask that can be read"
            if forest.fold is None
            else f"No other patient's image{where} has a mask that can be read"
        )
        return TooFewRows(
            f"{why}, so there is no forest that could label this one without having seen its patient. Give bone masks of "
            f"{LEAST_PATIENTS} patients or more{where} (column 'mask'), or set 'forests: together' if another region has them."
        )
    try:
        return task.settings.forest.forest(len(drawn), task.seed).fit_drawn(drawn)
    except RadioboneError as error:
        return error


def _labelled(
    case: Case, fitted: PixelForest | RadioboneError, fold: int | None, task: DxaTask
) -> DxaOutcome:
    """Label and measure one image; errors are recorded, never raised, so that the rest of the cohort goes on."""
    with collected() as told:
        try:
            image = read_dxa(case, task.settings)
            if isinstance(fitted, RadioboneError):
                raise fitted
            labels = fitted.predict(image.prepared(task.settings))
            bone = region_of(labels, task.settings.smallest_part_share)
            values = densities(image, bone, task.calibration, task.settings.baseline)
        except RadioboneError as error:
            return failed(case, error)
        except Exception as error:  # noqa: BLE001 - a defect in one image must not cost the cohort
            return failed(case, UnexpectedError.of(error))
    return _outcome(
        case, image, bone, values, fold, tuple(f"{one.code}: {case.shown_text(str(one))}" for one in told)
    )


def _outcome(
    case: Case,
    image: DxaImage,
    bone: BoolArray,
    values: dict[str, float],
    fold: int | None,
    warnings: tuple[str, ...],
) -> DxaOutcome:
    region = image.volume.with_array(bone[np.newaxis].astype(np.uint8))
    whole = np.issubdtype(image.volume.array.dtype, np.integer)
    facts = picture_facts(image.volume, region)
    for name in USUAL:
        del facts[name]
    outcome = Outcome(
        case, "done", warnings=warnings, features=values, facts=facts,
        picture=three_planes(image.volume, region), label=case.label,
        pixel_type="integer" if whole else "decimal", is_2d=True,
    )  # fmt: skip
    agreed = {} if image.bone is None else agreement(bone, image.bone)
    return DxaOutcome(outcome, bone, image.spacing_mm, agreed, fold, tile(image, bone))
