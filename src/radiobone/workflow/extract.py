"""The image half: a manifest of images and masks becomes a table of features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from warnings import warn

from radiobone import __version__
from radiobone.core.errors import BadSetting
from radiobone.core.files import file_digest
from radiobone.core.folder_kinds import CASE_CACHE, EXTRACTION
from radiobone.core.folders import prepare_extraction_folder
from radiobone.core.interruption import saying_what_is_kept
from radiobone.core.provenance import machine, versions
from radiobone.core.run_record import begin, finish
from radiobone.core.warnings import MixedPixelTypes
from radiobone.features.definitions import AnySettings, by_pyradiomics, names_of
from radiobone.features.ibsi.settings import IbsiSettings
from radiobone.imaging.perturb.plan import Perturbations, PlanSource, load_plan
from radiobone.io.acquisition import acquisition_record
from radiobone.io.manifest import Manifest, read_manifest
from radiobone.io.manifest_paths import check_paths
from radiobone.workflow.cache import Cache, case_keys
from radiobone.workflow.case_runner import Outcome, Task
from radiobone.workflow.choice import Choice, SettingsSource, choose, resolve_settings
from radiobone.workflow.feature_table import FeatureTable, assemble, save, save_cases
from radiobone.workflow.image_pool import Job, run_jobs
from radiobone.workflow.repeat_table import make_repeats, save_repeats, with_failed_repeats
from radiobone.workflow.repeated import PlannedRepeats
from radiobone.workflow.shared_images import patients_of_one_image, told_of_shared_images

NAMES_SHOWN = 3


def extract(
    manifest: str | Path,
    *,
    output: str | Path | None = None,
    settings: SettingsSource = None,
    modality: str | None = None,
    root: str | Path | None = None,
    target: str | None = None,
    jobs: int = 1,
    csv: bool = False,
    perturb: PlanSource | None = None,
    engine: str | None = None,
    show_progress: bool = True,
) -> FeatureTable:
    """Extract features of every region in a manifest.

    Parameters
    ----------
    manifest : path
        CSV or Excel with ``patient_id, image, mask`` and optionally ``mask_label, roi`` and others.
    output : path, optional
        Folder for ``features.parquet``, ``cases.csv``, ``provenance.json`` and pictures. A second
        run into the same folder computes only what is missing or changed.
    settings : path, preset name, mapping, ExtractionSettings or IbsiSettings, optional
        Ours, or a pyradiomics parameter file. Default: the preset of the modality.
    modality : {"ct", "mr", "xr", "dxa"}, optional
        Default: "xr" if every image is a picture file or a DICOM radiograph, else "ct".
    root : path, optional
        What the manifest's paths are relative to. Default: its folder.
    target : str, optional
        The class column, if it is called ``label``: then it is not the value in the mask.
    jobs : int
        Worker processes. The numbers do not depend on it.
    csv : bool
        Write ``features.csv`` instead of Parquet.
    perturb : int, preset name ("light", "zwanenburg"), path, mapping or Perturbations, optional
        Measure perturbed repeats of each region too: so many, or as planned. They are written to
        ``repeats.parquet``, never into the table of features, and compared in ``icc.csv``.
    engine : {"radiobone", "pyradiomics"}, optional
        Who computes; default: what the settings say, which is radiobone unless they say otherwise.

    Returns
    -------
    FeatureTable
        Cases that failed are in ``.cases`` with their codes; they never become NaN.

    Raises
    ------
    SettingError, TableError, PathError
        If settings or manifest cannot be read at all, nearly all paths lead nowhere, or the output folder
        cannot be written or holds an evaluation.

    Warns
    -----
    ModalityAssumed, MixedPixelTypes, ImageCopied
    """
    folder = (
        None if output is None else prepare_extraction_folder(output, inputs=[manifest, *_files(perturb)])
    )
    listed, choice = _planned(manifest, settings, modality, root, target, engine)
    plan = _repeats_planned(perturb, choice)
    store = None if folder is None else Cache(folder / CASE_CACHE)
    found = case_keys(listed.cases, choice.settings, choice.modality, n_threads=jobs)
    work = [Job(case, key) for case, key in zip(listed.cases, found, strict=True)]
    task = Task(choice.settings, choice.modality)
    keys = {job.key.key for job in work if job.key}
    kept = None if store is None else lambda: f"{store.count(keys)} of {len(work)} cases"
    if folder is not None:
        begin(folder, EXTRACTION)
    with saying_what_is_kept(kept):
        outcomes = run_jobs(work, task, store=store, n_processes=jobs, show_progress=show_progress)
    outcomes = _told_of_mixed_types(outcomes, choice.settings)
    shared = patients_of_one_image(listed.cases)
    outcomes = told_of_shared_images(outcomes, shared)
    repeats = None
    if plan is not None:
        repeats = make_repeats(outcomes, task, plan, folder, n_processes=jobs, show_progress=show_progress)
        outcomes = with_failed_repeats(outcomes, repeats)
    provenance = _provenance(listed, choice, work)
    provenance["acquisition"] = acquisition_record(one.case for one in outcomes if one.status == "done")
    if shared:
        provenance["shared_images"] = shared
    if plan is not None:
        provenance["repeats"] = plan.model_dump(mode="json")
    names = _names_of_all(outcomes, choice.settings)
    result = replace(assemble(outcomes, listed, provenance, names), repeats=repeats)
    if folder is not None and store is not None:
        save_repeats(repeats, folder, csv=csv)
        save(result, outcomes, folder, csv=csv)
        store.prune(keys)
        finish(folder, EXTRACTION)
    return result


def dry_run(
    manifest: str | Path,
    *,
    output: str | Path,
    settings: SettingsSource = None,
    modality: str | None = None,
    root: str | Path | None = None,
    target: str | None = None,
    jobs: int = 1,
    engine: str | None = None,
    perturb: PlanSource | None = None,
    show_progress: bool = True,
) -> FeatureTable:
    """Read and check every file and region of a manifest, and draw it, without measuring anything.

    Writes ``cases.csv`` and the pictures; a feature table of an earlier run stays as it is. The result has
    no rows, and its ``feature_columns`` are those that ``extract`` would give.
    """
    folder = prepare_extraction_folder(output, inputs=[manifest])
    listed, choice = _planned(manifest, settings, modality, root, target, engine)
    plan = _repeats_planned(perturb, choice)
    task = Task(choice.settings, choice.modality, measure=False)
    work = [Job(case) for case in listed.cases]
    outcomes = run_jobs(work, task, store=None, n_processes=jobs, show_progress=show_progress)
    outcomes = _told_of_mixed_types(outcomes, choice.settings)
    outcomes = told_of_shared_images(outcomes, patients_of_one_image(listed.cases))
    ready = [one for one in outcomes if one.status == "ready"]
    result = replace(
        assemble(outcomes, listed, {}),
        feature_columns=_names_of_all(ready, choice.settings),
        planned_repeats=None if plan is None else PlannedRepeats(plan, len(ready)),
    )
    save_cases(result, outcomes, folder)
    return result


def _names_of_all(outcomes: Sequence[Outcome], settings: AnySettings) -> tuple[str, ...]:
    """Names that settings give for the kinds of images (volumes, single 2D images) that were read."""
    kinds = dict.fromkeys(one.is_2d for one in outcomes if one.status in ("done", "ready"))
    names = (name for is_2d in sorted(kinds) for name in names_of(settings, is_2d=is_2d))
    return tuple(dict.fromkeys(names))


def _repeats_planned(perturb: PlanSource | None, choice: Choice) -> Perturbations | None:
    """Read which repeats are wanted; settings that cannot be perturbed are refused before any work."""
    if perturb is None:
        return None
    if by_pyradiomics(choice.settings, "perturbed repeats").measures_bone:
        raise BadSetting(
            "Perturbed repeats are measured on the resampled grid, and the family bone on the voxels that were scanned. Leave one of "
            "the two out."
        )
    return load_plan(perturb)


def _files(perturb: PlanSource | None) -> list[str | Path]:
    return [perturb] if isinstance(perturb, (str, Path)) else []


def _planned(
    manifest: str | Path,
    settings: SettingsSource,
    modality: str | None,
    root: str | Path | None,
    target: str | None,
    engine: str | None,
) -> tuple[Manifest, Choice]:
    """Read the manifest, check once what all cases share, and decide the settings."""
    resolve_settings(settings, modality, engine)
    below = None if root is None else Path(root)
    listed = read_manifest(Path(manifest), root=below, target=target, shared_images=True)
    check_paths(listed)
    return listed, choose(settings, modality, listed.cases, engine)


def _told_of_mixed_types(outcomes: Sequence[Outcome], settings: AnySettings) -> list[Outcome]:
    """Warn where resampling rounds some images of the cohort and others not; the rarer kind is marked."""
    if isinstance(settings, IbsiSettings):  # whose steps are done in decimals, whatever is stored
        return list(outcomes)
    measured = [one for one in outcomes if one.pixel_type]
    whole = [one for one in measured if one.pixel_type == "integer"]
    n_decimal = len(measured) - len(whole)
    in_decimals = (
        settings.normalisation, settings.bias_correction, settings.denoising, settings.contrast
    )  # fmt: skip
    keeps_type = all(step is None for step in in_decimals)
    if settings.resampling is None or not keeps_type or not whole or not n_decimal:
        return list(outcomes)
    rarer = "integer" if len(whole) < n_decimal else "decimal"
    named = f" ({_first_names([one for one in measured if one.pixel_type == rarer])})"
    message = (
        f"The images of {len(whole)} regions are stored as whole numbers{named if rarer == 'integer' else ''} and "
        f"those of {n_decimal} as decimals{named if rarer == 'decimal' else ''}. "
        "Resampling keeps the type, as pyradiomics does, so the former are cut to whole numbers and their features "
        "differ slightly from the latter's. Store all images in one type (for CT, 16-bit integers in HU)."
    )
    warn(message, MixedPixelTypes, stacklevel=3)
    note = f"{MixedPixelTypes.code}: {message}"
    return [
        replace(one, warnings=(*one.warnings, note)) if one.pixel_type == rarer else one for one in outcomes
    ]


def _first_names(outcomes: Sequence[Outcome]) -> str:
    names = [one.case.case_id for one in outcomes]
    return ", ".join(names[:NAMES_SHOWN]) + (", …" if len(names) > NAMES_SHOWN else "")


def _provenance(manifest: Manifest, choice: Choice, work: Sequence[Job]) -> dict[str, Any]:
    inputs = {
        f"{job.case.case_id}#{job.case.label if job.case.label is not None else ''}": {
            "image_sha256": job.key.image_digest,
            "mask_sha256": job.key.mask_digest,
        }
        for job in work
        if job.key
    }
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "radiobone": __version__,
        "versions": versions(),
        "machine": machine(),
        "modality": choice.modality,
        "settings": choice.settings.model_dump(mode="json"),
        "manifest": {
            "name": manifest.path.name,
            "sha256": file_digest(manifest.path),
            "n_cases": len(manifest.cases),
        },
        "inputs": inputs,
    }
