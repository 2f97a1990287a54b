"""Every scan of a cohort once, in one process or several; what is stored already is not measured again."""

from __future__ import annotations

import sys
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from radiobone.core.errors import WorkerDied
from radiobone.core.progress import progress
from radiobone.features.bone.warm_up import warm_up
from radiobone.workflow.bone.scan_cache import ScanCache
from radiobone.workflow.bone.scan_runner import BoneTask, ScanOutcome, run_scan
from radiobone.workflow.bone.scans import Scan
from radiobone.workflow.process_pool import DIED_TWICE, in_processes, is_alone


@dataclass(frozen=True)
class ScanJob:
    """A scan, its place in the cohort and the key of its entry (None: a file cannot be read)."""

    place: int
    scan: Scan
    key: str | None


def run_scans(
    jobs: Sequence[ScanJob], task: BoneTask, store: ScanCache, *, n_processes: int, show_progress: bool
) -> Generator[tuple[int, ScanOutcome], None, None]:
    """Yield the place and outcome of every scan, first those that are kept.

    Parameters
    ----------
    jobs : sequence of ScanJob
        The scans.
    task : BoneTask
        What is done with them.
    store : ScanCache
        Where finished scans are kept.
    n_processes : int
        Worker processes; the outcomes do not depend on it.
    show_progress : bool
        Whether to tell the time left: of one scan by its bones, of several by scans.
    """
    missing = []
    for job in jobs:
        kept = None if job.key is None else store.load(job.key, job.scan)
        if kept is None:
            missing.append(job)
        else:
            yield job.place, kept
    if show_progress and len(missing) < len(jobs):
        n_kept = len(jobs) - len(missing)
        print(
            f"{n_kept} of {len(jobs)} scans are unchanged since the last run and are kept.", file=sys.stderr
        )
    single = len(jobs) == 1
    with (
        progress("Measuring scans", len(missing), show=show_progress and not single) as tell,
        closing(_measured(missing, task, store, n_processes, show_progress and single)) as finished,
    ):
        for place, outcome in finished:  # whatever stops us also ends the processes
            tell(outcome.scan.case.patient_id)
            yield place, outcome


def _measured(
    missing: Sequence[ScanJob], task: BoneTask, store: ScanCache, n_processes: int, show_levels: bool
) -> Generator[tuple[int, ScanOutcome], None, None]:
    work = partial(_work, task=task, store=store, show_levels=show_levels)
    if is_alone(n_processes, len(missing)):
        yield from map(work, missing)
        return
    warm_up()  # kernels are compiled once, before there are several processes that would each do it
    yield from in_processes(work, missing, n_processes, _died)


def _work(job: ScanJob, *, task: BoneTask, store: ScanCache, show_levels: bool) -> tuple[int, ScanOutcome]:
    outcome = run_scan(job.scan, task, show_progress=show_levels)
    if job.key is not None:
        store.store(job.key, outcome)
    return job.place, outcome


def _died(job: ScanJob) -> tuple[int, ScanOutcome]:
    return job.place, ScanOutcome(job.scan, WorkerDied.code, DIED_TWICE)
