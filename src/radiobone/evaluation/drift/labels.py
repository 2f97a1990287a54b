"""Labels of new cases in the words of a model; they may be missing, or all of one class."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.labels import spelled
from radiobone.cohort.numbers import is_missing
from radiobone.cohort.targets import read_target
from radiobone.cohort.task import parse_task
from radiobone.core.errors import BadSetting
from radiobone.core.warnings import collected
from radiobone.evaluation.model import Model

SHOWN = 4


def labels_for(model: Model, column: pd.Series, positive: str | None = None) -> npt.NDArray[np.float64]:
    """Return 1 for the model's positive class and 0 for its other, places of ordered classes, or numbers; NaN where missing.

    Parameters
    ----------
    model : Model
    column : pandas.Series
        One cell per row.
    positive : str, optional
        The value of the column that stands for the model's positive class; the other value is then its negative one.

    Raises
    ------
    BadSetting
        If a value is none of the model's classes.
    TableError, StudyError
        As for training, of ordered classes and numbers.
    """
    if column.map(is_missing).all():
        return np.full(len(column), np.nan)
    if model.task.name == "binary":
        return _of_two(model, column, positive)
    task = parse_task(model.about.get("task_settings", "binary"), model.about.get("levels") or None)
    with collected():  # rows without a label are counted
        found = read_target(column, task, positive=positive)
    y = np.full(len(column), np.nan)
    y[found.known] = found.y[found.known]
    return y


def _of_two(model: Model, column: pd.Series, positive: str | None) -> npt.NDArray[np.float64]:
    words = [None if is_missing(cell) else spelled(cell).casefold() for cell in column]
    yes = spelled(model.about["positive"] if positive is None else positive).casefold()
    found = {word for word in words if word is not None}
    others = found - {yes}
    no = spelled(model.about["negative"]).casefold()
    known = others <= {no} if positive is None else len(others) <= 1
    if not known or (positive is not None and yes == no):
        odd = ", ".join(sorted(map(repr, found))[:SHOWN])
        if positive is not None and yes not in found:
            raise BadSetting(
                f"'{column.name}' has the values {odd}, and none of them is '{positive}' (--positive)."
            )
        raise BadSetting(
            f"'{column.name}' has the values {odd}, and the model tells '{model.about['positive']}' from "
            f"'{model.about['negative']}'. Spell the classes as the model does, or say --positive VALUE for the one that stands for "
            f"'{model.about['positive']}'; leave cells empty where the label is not known."
        )
    return np.array([np.nan if word is None else float(word == yes) for word in words])
