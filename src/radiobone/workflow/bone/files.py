"""Measurements of bones in one scan or in all of a manifest, written as tables."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from radiobone.core.errors import FileUnreadable
from radiobone.core.files import read_json, write_json
from radiobone.core.folder_kinds import BONE, PROVENANCE_FILE, SCAN_CACHE
from radiobone.core.folders import prepare_folder_of
from radiobone.core.interruption import saying_what_is_kept
from radiobone.core.output_lock import holds_outputs
from radiobone.core.provenance import made_now
from radiobone.core.pseudonymising import pseudonym_record
from radiobone.core.run_record import begin, finish
from radiobone.core.settings import read_yaml
from radiobone.io.acquisition import acquisition_record
from radiobone.workflow.bone.levels import DENSITY, plan_of
from radiobone.workflow.bone.measure import LUMBAR
from radiobone.workflow.bone.patient import ScanFacts
from radiobone.workflow.bone.scan_cache import ScanCache, scan_key
from radiobone.workflow.bone.scan_pool import ScanJob, run_scans
from radiobone.workflow.bone.scan_runner import BoneTask, ScanOutcome
from radiobone.workflow.bone.scans import Scan, scans_of
from radiobone.workflow.bone.tables import BoneTables, Pictures, keep_earlier, stems, tables_of, write_tables
from radiobone.workflow.cache import input_digest


@holds_outputs
def bone_files(
    image: Path,
    mask: Path | None,
    output: Path,
    *,
    bodies: Path | None = None,
    levels: Sequence[str] = (),
    measurements: Sequence[str] = (),
    settings: Path | None = None,
    root: Path | None = None,
    facts: ScanFacts = ScanFacts(),  # noqa: B008 - frozen
    pictures: bool = True,
    jobs: int = 1,
    show_progress: bool = True,
) -> BoneTables:
    """Measure bones and write the tables.

    Parameters
    ----------
    image : Path
        A CT; or, without ``mask``, a manifest whose columns ``image``, ``mask`` and optionally ``roi`` and ``bodies`` say
        what is measured.
    mask : Path or None
        A TotalSegmentator label map or folder, RTSTRUCT, DICOM-SEG, or any mask.
    output : Path
        Folder for ``levels.csv``, ``patients.csv``, ``cases.csv``, ``provenance.json`` and pictures. A second run into
        the same folder measures only what is missing or changed, and its tables replace the others: ``replaced`` says whose.
        Where no scan can be measured, tables of an earlier run stay, and ``failed.csv`` says what failed.
    bodies : Path, optional
        Mask of the vertebral bodies.
    levels, measurements : sequence of str
        What is measured; empty for the defaults of ``measure_bone``.
    settings : Path, optional
        YAML of what differs from the defaults, by measurement.
    root : Path, optional
        Folder that the manifest's paths are relative to.
    facts : ScanFacts
        Of the one scan, or of all that the manifest says nothing of in columns ``kvp``, ``contrast`` and ``height_m``.
    pictures : bool
        Whether to draw what was measured.
    jobs : int
        Worker processes; the numbers do not depend on it.
    show_progress : bool
        Whether to tell the time left.

    Returns
    -------
    BoneTables
        A scan that failed is in ``cases`` with its code, and the others go on.

    Raises
    ------
    RadioboneError
        If the request is wrong, the manifest cannot be read, or nothing can be written.
    """
    own = {} if settings is None else read_yaml(settings)
    plan = plan_of(measurements or None, own)  # what is asked for wrongly is told before any work
    task = BoneTask(tuple(levels) or LUMBAR, tuple(measurements) or None, own, pictures)
    scans = scans_of(image, mask, bodies, root, facts)
    folder = prepare_folder_of(BONE, output, inputs=[image, *([mask] if mask else [])])
    store, work = ScanCache(folder / SCAN_CACHE), _jobs(scans, task, jobs)
    keys = {job.key for job in work if job.key is not None}
    before = _listed(folder)
    begin(folder, BONE)
    with saying_what_is_kept(lambda: f"{store.count(keys)} of {len(work)} scans"):
        outcomes = _outcomes(work, task, store, folder, jobs, show_progress)
    earlier = keep_earlier(folder, tables_of(outcomes))
    if earlier is not None:
        finish(folder, BONE)
        return earlier
    listed = [_inputs(job) for job in work]
    gone = tuple(dict.fromkeys(str(one.get("patient_id")) for one in before if one not in listed))
    tables = replace(tables_of(outcomes), replaced=gone)
    write_tables(folder, tables)
    chosen = {name: plan.settings[name] for name in plan.measurements} | {DENSITY: plan.density}
    used = {name: one.model_dump(mode="json") for name, one in chosen.items()}
    write_json(folder / PROVENANCE_FILE, _provenance(work, listed, used))
    store.prune(keys)
    finish(folder, BONE)
    return tables


def _jobs(scans: Sequence[Scan], task: BoneTask, n_threads: int) -> list[ScanJob]:
    """Find the key of every scan; several are read at a time."""
    with ThreadPoolExecutor(max_workers=n_threads) as threads:
        keys = threads.map(partial(scan_key, task=task), scans)
        return [ScanJob(place, scan, key) for place, (scan, key) in enumerate(zip(scans, keys, strict=True))]


def _outcomes(
    work: Sequence[ScanJob], task: BoneTask, store: ScanCache, folder: Path, jobs: int, show_progress: bool
) -> list[ScanOutcome]:
    """Measure all scans and write their pictures; outcomes are in the order of the scans, without pictures."""
    found: dict[int, ScanOutcome] = {}
    drawn, names = Pictures(folder), stems(job.scan.case.patient_id for job in work)
    with closing(run_scans(work, task, store, n_processes=jobs, show_progress=show_progress)) as finished:
        for place, outcome in finished:
            drawn.add(outcome.scan.case.patient_id, names[place], outcome.pictures)
            found[place] = replace(outcome, pictures={})
    if any(
        not one.code for one in found.values()
    ):  # else the pictures of an earlier run stay with its tables
        drawn.close()
    return [found[place] for place in range(len(work))]


def _provenance(
    work: Sequence[ScanJob], listed: list[dict[str, Any]], settings: dict[str, Any]
) -> dict[str, Any]:
    return {
        **made_now(),
        **pseudonym_record(),
        "settings": settings,
        "inputs": listed,
        "acquisition": acquisition_record(job.scan.case for job in work),
    }


def _listed(folder: Path) -> list[dict[str, Any]]:
    """List the inputs of the run that the folder's tables are of, as its provenance tells them."""
    try:
        content = read_json(folder / PROVENANCE_FILE)
    except FileUnreadable:
        return []
    listed = content.get("inputs", []) if isinstance(content, dict) else []
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []


def _inputs(job: ScanJob) -> dict[str, Any]:
    """Names and digests of a scan's files; what may not be read, or is not there, has no digest."""
    scan = job.scan
    files = {"image": scan.case.image, "mask": scan.case.mask, "bodies": scan.bodies}
    digests = {
        kind: {
            "name": "" if scan.case.concealed else path.name,
            "sha256": None if job.key is None else input_digest(path),
        }
        for kind, path in files.items()
        if path is not None
    }
    return {"patient_id": scan.case.patient_id, **digests}
