"""All tasks. To add one: its module and a line here, its settings in ``cohort/task.py``, its results in ``task_results``."""

from __future__ import annotations

from radiobone.evaluation.tasks.base import Task
from radiobone.evaluation.tasks.binary import BINARY
from radiobone.evaluation.tasks.number import NUMBER
from radiobone.evaluation.tasks.ordinal import ORDINAL

TASKS: dict[str, Task] = {task.name: task for task in (BINARY, ORDINAL, NUMBER)}
