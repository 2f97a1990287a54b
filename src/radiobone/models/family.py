"""What a family of models is: a name, how to make one, what to search."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sklearn.base import BaseEstimator


@dataclass(frozen=True)
class ModelFamily:
    """A kind of classifier and the grid that nested cross-validation searches.

    Attributes
    ----------
    name : str
        In a pipeline file.
    title : str
        In a report.
    make : callable, int -> estimator
        Gives an unfitted classifier for two classes, seeded, on one thread. It writes no files, prints
        nothing, and has ``predict_proba`` or ``decision_function``.
    space : mapping of str to sequence
        Parameters of the estimator and the values to try; small, for 50 to 500 rows.
    """

    name: str
    title: str
    make: Callable[[int], BaseEstimator]
    space: Mapping[str, Sequence[Any]]
