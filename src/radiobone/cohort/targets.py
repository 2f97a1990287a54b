"""The target column, as the task takes it."""

from __future__ import annotations

import pandas as pd

from radiobone.cohort.graded_labels import read_numbers, read_ordered
from radiobone.cohort.labels import Labels, read_labels
from radiobone.cohort.task import AnyTask, Number, Ordinal
from radiobone.core.errors import BadSetting


def read_target(column: pd.Series, task: AnyTask, *, positive: str | bool | None = None) -> Labels:
    """Read the target of a task; ``positive`` is for two classes alone.

    Raises
    ------
    BadSetting
        If a positive class is named for another task, or the order of classes is not known.
    TableError, StudyError
    """
    if isinstance(task, Ordinal | Number) and positive is not None:
        raise BadSetting(
            f"positive = {positive!r} is given, and --task {task.kind} has no positive class. Leave it out."
        )
    if isinstance(task, Ordinal):
        return read_ordered(column, task)
    if isinstance(task, Number):
        return read_numbers(column, task)
    return read_labels(column, positive=positive)
