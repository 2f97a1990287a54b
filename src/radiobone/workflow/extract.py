"""The image half: a manifest of images and masks becomes a table of features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from radiobone import __version__
from radiobone.core.files import file_digest
from radiobone.core.folder_kinds import CASE_CACHE, EXTRACTION
from radiobone.core.folders import prepare_extraction_folder
from radiobone.core.interruption import saying_what_is_kept
from radiobone.core.provenance import machine, versions
from radiobone.core.run_record import begin, finish
from radiobone.imaging.perturb.plan import PlanSource
from radiobone.io.acquisition import acquisition_record
from radiobone.io.manifest import Manifest
from radiobone.workflow.cache import Cache, case_keys
from radiobone.workflow.case_runner import Task
from radiobone.workflow.choice import Choice, SettingsSource
from radiobone.workflow.feature_table import FeatureTable, assemble, save
from radiobone.workflow.image_pool import Job, run_jobs
from radiobone.workflow.mixed_types import told_of_mixed_types
from radiobone.workflow.planned import names_of_all, planned, repeats_planned
from radiobone.workflow.repeat_table import make_repeats, save_repeats, with_failed_repeats
from radiobone.workflow.shared_images import patients_of_one_image, told_of_shared_images


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
    listed, choice = planned(manifest, settings, modality, root, target, engine)
    plan = repeats_planned(perturb, choice)
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
    outcomes = told_of_mixed_types(outcomes, choice.settings)
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
    names = names_of_all(outcomes, choice.settings)
    result = replace(assemble(outcomes, listed, provenance, names), repeats=repeats)
    if folder is not None and store is not None:
        save_repeats(repeats, folder, csv=csv)
        save(result, outcomes, folder, csv=csv)
        store.prune(keys)
        finish(folder, EXTRACTION)
    return result


def _files(perturb: PlanSource | None) -> list[str | Path]:
    return [perturb] if isinstance(perturb, (str, Path)) else []


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
