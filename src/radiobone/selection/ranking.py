"""From scores to columns, by one total order: the score, then the column's position."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.intp]


def best_first(scores: FloatArray) -> IntArray:
    """Positions from the highest score to the lowest; equal scores keep the order of the columns.

    Parameters
    ----------
    scores : ndarray, shape (n_columns,)
        NaN counts as the lowest.
    """
    return np.argsort(-np.where(np.isnan(scores), -np.inf, scores), kind="stable")


def keep_best(order: IntArray, n_passing: int, min_features: int, max_features: int | None) -> BoolArray:
    """Mark the first columns of an order, as many as pass, within bounds.

    Parameters
    ----------
    order : ndarray of int, shape (n_columns,)
        Positions of all columns, best first.
    n_passing : int
        How many pass the test.
    min_features, max_features : int, int or None
        Bounds; a bound above the number of columns is that number.

    Returns
    -------
    ndarray of bool, shape (n_columns,)
        At least one is True.
    """
    count = max(n_passing, min_features)
    if max_features is not None:
        count = min(count, max_features)
    support = np.zeros(len(order), dtype=bool)
    support[order[:count]] = True
    return support
