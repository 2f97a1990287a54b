"""Work in processes: results in order, tasks made when needed, a lost process named."""

from __future__ import annotations

import operator
import os

import pytest

from radiobone.core.errors import WorkerDied
from radiobone.evaluation.parallel import run_all


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
