"""Every image of a manifest once, in one process or several; what is stored already is not computed again."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import SimpleITK as sitk
from threadpoolctl import threadpool_limits

from radiobone.core.errors import WorkerDied
from radiobone.core.progress import Progress, progress
from radiobone.io.case import Case
from radiobone.workflow.cache import Cache, CaseKey
from radiobone.workflow.case_runner import Outcome, Task, run_image
from radiobone.workflow.compiling import compile_kernels
from radiobone.workflow.process_pool import DIED_TWICE, in_processes
from radiobone.workflow.ticks import relayed


@dataclass(frozen=True)
class Job:
    """One case and the key of its cache entry (None: a file cannot be read, or nothing is stored)."""

    case: Case
    key: CaseKey | None = None


def run_jobs(
    jobs: Sequence[Job], task: Task, *, store: Cache | None, n_processes: int, show_progress: bool
) -> list[Outcome]:
    """Do what is asked of every case.

    Parameters
    ----------
    jobs : sequence of Job
        The cases.
    task : Task
        What is done with them.
    store : Cache or None
        Where finished cases are kept.
    n_processes : int
        Worker processes; the outcomes do not depend on it.
    show_progress : bool
        Count regions as they are finished.

    Returns
    -------
    list of Outcome
        At least one for each case, in no special order.
    """
    outcomes: list[Outcome] = []
    missing: list[Job] = []
    for job in jobs:
        stored = store.load(job.key.key, job.case) if store and job.key else None
        if stored is None:
            missing.append(job)
        else:
            outcomes += stored
    if outcomes and show_progress:
        print(
            f"{len(jobs) - len(missing)} of {len(jobs)} cases are unchanged since the last run and are kept"
            f"{', with their repeats' if task.repeats else ''}.",
            file=sys.stderr,
        )
    if task.measure and missing:
        compile_kernels(show=show_progress)
    title = (
        "Checking regions" if not task.measure else f"Measuring {'repeats' if task.repeats else 'regions'}"
    )
    with (
        progress(title, len(missing), show=show_progress) as tell,
        closing(_computed(missing, task, store, n_processes, tell)) as finished,
    ):
        for found in finished:  # whatever stops us also ends the processes
            outcomes += found
    return outcomes


def _computed(
    missing: Sequence[Job], task: Task, store: Cache | None, n_processes: int, tell: Progress
) -> Generator[list[Outcome], None, None]:
    """Yield finished pieces of work, each one image with all its regions."""
    by_image: dict[Path, list[Job]] = defaultdict(list)
    for job in missing:
        by_image[job.case.image].append(job)
    pieces = list(by_image.values())
    if n_processes == 1 or len(pieces) < 2:
        yield from (_work(piece, task=task, store=store, tell=tell) for piece in pieces)
        return
    with relayed(tell) as ticks:
        work = partial(_work, task=task, store=store, tell=ticks)
        yield from in_processes(work, pieces, n_processes, partial(_died, tell=ticks))


def _died(piece: Sequence[Job], *, tell: Progress) -> list[Outcome]:
    for job in piece:
        tell(job.case.case_id)
    return [Outcome(job.case, "failed", WorkerDied.code, DIED_TWICE) for job in piece]


def _work(piece: list[Job], *, task: Task, store: Cache | None, tell: Progress) -> list[Outcome]:
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)  # one thread per worker, and one order of sums
    everything: list[Outcome] = []
    with threadpool_limits(1):  # the sums of linear algebra too
        found = run_image([job.case for job in piece], task, tell)
    for job, outcomes in zip(piece, found, strict=True):
        if store and job.key:
            store.store(job.key.key, outcomes)
        everything += outcomes
    return everything
