"""What a family of models is: a name, how to make one, what to search."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sklearn.base import BaseEstimator


@dataclass(frozen=True)
class ModelFamily:
    """A kind of model and the grid that nested cross-validation searches.

    Attributes
    ----------
    name : str
        In a pipeline file.
    title : str
        In a report.
    make : callable, int -> estimator
        Gives an unfitted model, seeded, on one thread, which writes no files and prints nothing: a classifier for two
        classes with ``predict_proba`` or ``decision_function``, one for ordered classes with ``predict_proba``, or a
        regressor.
    space : mapping of str to sequence
        Parameters of the estimator and the values to try; small, for 50 to 500 rows.
    """

    name: str
    title: str
    make: Callable[[int], BaseEstimator]
    space: Mapping[str, Sequence[Any]]

    @property
    def parameters(self) -> set[str]:
        """Names of the parameters that a pipeline may set; those of a model within by their own names too."""
        example = self.make(0)
        names = {*example.get_params(), *inspect.signature(type(example)).parameters, *self.space}
        return names | {name.rpartition("__")[2] for name in names if name.startswith("estimator__")}
