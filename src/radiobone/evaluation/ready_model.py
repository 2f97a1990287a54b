"""Probabilities that another program has given, as a frozen model that hands them on."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.special import logit
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.pipeline import Pipeline

from radiobone.core.errors import BadSetting
from radiobone.evaluation.model import Model

TITLE = "ready predictions of another program"
CLOSEST = 1e-12  # to 0 and 1, whose log odds are infinite


class AsGiven(TransformerMixin, BaseEstimator):
    """Hand columns on as numbers; nothing is learned."""

    def fit(self, X: npt.ArrayLike, y: object = None) -> Self:
        """Learn nothing."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        return True

    def transform(self, X: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the columns, shape (n_rows, n_columns)."""
        return np.asarray(X, dtype=np.float64)


class ReadyProbability:
    """A classifier of one column, which holds the probability already."""

    classes_ = np.array([0, 1])

    def __init__(self, column: str) -> None:
        self.column = column

    def decision_function(self, X: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the log odds of probabilities, shape (n_rows, 1).

        Raises
        ------
        BadSetting
            If a value is no probability.
        """
        given = np.asarray(X, dtype=np.float64)[:, 0]
        wrong = given[(given < 0) | (given > 1)]
        if wrong.size:
            raise BadSetting(
                f"'{self.column}' holds {wrong[0]:g}, and {wrong.size} of {given.size} values are no probabilities, which go "
                "from 0 to 1. Divide percentages by 100; turn scores into probabilities where they were made."
            )
        return np.asarray(logit(np.clip(given, CLOSEST, 1 - CLOSEST)))


def ready_model(
    column: str, *, target: str, positive: str = "1", negative: str = "0", threshold: float = 0.5
) -> Model:
    """Make a frozen model of a column of probabilities; it learns nothing, and is judged as any other.

    Parameters
    ----------
    column : str
        Of the probabilities of the positive class.
    target, positive, negative : str
        What they are probabilities of.
    threshold : float
        From which on a row counts as positive.

    Raises
    ------
    BadSetting
        If the threshold is no probability.
    """
    if not 0 <= threshold <= 1:
        raise BadSetting(f"The threshold is {threshold:g}; a probability lies between 0 and 1.")
    unknown = dict.fromkeys(("n_rows", "n_patients", "n_positive", "n_negative", "source"))
    about: dict[str, Any] = {
        "task": "binary",
        "target": target,
        "positive": positive,
        "negative": negative,
        "model": TITLE,
        "params": {},
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "intended_use": "Not stated: the predictions were made by another program.",
        "training": unknown,
    }
    names = (column,)
    return Model(
        steps=Pipeline([("as_given", AsGiven())]),
        classifier=ReadyProbability(column),
        calibrator=None,
        threshold=threshold,
        inputs=names,
        needed=names,
        features=names,
        fill=(0.5,),
        ranges={column: (0.0, 1.0)},
        about=about,
    )
