"""The results of all tasks, by the names of the tasks."""

from __future__ import annotations

from radiobone.evaluation.task_results.base import TaskResults
from radiobone.evaluation.task_results.binary import BINARY
from radiobone.evaluation.task_results.number import NUMBER
from radiobone.evaluation.task_results.ordinal import ORDINAL

TASK_RESULTS: dict[str, TaskResults] = {"binary": BINARY, "ordinal": ORDINAL, "number": NUMBER}
