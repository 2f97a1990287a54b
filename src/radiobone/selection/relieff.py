"""Columns that differ between near rows of different classes and agree between near rows of one: ReliefF."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from radiobone.core.errors import BadSetting
from radiobone.selection.labels import some_classes
from radiobone.selection.ranking import BoolArray, FloatArray, IntArray, best_first, keep_best
from radiobone.selection.recut import Recut
from radiobone.selection.tags import NeedsClasses

PAIRS_AT_ONCE = 4096
DIGITS = 12  # distances that agree in so many decimals tie, whatever the order of the rows


class ReliefFSelector(NeedsClasses, Recut, SelectorMixin, BaseEstimator):
    """Keep the columns of the largest ReliefF weights.

    Every row is compared with its nearest rows of each class. A column gains where it differs from rows of
    other classes (weighted by their share) and loses where it differs from rows of its own; what counts is the
    difference over the column's range among the training rows, and rows are near by the sum of these. Rows that tie for the last
    place among the nearest share it. Columns that act together are seen, copies of one are all kept.

    Parameters
    ----------
    n_features : int
        How many columns to keep; all, if there are fewer.
    n_neighbors : int
        Nearest rows of each class; lowered where a class has fewer.

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
        In sorted order.
    weights_ : ndarray, shape (n_columns,)
        In [-1, 1]; near 0 for a column without relevance.
    support_ : ndarray of bool, shape (n_columns,)

    References
    ----------
    Robnik-Sikonja and Kononenko 2003, Machine Learning 53:23.
    """

    cut_parameters: ClassVar[frozenset[str]] = frozenset({"n_features"})

    def __init__(self, n_features: int = 20, n_neighbors: int = 10) -> None:
        self.n_features = n_features
        self.n_neighbors = n_neighbors

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Weigh the columns on the training rows.

        Raises
        ------
        BadSetting
            If a parameter is below 1.
        OneClass
            If ``y`` has one class.
        """
        self._check_parameters()
        table, labels = validate_data(self, X, y, dtype=np.float64, ensure_min_samples=2)
        self.classes_, codes = some_classes(labels)
        self.weights_ = relieff(table, codes, self.n_neighbors)
        self._cut()
        return self

    def _check_parameters(self) -> None:
        for name in ("n_features", "n_neighbors"):
            if getattr(self, name) < 1:
                raise BadSetting(f"{name} is {getattr(self, name)!r}; it must be at least 1.")

    def _cut(self) -> None:
        order = best_first(np.round(self.weights_, DIGITS))
        self.support_ = keep_best(order, 0, self.n_features, None)

    def _get_support_mask(self) -> BoolArray:
        check_is_fitted(self)
        return self.support_


def relieff(table: FloatArray, codes: IntArray, n_neighbors: int) -> FloatArray:
    """Weigh every column, with every row as an example.

    Parameters
    ----------
    table : ndarray, shape (n_rows, n_columns)
        Finite.
    codes : ndarray of int, shape (n_rows,)
        Class of each row: 0, 1, ..., each of which occurs.
    n_neighbors : int

    Returns
    -------
    ndarray, shape (n_columns,)
        0 for a constant column.
    """
    lowest = table.min(axis=0)
    span = table.max(axis=0) / 2 - lowest / 2  # halves: the range of huge values would overflow
    scaled = (table / 2 - lowest / 2) / np.where(span > 0, span, 1.0)
    distance = np.round(cdist(scaled, scaled, "cityblock"), DIGITS)
    np.fill_diagonal(distance, np.inf)
    first, second = np.nonzero(pair_weights := _pair_weights(distance, codes, n_neighbors))
    weight = pair_weights[first, second]
    total = np.zeros(table.shape[1])
    for start in range(0, len(first), PAIRS_AT_ONCE):
        part = slice(start, start + PAIRS_AT_ONCE)
        total += weight[part] @ np.abs(scaled[first[part]] - scaled[second[part]])
    return total


def _pair_weights(distance: FloatArray, codes: IntArray, n_neighbors: int) -> FloatArray:
    """Weight of each (row, other row): below 0 for hits, above for misses, 0 for rows that are not near."""
    n_rows = len(codes)
    share = np.bincount(codes) / n_rows
    weights = np.zeros_like(distance)
    for code, prior in enumerate(share):
        members = np.flatnonzero(codes == code)
        for own in range(len(share)):
            rows = np.flatnonzero(codes == own)
            hits = own == code
            near = _nearest(distance[np.ix_(rows, members)], min(n_neighbors, len(members) - hits))
            sign = -1.0 if hits else prior / (1 - share[own])
            weights[np.ix_(rows, members)] = sign * near / n_rows
    return weights


def _nearest(distance: FloatArray, count: int) -> FloatArray:
    """Shares of the ``count`` nearest, 1 in sum over each row; those that tie for the last places share them."""
    if count == 0:
        return np.zeros_like(distance)
    last = np.partition(distance, count - 1, axis=1)[:, count - 1 : count]
    nearer, tied = distance < last, distance == last
    left = count - nearer.sum(axis=1, keepdims=True)
    shares: FloatArray = (nearer + tied * (left / tied.sum(axis=1, keepdims=True))) / count
    return shares
