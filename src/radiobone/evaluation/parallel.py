"""Work in processes, or on a cluster, that changes no number: one numerical thread each, results in order."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence, Sized
from contextlib import contextmanager
from functools import cache, partial
from time import perf_counter
from typing import Any, NoReturn, TypeVar

from joblib import Parallel, delayed, parallel_config
from joblib.externals.loky.process_executor import BrokenProcessPool
from threadpoolctl import threadpool_limits

from radiobone.core.cluster import Cluster, active_cluster
from radiobone.core.errors import WorkerDied
from radiobone.core.interruption import become_worker
from radiobone.core.progress import Advance
from radiobone.core.warnings import silenced

T = TypeVar("T")
START_S = 4.0
"""What processes take to start and to import what they need."""
BY_FILE = "32M"
"""Arrays from this size on go to processes by way of a file; joblib waits 0.1 s before it removes files."""


@contextmanager
def _ended_quietly(
    finished: Generator[tuple[int, T], None, None],
) -> Iterator[Generator[tuple[int, T], None, None]]:
    """End what goes on elsewhere; that some of it was not asked for any more is no news to who stopped it."""
    try:
        yield finished
    finally:
        with silenced(UserWarning):
            finished.close()


def _silent(_what: str) -> None:
    return


def run_all(
    work: Callable[..., T],
    tasks: Iterable[tuple[Any, ...]],
    *,
    n_tasks: int | None = None,
    jobs: int = 1,
    advance: Advance = _silent,
) -> list[T]:
    """Run ``work`` on every task and return the results in the tasks' order.

    Parameters
    ----------
    work : callable
        A function at module level.
    tasks : iterable of tuple
        Its arguments. An iterator is asked for a task only when a process is nearly free, so that large
        arguments need not all be held at once.
    n_tasks : int, optional
        How many there are; needed for an iterator.
    jobs : int
        Processes; -1 takes all processors. Inside ``on_cluster`` several tasks go to the workers instead.
    advance : callable
        Called after each finished task.

    Raises
    ------
    WorkerDied
        If the system ended a process, as it does when memory runs out.
    SchedulerLost, WorkerMismatch
    """
    wanted = processes(jobs)
    if n_tasks is None:
        n_tasks = len(tasks) if isinstance(tasks, Sized) else wanted
    cluster = active_cluster()
    n_jobs = min(wanted, n_tasks)
    if n_tasks <= 1 or (n_jobs <= 1 and cluster is None):
        return _here(work, tasks, advance)
    found: dict[int, T] = {}
    elsewhere = _in_processes(work, tasks, n_jobs) if cluster is None else _on_cluster(work, tasks, cluster)
    with _ended_quietly(elsewhere) as finished:  # whatever stops us also ends the processes
        for number, result in finished:
            found[number] = result
            advance("")
    return [found[number] for number in sorted(found)]


def run_few(
    work: Callable[..., T], tasks: Sequence[tuple[Any, ...]], *, jobs: int = 1, advance: Advance = _silent
) -> list[T]:
    """As ``run_all``, of tasks that may be too little work to start processes for.

    The first is done here; the rest too, where by its time they take less than processes take to start. What is
    returned does not depend on it.
    """
    begun = perf_counter()
    first = _here(work, tasks[:1], advance)
    expected_s = (perf_counter() - begun) * (len(tasks) - 1)
    if expected_s <= START_S:
        return first + _here(work, tasks[1:], advance)
    return first + run_all(work, tasks[1:], jobs=jobs, advance=advance)


def processes(jobs: int) -> int:
    """Return how many processes ``jobs`` asks for; -1 asks for all processors."""
    return (os.cpu_count() or 1) if jobs < 0 else max(1, jobs)


def _here(work: Callable[..., T], tasks: Iterable[tuple[Any, ...]], advance: Advance) -> list[T]:
    results = []
    for task in tasks:
        results.append(_alone(work, task))
        advance("")
    return results


def _in_processes(
    work: Callable[..., T], tasks: Iterable[tuple[Any, ...]], n_jobs: int
) -> Generator[tuple[int, T], None, None]:
    """Yield results with the number of their task, as they come."""
    sent = received = 0

    def calls() -> Iterator[Any]:
        nonlocal sent
        for task in tasks:
            sent += 1
            yield delayed(_numbered)(sent - 1, work, task)

    try:
        with parallel_config(
            backend="loky", inner_max_num_threads=1, initializer=become_worker, initargs=(os.getpid(),)
        ):
            for found in Parallel(n_jobs=n_jobs, return_as="generator_unordered", max_nbytes=BY_FILE)(
                calls()
            ):
                received += 1
                yield found
    except BrokenProcessPool as error:  # also where a process ended while it gave its answer
        raise _lost(n_jobs) from error
    if received < sent:
        raise _lost(n_jobs)


def _lost(n_jobs: int) -> WorkerDied:
    return WorkerDied(
        f"One of {n_jobs} worker processes was ended by the system, most often because memory ran out. The rest of the work cannot be "
        "finished without it. Run the same command again, with fewer --jobs: what was kept is not done again."
    )


def _on_cluster(
    work: Callable[..., T], tasks: Iterable[tuple[Any, ...]], cluster: Cluster
) -> Generator[tuple[int, T], None, None]:
    """Yield results with the number of their task, as they come from the workers."""
    yield from cluster.each(partial(_one_of, work), enumerate(tasks), _died)


def _one_of(work: Callable[..., T], numbered: tuple[int, tuple[Any, ...]]) -> tuple[int, T]:
    return numbered[0], _alone(work, numbered[1])


def _died(_numbered: tuple[int, tuple[Any, ...]]) -> NoReturn:
    raise WorkerDied(
        "One worker of the cluster after the other was ended at the same piece of work, most often because memory ran out. "
        "What is finished is kept. Start workers with more memory (--memory-limit), and run the same command again."
    )


def _numbered(number: int, work: Callable[..., T], task: tuple[Any, ...]) -> tuple[int, T]:
    _set_imports_aside()
    return number, _alone(work, task)


@cache
def _set_imports_aside() -> None:
    """Keep the garbage collector from what was imported: each second loky collects, and would look at all of it for 0.1 s."""
    gc.freeze()


def _alone(work: Callable[..., T], task: tuple[Any, ...]) -> T:
    """Run one task with one numerical thread, so that sums are added in one order everywhere."""
    with threadpool_limits(limits=1):
        return work(*task)
