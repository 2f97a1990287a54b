"""Work in processes: results in order, tasks made when needed, a lost process named."""

from __future__ import annotations

import operator
import os
import time
import warnings

import pytest

from faulty_work import cut_answer
from radiobone.core.errors import WorkerDied
from radiobone.evaluation import parallel
from radiobone.evaluation.parallel import run_all, run_few


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_the_order_of_the_tasks(jobs):
    done = []
    tasks = ((number, number) for number in range(20))
    found = run_all(operator.mul, tasks, n_tasks=20, jobs=jobs, advance=done.append)
    assert found == [number**2 for number in range(20)]
    assert len(done) == 20


def test_a_process_that_ended_without_an_answer_is_named():
    with pytest.raises(WorkerDied, match="fewer --jobs"):
        run_all(os._exit, [(1,), (1,)], jobs=2)


def test_a_process_that_ended_in_the_middle_of_its_answer_is_named():
    with pytest.raises(WorkerDied, match="fewer --jobs"):
        run_all(cut_answer, [(1,), (1,)], jobs=2)


def test_who_stops_it_is_not_told_what_was_not_used():
    def stop(_what: str) -> None:
        raise KeyboardInterrupt

    with warnings.catch_warnings(record=True) as said, pytest.raises(KeyboardInterrupt):
        warnings.simplefilter("always")
        run_all(time.sleep, [(0.05,)] * 8, jobs=2, advance=stop)
    assert [str(one.message) for one in said] == []


@pytest.mark.parametrize(("start_s", "expected"), [(60.0, []), (0.0, [3])])
def test_processes_are_started_for_work_that_takes_longer_than_their_start(monkeypatch, start_s, expected):
    asked, done = [], []

    def recording(work, tasks, *, jobs=1, advance):
        asked.append(jobs)
        return run_all(work, tasks, advance=advance)

    monkeypatch.setattr(parallel, "START_S", start_s)
    monkeypatch.setattr(parallel, "run_all", recording)
    found = run_few(operator.mul, [(number, number) for number in range(5)], jobs=3, advance=done.append)
    assert found == [0, 1, 4, 9, 16]
    assert asked == expected
    assert len(done) == 5
