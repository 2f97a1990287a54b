"""Every image of a manifest once, in one process or several; what is stored already is not computed again."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import SimpleITK as sitk
from joblib import Parallel, delayed, parallel_config
from joblib.externals.loky import ProcessPoolExecutor
from joblib.externals.loky.process_executor import TerminatedWorkerError
from threadpoolctl import threadpool_limits

from radiobone.core.errors import WorkerDied
from radiobone.core.interruption import become_worker
from radiobone.core.progress import Progress, progress
from radiobone.io.case import Case
from radiobone.workflow.cache import Cache, CaseKey
from radiobone.workflow.case_runner import Outcome, Task, run_image
from radiobone.workflow.compiling import compile_kernels
from radiobone.workflow.ticks import relayed


@dataclass(frozen=True)
class Job:
    """One case and the key of its cache entry (None: a file cannot be read, or nothing is stored)."""

    case: Case
    key: CaseKey | None = None


Work = Callable[[list[Job]], list[Outcome]]


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
        yield from _in_processes(work, pieces, n_processes, ticks)


def _in_processes(
    work: Work, pieces: Sequence[list[Job]], n_processes: int, tell: Progress
) -> Iterator[list[Outcome]]:
    finished: set[int] = set()
    tasks = (delayed(_numbered)(work, n, piece) for n, piece in enumerate(pieces))
    settings = parallel_config(
        backend="loky", inner_max_num_threads=1, initializer=become_worker, initargs=(os.getpid(),)
    )
    try:
        with settings:  # a pool takes them over when it is made
            pool = Parallel(n_jobs=min(n_processes, len(pieces)), return_as="generator_unordered")
            with closing(pool(tasks)) as found:
                for number, outcomes in found:
                    finished.add(number)
                    yield outcomes
    except TerminatedWorkerError:  # which piece ended the worker is not known: each once more, alone
        for piece in (piece for number, piece in enumerate(pieces) if number not in finished):
            yield _in_a_process_of_its_own(work, piece, tell)


def _numbered(work: Work, number: int, piece: list[Job]) -> tuple[int, list[Outcome]]:
    return number, work(piece)


def _in_a_process_of_its_own(work: Work, piece: list[Job], tell: Progress) -> list[Outcome]:
    with ProcessPoolExecutor(max_workers=1, initializer=become_worker, initargs=(os.getpid(),)) as process:
        try:
            outcomes: list[Outcome] = process.submit(work, piece).result()
        except TerminatedWorkerError:
            for job in piece:
                tell(job.case.case_id)
            message = (
                "The system ended the worker process twice at this image, most often because memory ran out. "
                "Run again on a machine with more memory, or crop the image to the region."
            )
            return [Outcome(job.case, "failed", WorkerDied.code, message) for job in piece]
        except KeyboardInterrupt:
            process.shutdown(kill_workers=True)
            raise
    return outcomes


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
