"""The image half: a manifest of images and masks becomes a table of features."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import SimpleITK as sitk
from joblib import Parallel, delayed, parallel_config
from joblib.externals.loky import ProcessPoolExecutor
from joblib.externals.loky.process_executor import TerminatedWorkerError
from threadpoolctl import threadpool_limits

from radiobone import __version__
from radiobone.core.errors import BadSetting, WorkerDied
from radiobone.core.files import file_digest
from radiobone.core.progress import progress
from radiobone.core.provenance import machine, versions
from radiobone.features.presets import load_settings
from radiobone.features.settings import ExtractionSettings
from radiobone.io.manifest import Case, Manifest, read_manifest
from radiobone.workflow.cache import Cache, CaseKey, case_key
from radiobone.workflow.case_runner import DICOM_MODALITIES, Outcome, run_image
from radiobone.workflow.feature_table import FeatureTable, assemble, save, save_cases

SettingsSource = str | Path | Mapping[str, Any] | ExtractionSettings | None


@dataclass(frozen=True)
class Job:
    """One case and the key of its cache entry (None: a file cannot be read)."""

    case: Case
    key: CaseKey | None


Work = Callable[[list[Job]], list[Outcome]]


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
    settings : path, preset name, mapping or ExtractionSettings, optional
        Ours, or a pyradiomics parameter file. Default: the preset of the modality.
    modality : {"ct", "mr", "xr", "dxa"}, optional
        Default "ct".
    root : path, optional
        What the manifest's paths are relative to. Default: its folder.
    target : str, optional
        The class column, if it is called ``label``: then it is not the value in the mask.
    jobs : int
        Worker processes. The numbers do not depend on it.
    csv : bool
        Write ``features.csv`` instead of Parquet.

    Returns
    -------
    FeatureTable
        Cases that failed are in ``.cases`` with their codes; they never become NaN.

    Raises
    ------
    SettingError, TableError, PathError
        If settings or manifest cannot be read at all.
    """
    chosen = resolve_settings(settings, modality)
    listed = read_manifest(Path(manifest), root=None if root is None else Path(root), target=target)
    declared = modality or ("ct" if settings is None else None)
    folder = None if output is None else Path(output)
    store = None if folder is None else Cache(folder / "cache")
    work = [Job(case, case_key(case, chosen, declared)) for case in listed.cases]
    outcomes = _run(work, chosen, declared, store, jobs, show_progress)
    result = assemble(outcomes, listed, _provenance(listed, chosen, declared, work))
    if folder is not None and store is not None:
        save(result, outcomes, folder, csv=csv)
        store.prune({job.key.key for job in work if job.key})
    return result


def dry_run(
    manifest: str | Path,
    *,
    output: str | Path,
    modality: str | None = None,
    root: str | Path | None = None,
    target: str | None = None,
    jobs: int = 1,
    show_progress: bool = True,
) -> FeatureTable:
    """Read and check every file and region of a manifest, and draw it, without measuring anything.

    Writes ``cases.csv`` and the pictures; a feature table of an earlier run stays as it is.
    """
    listed = read_manifest(Path(manifest), root=None if root is None else Path(root), target=target)
    work = [Job(case, None) for case in listed.cases]
    outcomes = _run(work, None, modality, None, jobs, show_progress)
    result = assemble(outcomes, listed, {})
    save_cases(result, outcomes, Path(output))
    return result


def resolve_settings(settings: SettingsSource, modality: str | None) -> ExtractionSettings:
    """Return the settings that a run will use.

    Raises
    ------
    BadConfig, BadSetting, FileMissing
    """
    if modality is not None and modality not in DICOM_MODALITIES:
        raise BadSetting(f"The modality '{modality}' is not known. Use one of {', '.join(DICOM_MODALITIES)}.")
    return (
        settings if isinstance(settings, ExtractionSettings) else load_settings(settings, modality=modality)
    )


def _run(
    work: Sequence[Job],
    settings: ExtractionSettings | None,
    modality: str | None,
    store: Cache | None,
    jobs: int,
    show_progress: bool,
) -> list[Outcome]:
    outcomes: list[Outcome] = []
    missing: list[Job] = []
    for job in work:
        stored = store.load(job.key.key, job.case) if store and job.key else None
        if stored is None:
            missing.append(job)
        else:
            outcomes += stored
    if outcomes and show_progress:
        _print_reused(len(work) - len(missing), len(work))
    with progress("Extracting" if settings else "Checking", len(missing), show=show_progress) as advance:
        for done, found in _computed(missing, settings, modality, store, jobs):
            outcomes += found
            for job in done:
                advance(job.case.case_id)
    return outcomes


def _print_reused(n_reused: int, n_all: int) -> None:
    print(f"{n_reused} of {n_all} cases are unchanged since the last run and are kept.", file=sys.stderr)


def _computed(
    missing: Sequence[Job],
    settings: ExtractionSettings | None,
    modality: str | None,
    store: Cache | None,
    jobs: int,
) -> Iterator[tuple[list[Job], list[Outcome]]]:
    """Yield finished pieces of work, each one image with all its regions."""
    by_image: dict[Path, list[Job]] = defaultdict(list)
    for job in missing:
        by_image[job.case.image].append(job)
    pieces = list(by_image.values())
    work = partial(_work, settings=settings, modality=modality, store=store)
    if jobs == 1 or len(pieces) < 2:
        yield from ((piece, work(piece)) for piece in pieces)
        return
    finished: set[int] = set()
    pool = Parallel(n_jobs=min(jobs, len(pieces)), return_as="generator_unordered")
    try:
        with parallel_config(backend="loky", inner_max_num_threads=1):
            for number, outcomes in pool(
                delayed(_numbered)(work, n, piece) for n, piece in enumerate(pieces)
            ):
                finished.add(number)
                yield pieces[number], outcomes
    except TerminatedWorkerError:  # which piece ended the worker is not known: each once more, alone
        for piece in (piece for number, piece in enumerate(pieces) if number not in finished):
            yield piece, _in_a_process_of_its_own(work, piece)


def _numbered(work: Work, number: int, piece: list[Job]) -> tuple[int, list[Outcome]]:
    return number, work(piece)


def _in_a_process_of_its_own(work: Work, piece: list[Job]) -> list[Outcome]:
    with ProcessPoolExecutor(max_workers=1) as process:
        try:
            outcomes: list[Outcome] = process.submit(work, piece).result()
        except TerminatedWorkerError:
            message = (
                "The system ended the worker process twice at this image, most often because memory ran out. "
                "Run again on a machine with more memory, or crop the image to the region."
            )
            return [Outcome(job.case, "failed", WorkerDied.code, message) for job in piece]
    return outcomes


def _work(
    piece: list[Job], *, settings: ExtractionSettings | None, modality: str | None, store: Cache | None
) -> list[Outcome]:
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)  # one thread per worker, and one order of sums
    everything: list[Outcome] = []
    with threadpool_limits(1):  # the sums of linear algebra too
        found = run_image([job.case for job in piece], settings, modality)
    for job, outcomes in zip(piece, found, strict=True):
        if store and job.key:
            store.store(job.key.key, outcomes)
        everything += outcomes
    return everything


def _provenance(
    manifest: Manifest, settings: ExtractionSettings, modality: str | None, work: Sequence[Job]
) -> dict[str, Any]:
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
        "modality": modality,
        "settings": settings.model_dump(mode="json"),
        "manifest": {
            "name": manifest.path.name,
            "sha256": file_digest(manifest.path),
            "n_cases": len(manifest.cases),
        },
        "inputs": inputs,
    }
