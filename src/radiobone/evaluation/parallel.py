"""Work in processes that changes no number: one numerical thread each, results in order."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from joblib import Parallel, delayed, parallel_config
from threadpoolctl import threadpool_limits

from radiobone.core.progress import Advance

T = TypeVar("T")


def _silent(_what: str) -> None:
    return


def run_all(
    work: Callable[..., T], tasks: Sequence[tuple[Any, ...]], *, jobs: int = 1, advance: Advance = _silent
) -> list[T]:
    """Run ``work`` on every task and return the results in the tasks' order.

    Parameters
    ----------
    work : callable
        A function at module level.
    tasks : sequence of tuple
        Its arguments.
    jobs : int
        Processes; -1 takes all processors.
    advance : callable
        Called after each finished task.
    """
    wanted = (os.cpu_count() or 1) if jobs < 0 else max(1, jobs)
    n_jobs = min(wanted, len(tasks))
    if n_jobs <= 1:
        results = []
        for task in tasks:
            results.append(_alone(work, task))
            advance("")
        return results
    with parallel_config(backend="loky", inner_max_num_threads=1):
        numbered = Parallel(n_jobs=n_jobs, return_as="generator_unordered")(
            delayed(_numbered)(number, work, task) for number, task in enumerate(tasks)
        )
        found: dict[int, T] = {}
        for number, result in numbered:
            found[number] = result
            advance("")
    return [found[number] for number in range(len(tasks))]


def _numbered(number: int, work: Callable[..., T], task: tuple[Any, ...]) -> tuple[int, T]:
    return number, _alone(work, task)


def _alone(work: Callable[..., T], task: tuple[Any, ...]) -> T:
    """Run one task with one numerical thread, so that sums are added in one order everywhere."""
    with threadpool_limits(limits=1):
        return work(*task)
