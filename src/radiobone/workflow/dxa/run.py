"""DXA images and bone masks of some patients become a table of areal densities of all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from radiobone.core.entries import Entries
from radiobone.core.errors import BadSetting
from radiobone.core.files import content_digest
from radiobone.core.folder_kinds import CASE_CACHE, DXA
from radiobone.core.folders import prepare_folder_of
from radiobone.core.interruption import saying_what_is_kept
from radiobone.core.output_lock import holds_outputs
from radiobone.core.progress import progress
from radiobone.core.run_record import begin, finish
from radiobone.features.density_calibration import read_calibration
from radiobone.imaging.held_out_labels import SplitAccuracy
from radiobone.imaging.pixel_forest import DrawnPixels
from radiobone.io.case import Case
from radiobone.io.manifest import Manifest, read_manifest
from radiobone.io.manifest_paths import check_paths
from radiobone.workflow.dxa.beforehand import check_beforehand
from radiobone.workflow.dxa.images import has_mask
from radiobone.workflow.dxa.keys import Digests, case_key, digests_of, forest_key
from radiobone.workflow.dxa.labelling import (
    DxaTask,
    LabelPiece,
    died,
    drawn_pixels,
    label_images,
    split_accuracy,
)
from radiobone.workflow.dxa.outcome import DxaOutcome, from_plain
from radiobone.workflow.dxa.plan import LEAST_PATIENTS, Forest, check_images_of_one_patient, plan_forests
from radiobone.workflow.dxa.settings import DxaSettings, DxaSource, read_dxa_settings
from radiobone.workflow.dxa.written import DxaTables, write_tables
from radiobone.workflow.process_pool import in_order
from radiobone.workflow.ticks import relayed


@dataclass(frozen=True)
class Work:
    """All images, the forests that label them, and under which keys results are kept.

    Attributes
    ----------
    cases : tuple of Case
        Ordered by patient and region.
    digests : mapping of int to Digests
        Of the cases whose files can be read.
    forests : tuple of Forest
    forest_keys : tuple of str
    keys : mapping of int to str
    """

    cases: tuple[Case, ...]
    digests: Mapping[int, Digests]
    forests: tuple[Forest, ...]
    forest_keys: tuple[str, ...]
    keys: Mapping[int, str]


@holds_outputs
def measure_dxa(
    manifest: str | Path,
    output: str | Path,
    *,
    settings: DxaSource | DxaSettings = None,
    calibration: str | Path | Mapping[str, Any] | None = None,
    pixel_mm: tuple[float, float] | None = None,
    root: str | Path | None = None,
    target: str | None = None,
    seed: int = 0,
    jobs: int = 1,
    show_progress: bool = True,
) -> DxaTables:
    """Find the bone in DXA images by forests of pixels, and measure its areal density.

    Parameters
    ----------
    manifest : path
        CSV or Excel with ``patient_id, image, mask`` and optionally ``roi, mask_label`` and others. The mask, of bone, is
        needed for some patients: their images are labelled by forests that learned from other patients, all others by a
        forest of all masks.
    output : path
        Folder for ``features.parquet`` (a row per image), ``patients.csv``, ``agreement.csv``, ``masks/``, ``contours/``,
        ``outlines/``, ``cases.csv`` and ``provenance.json``. A second run into it computes only what is missing or changed.
    settings : name of a recipe, path, mapping or DxaSettings, optional
    calibration : str, path or mapping, optional
        From grey values to g/cm², as ``read_calibration`` takes it; instead of the settings'. It is needed.
    pixel_mm : tuple of float, optional
        Height and width of a pixel of all images, instead of what the files tell.
    root, target : optional
        As ``extract`` takes them.
    seed : int
        Of the folds, the pixels drawn and the trees.
    jobs : int
        Worker processes; the numbers do not depend on it.

    Returns
    -------
    DxaTables
        Images that failed are in ``.cases`` with their codes.

    Raises
    ------
    MissingCalibration
    SameImageTwice
        If copies of one image belong to two patients.
    BadSpacing, ImplausibleIntensity
        If no file tells the size of a pixel, or the calibration is not that of the images; and what else is wrong with all.
    SettingError, TableError, PathError
    """
    own = _settings(settings, calibration, pixel_mm)
    line = read_calibration(None if own.calibration is None else own.calibration.model_dump()).line()
    listed = read_manifest(Path(manifest), root=None if root is None else Path(root), target=target)
    check_paths(listed)
    work = _planned(listed, own, seed)
    check_beforehand(work.cases, own, line)
    folder = prepare_folder_of(DXA, output, inputs=[manifest])
    task = DxaTask(own, line, seed, folder.absolute() / CASE_CACHE)
    begin(folder, DXA)
    entries = Entries(task.store)
    with saying_what_is_kept(
        lambda: f"{entries.count(list(work.keys.values()))} of {len(work.cases)} images"
    ):
        outcomes, splits = _computed(work, task, jobs, show_progress)
    tables = write_tables(listed, outcomes, splits, task, work, folder)
    entries.prune([*work.keys.values(), *_split_keys(work).values()])
    finish(folder, DXA)
    return tables


def _settings(
    settings: DxaSource | DxaSettings,
    calibration: str | Path | Mapping[str, Any] | None,
    pixel_mm: tuple[float, float] | None,
) -> DxaSettings:
    own = settings if isinstance(settings, DxaSettings) else read_dxa_settings(settings)
    changes: dict[str, Any] = {}
    if calibration is not None or own.calibration is None:
        changes["calibration"] = read_calibration(calibration)
    if pixel_mm is not None:
        changes["pixel_mm"] = pixel_mm
    return DxaSettings(**{**dict(own), **changes})


def _planned(listed: Manifest, settings: DxaSettings, seed: int) -> Work:
    """Decide which forests are needed, before any image is read.

    Raises
    ------
    BadSetting
        If no image has a mask.
    SameImageTwice
    """
    cases = tuple(sorted(listed.cases, key=lambda one: (one.patient_id, one.roi, str(one.label))))
    if not any(has_mask(case) for case in cases):
        raise BadSetting(
            f"{listed.path} names no bone mask, and a forest learns from masks which pixels are bone. Outline the bone of some "
            "patients (10 or more are a beginning) and name the files in the column 'mask'; leave it empty for the others."
        )
    read = {place: found for place, case in enumerate(cases) if (found := digests_of(case)) is not None}
    check_images_of_one_patient(cases, {place: one.image for place, one in read.items()})
    with_mask = [place in read and has_mask(case) for place, case in enumerate(cases)]
    forests = tuple(plan_forests(cases, with_mask, settings, seed))
    forest_keys = tuple(forest_key(one, cases, read, settings, seed) for one in forests)
    keys = {
        place: case_key(cases[place], read[place], key)
        for forest, key in zip(forests, forest_keys, strict=True)
        for place in forest.labelled
        if place in read
    }
    return Work(cases, read, forests, forest_keys, keys)


def _computed(
    work: Work, task: DxaTask, jobs: int, show: bool
) -> tuple[list[DxaOutcome], dict[str, SplitAccuracy]]:
    """Return what became of every image, in order, and the accuracy of both ways of splitting."""
    entries = Entries(task.store)
    done: dict[int, DxaOutcome] = {}
    for place, key in work.keys.items():
        content = entries.read(key)
        kept = None if content is None else from_plain(content, work.cases[place])
        if kept is not None:
            done[place] = kept
    splits, wanted = _kept_splits(work, entries)
    missing = [one for one in work.forests if any(place not in done for place in one.labelled)]
    needed = sorted({place for one in [*missing, *wanted.values()] for place in one.training})
    drawn = _drawn(needed, work, task, jobs, show)
    done.update(_labelled(missing, done, drawn, work, task, jobs, show))
    splits.update(_split_accuracies(wanted, drawn, work, task, jobs, show))
    return [done[place] for place in range(len(work.cases))], splits


def _drawn(places: Sequence[int], work: Work, task: DxaTask, jobs: int, show: bool) -> dict[int, DrawnPixels]:
    """Draw pixels of the images with masks that are learned from."""
    settings = task.settings.forest
    most = max((len(one.training) for one in work.forests), default=1)
    per_class = settings.forest(most, task.seed).pixels_per_class
    with progress("Reading masks", len(places), show=show) as tell, relayed(tell) as ticks:
        one = partial(drawn_pixels, task=task, per_class=per_class, tell=ticks)
        found = in_order(one, [work.cases[place] for place in places], jobs, lambda _: None)
    return {place: pixels for place, pixels in zip(places, found, strict=True) if pixels is not None}


def _labelled(
    forests: Sequence[Forest],
    done: Mapping[int, DxaOutcome],
    drawn: Mapping[int, DrawnPixels],
    work: Work,
    task: DxaTask,
    jobs: int,
    show: bool,
) -> dict[int, DxaOutcome]:
    """Fit the forests and label the images that are missing."""
    todo = [[place for place in forest.labelled if place not in done] for forest in forests]
    with progress("Labelling images", sum(map(len, todo)), show=show) as tell, relayed(tell) as ticks:
        pieces = [
            LabelPiece(
                forest,
                {place: work.cases[place] for place in places},
                {place: work.keys[place] for place in places if place in work.keys},
                [drawn[place] for place in forest.training if place in drawn],
            )
            for forest, places in zip(forests, todo, strict=True)
        ]
        found = in_order(partial(label_images, task=task, tell=ticks), pieces, jobs, died)
    return {
        place: one
        for places, outcomes in zip(todo, found, strict=True)
        for place, one in zip(places, outcomes, strict=True)
    }


def _split_keys(work: Work) -> dict[str, str]:
    """Under which key the two accuracies of each group are kept: that of its images with masks."""
    learned: dict[str, list[str]] = {}
    for forest, key in zip(work.forests, work.forest_keys, strict=True):
        if forest.fold is not None:
            learned.setdefault(forest.group, []).append(key)
    return {group: str(content_digest(["splits", *keys])) for group, keys in learned.items() if len(keys) > 1}


def _kept_splits(work: Work, entries: Entries) -> tuple[dict[str, SplitAccuracy], dict[str, Forest]]:
    """Return the accuracies that are kept, and the images with masks of the groups whose are not."""
    found, wanted = {}, {}
    for group, key in _split_keys(work).items():
        content = entries.read(key)
        if content is not None:
            found[group] = SplitAccuracy(*content)
            continue
        own = [one for one in work.forests if one.group == group and one.fold is not None]
        wanted[group] = Forest(group, None, tuple(sorted({p for one in own for p in one.training})), ())
    return found, wanted


def _split_accuracies(
    wanted: Mapping[str, Forest],
    drawn: Mapping[int, DrawnPixels],
    work: Work,
    task: DxaTask,
    jobs: int,
    show: bool,
) -> dict[str, SplitAccuracy]:
    """Judge the forest with patients apart and with pixels mixed."""
    keys, pieces = _split_keys(work), {}
    for group, forest in wanted.items():
        places = [place for place in forest.training if place in drawn]
        people = [work.cases[place].patient_id for place in places]
        n_folds = min(task.settings.n_folds, len(set(people)))
        if n_folds >= LEAST_PATIENTS:
            pieces[group] = [drawn[place] for place in places], people, n_folds
    total = sum(2 * n_folds for *_, n_folds in pieces.values())
    with progress("Comparing with split pixels", total, show=show) as tell, relayed(tell) as ticks:
        judge = partial(split_accuracy, task=task, tell=ticks)
        found = in_order(judge, list(pieces.values()), jobs, lambda _: None)
    judged = {group: one for group, one in zip(pieces, found, strict=True) if one is not None}
    for group, one in judged.items():
        Entries(task.store).write(keys[group], [one.patients, one.pixels])
    return judged
