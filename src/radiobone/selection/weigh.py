"""Columns stretched by how clearly they tell the target."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from radiobone.selection.arguments import check_within
from radiobone.selection.correlation import unit_columns
from radiobone.selection.mrmr_measures import f_statistic
from radiobone.selection.ranking import FloatArray
from radiobone.selection.tags import NeedsTarget
from radiobone.selection.targets import read_target

MOST = 1e6  # F statistic of a column that tells the target without error
LEAST = 1e-6


class RelevanceWeights(NeedsTarget, OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Multiply each column by a power of how clearly it tells the target, so that clear columns count for more in what follows.

    For models that go by distances or shrink all columns alike (support vector machines, nearest neighbours, shrunken
    discriminants, ridge): where a few columns tell the classes apart they lead, and where many say a little all count
    about alike. Bring columns to one scale before (``scale`` or ``normal_scores``).

    Parameters
    ----------
    power : float
        Of the square root of F, which for two classes is the t statistic: 0 leaves columns as they are, 1 makes weights
        proportional to t; at most 10.
    target : {"auto", "class", "number"}
        What ``y`` is; ``auto`` takes fractions as numbers and all else as classes, two or more.

    Attributes
    ----------
    weights_ : ndarray, shape (n_columns,)
        Positive, of mean square 1.
    """

    def __init__(self, power: float = 1.0, target: str = "auto") -> None:
        self.power = power
        self.target = target

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Learn weights from the training rows.

        Raises
        ------
        BadSetting
            If a parameter is out of range.
        OneClass
            If all of ``y`` is alike.
        """
        check_within("power", self.power, 0.0, 10.0)
        table, labels = validate_data(self, X, y, dtype=np.float64, ensure_min_samples=2)
        clear = f_statistic(unit_columns(table), read_target(labels, self.target))
        weights = np.clip(clear, LEAST, MOST) ** (self.power / 2)
        self.weights_ = weights / np.sqrt(np.mean(np.square(weights)))
        return self

    def transform(self, X: npt.ArrayLike) -> FloatArray:
        """Multiply columns by their weights.

        Parameters
        ----------
        X : array-like, shape (n_rows, n_columns)

        Returns
        -------
        ndarray, shape (n_rows, n_columns)
        """
        check_is_fitted(self)
        table = validate_data(self, X, dtype=np.float64, reset=False)
        stretched: FloatArray = table * self.weights_
        return stretched
