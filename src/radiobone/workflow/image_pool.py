"""Every image of a manifest once, in one process or several; what is stored already is not computed again."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import SimpleITK as sitk
from threadpoolctl import threadpool_limits

from radiobone.core.cluster import active_cluster
from radiobone.core.errors import FileUnreadable, RadioboneError, WorkerDied
from radiobone.core.memory import memory_allowed
from radiobone.core.progress import Progress, progress
from radiobone.io.case import Case
from radiobone.workflow.cache import CaseKey, case_key, is_as_read
from radiobone.workflow.case_limits import NO_LIMITS, CaseLimits
from radiobone.workflow.case_runner import Outcome, Task, run_image
from radiobone.workflow.case_store import Cache
from radiobone.workflow.compiling import compile_kernels
from radiobone.workflow.process_pool import DIED_TWICE, Limits, in_processes, is_alone
from radiobone.workflow.ticks import relayed
from radiobone.workflow.worker_process import Beating, at

DIED_ELSEWHERE = (
    "One worker of the cluster after the other was ended at this image, most often because memory ran out. Start workers with more "
    "memory (--memory-limit), or crop the image to the region."
)


@dataclass(frozen=True)
class Job:
    """One case and the key of its cache entry (None: a file cannot be read, or nothing is stored)."""

    case: Case
    key: CaseKey | None = None


def run_jobs(
    jobs: Sequence[Job],
    task: Task,
    *,
    store: Cache | None,
    n_processes: int,
    show_progress: bool,
    limits: CaseLimits = NO_LIMITS,
) -> list[Outcome]:
    """Do what is asked of every case.

    Parameters
    ----------
    jobs : sequence of Job
        The cases.
    task : Task
        What is done with them.
    store : Cache or None
        Where finished cases go; their outcomes are then small, and ``store.whole`` reads the rest.
    n_processes : int
        Worker processes; the outcomes do not depend on it.
    show_progress : bool
        Count regions as they are finished.
    limits : CaseLimits
        Time and memory of one case. With limits the work is done in other processes always, since a process that
        exceeds them is ended.

    Returns
    -------
    list of Outcome
        At least one for each case, in no special order. Without a store features are held in memory, and pictures
        of regions, which nobody could write, are not.
    """
    outcomes, missing = _stored(jobs, store, show=show_progress)
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
    once = _Once(missing)
    with (
        progress(title, len(missing), show=show_progress) as tell,
        closing(_computed(missing, task, store, n_processes, tell, limits)) as finished,
    ):
        for found in finished:  # whatever stops us also ends the processes
            outcomes += map(once, found)
    return outcomes


def _stored(jobs: Sequence[Job], store: Cache | None, *, show: bool) -> tuple[list[Outcome], list[Job]]:
    """Return what an earlier run has left, and which cases it has not."""
    if store is None:
        return [], list(jobs)
    outcomes: list[Outcome] = []
    missing: list[Job] = []
    with progress("Reading what the last run has kept", len(jobs), show=show and store.holds_any()) as tell:
        for job in jobs:
            stored = store.load(job.key.key, job.case) if job.key else None
            if stored is None:
                missing.append(job)
            else:
                outcomes += stored
            tell(job.case.case_id)
    return outcomes, missing


class _Once:
    """Holds once what many outcomes share: another process sends each its own copy."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self._cases = {(job.case.patient_id, job.case.roi): job.case for job in jobs}
        self._names: dict[tuple[str, ...], tuple[str, ...]] = {}

    def __call__(self, outcome: Outcome) -> Outcome:
        kept, case = outcome.kept, outcome.case
        if kept is not None:
            kept = replace(kept, names=self._names.setdefault(kept.names, kept.names))
        own = self._cases.get((case.patient_id, case.roi))
        return replace(outcome, kept=kept, case=own if own == case else case)


def _computed(
    missing: Sequence[Job],
    task: Task,
    store: Cache | None,
    n_processes: int,
    tell: Progress,
    limits: CaseLimits,
) -> Generator[list[Outcome], None, None]:
    """Yield finished pieces of work, each one image with all its regions."""
    by_image: dict[Path, list[Job]] = defaultdict(list)
    for job in missing:
        by_image[job.case.image].append(job)
    pieces = list(by_image.values())
    if not pieces:
        return
    if is_alone(n_processes, len(pieces)) and not limits.any:
        yield from (_work(piece, task=task, store=store, tell=tell) for piece in pieces)
        return
    if active_cluster() is not None:
        yield from _on_cluster(by_image, partial(_work, task=task, store=store, tell=Progress()), tell)
        return
    with relayed(tell) as ticks:
        work = partial(_work, task=task, store=store, tell=ticks, most_bytes=limits.case_bytes)
        kept = Limits(limits.seconds(task), limits.case_bytes, partial(_refused, tell=ticks))
        yield from in_processes(
            work, pieces, n_processes, partial(_died, tell=ticks), limits=kept, split=_split
        )


def _on_cluster(
    by_image: Mapping[Path, list[Job]], work: Callable[[list[Job]], list[Outcome]], tell: Progress
) -> Generator[list[Outcome], None, None]:
    """Yield pieces that workers elsewhere have finished; what an image and its process may take is their own limit."""
    died = partial(_refused, error=WorkerDied(DIED_ELSEWHERE), tell=Progress())
    for found in in_processes(work, list(by_image.values()), 1, died):
        tell.grow(len(found) - len(by_image[found[0].case.image]))
        for one in found:
            tell(one.case.case_id)
        yield found


def _split(piece: list[Job], place: int) -> tuple[list[list[Job]], list[Job]]:
    """Part the other cases of an image from the one that a process was at when it was ended."""
    if len(piece) == 1:
        return [], piece
    return [[*piece[:place], *piece[place + 1 :]]], [piece[place]]


def _died(piece: Sequence[Job], *, tell: Progress) -> list[Outcome]:
    return _refused(piece, WorkerDied(DIED_TWICE), tell=tell)


def _refused(piece: Sequence[Job], error: RadioboneError, *, tell: Progress) -> list[Outcome]:
    for job in piece:
        tell(job.case.case_id)
    return [Outcome(job.case, "failed", error.code, str(error)) for job in piece]


def _work(
    piece: list[Job], *, task: Task, store: Cache | None, tell: Progress, most_bytes: int | None = None
) -> list[Outcome]:
    """Do the cases of one image; what is finished lies on disk at once, and what is handed back is small."""
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)  # one thread per worker, and one order of sums
    everything, left = _finished_before(piece, store)  # when a process was ended at another case of the image
    with threadpool_limits(1), memory_allowed(most_bytes):  # the sums of linear algebra too
        jobs = {place: _as_it_is(piece[place], task) for place in left}
        found = run_image([piece[place].case for place in left], task, Beating(tell))
        for place, job in jobs.items():
            at(place)
            job, outcomes = _unchanged(job, next(found), task)
            everything += _put(job, _told_of_key(outcomes, piece[place], job), task, store)
    return everything


def _as_it_is(job: Job, task: Task) -> Job:
    """Find the key anew if the files have changed since it was found."""
    if is_as_read(job.case, job.key):
        return job
    return replace(job, key=case_key(job.case, task.settings, task.modality, task.repeats))


def _unchanged(job: Job, outcomes: list[Outcome], task: Task) -> tuple[Job, list[Outcome]]:
    """Measure once more what was changed while it was measured; if it changes again, it is in use."""
    if is_as_read(job.case, job.key):
        return job, outcomes
    job = _as_it_is(job, task)
    (outcomes,) = run_image([job.case], task)
    if is_as_read(job.case, job.key):
        return job, outcomes
    error = FileUnreadable(
        f"{job.case.image.name} or {job.case.mask.name} changed while it was read, twice: another program is writing it. Run again when "
        "that has ended."
    )
    return job, [Outcome(job.case, "failed", error.code, str(error))]


def _told_of_key(outcomes: list[Outcome], before: Job, job: Job) -> list[Outcome]:
    if before.key is None or job.key is None or job.key.key == before.key.key:
        return outcomes
    return [replace(one, fresh=(before.key.key, job.key)) for one in outcomes]


def with_fresh_keys(jobs: Sequence[Job], outcomes: Sequence[Outcome]) -> list[Job]:
    """Return the cases with the keys of their files as they were measured."""
    fresh = dict(one.fresh for one in outcomes if one.fresh is not None)
    return [replace(job, key=fresh[job.key.key]) if job.key and job.key.key in fresh else job for job in jobs]


def _finished_before(piece: Sequence[Job], store: Cache | None) -> tuple[list[Outcome], list[int]]:
    everything: list[Outcome] = []
    left: list[int] = []
    for place, job in enumerate(piece):
        kept = store.load(job.key.key, job.case) if store is not None and job.key else None
        if kept is None:
            left.append(place)
        else:
            everything += kept
    return everything, left


def _put(job: Job, outcomes: list[Outcome], task: Task, store: Cache | None) -> list[Outcome]:
    """Bring a finished case to disk, or leave out the picture that nobody could write."""
    if store is not None:
        return store.store(job.key.key if job.key and task.measure else None, outcomes)
    return outcomes if task.repeats is not None else [replace(one, picture=None) for one in outcomes]
