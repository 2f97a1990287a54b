"""Rows put together to what is independent evidence: patients, or what a split keeps whole."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

T = TypeVar("T", bound=np.generic)
FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def units_of(y: IntArray, groups: npt.NDArray[np.str_]) -> tuple[IntArray, IntArray]:
    """Return the number of each row's patient; one with rows of both classes counts once for each.

    Returns
    -------
    number : numpy.ndarray of int, shape (n_rows,)
        Unit of each row.
    classes : numpy.ndarray of int, shape (n_units,)
    """
    _, patient = np.unique(groups, return_inverse=True)
    kinds, number = np.unique(2 * patient + y, return_inverse=True)
    return number.astype(np.int64), (kinds % 2).astype(np.int64)


def means_of(values: FloatArray, number: IntArray) -> FloatArray:
    """Return the mean of each unit, shape (n_units,) or (n_units, n_columns)."""
    order = np.argsort(number, kind="stable")
    begins = np.searchsorted(number[order], np.arange(number.max() + 1))
    sums = np.add.reduceat(values[order], begins, axis=0)
    counts = np.bincount(number)
    return np.asarray(sums / (counts if values.ndim == 1 else counts[:, np.newaxis]), dtype=float)


def ranks_within(values: FloatArray, classes: IntArray) -> FloatArray:
    """Return ranks within each class, of mean 0 and sum of squares 1 over all rows; 0 where a column is constant or empty.

    Missing values take the middle of their class.
    """
    ranks = np.zeros(values.shape)
    for label in np.unique(classes):
        here = classes == label
        part = np.asarray(rankdata(values[here], axis=0, nan_policy="omit"), dtype=float)
        there = (~np.isnan(part)).sum(axis=0)
        ranks[here] = np.nan_to_num(part - np.nansum(part, axis=0) / np.maximum(there, 1))
    size = np.sqrt((ranks**2).sum(axis=0))
    return np.asarray(np.divide(ranks, size, out=np.zeros_like(ranks), where=size > 0), dtype=float)


def shuffled_within(values: npt.NDArray[T], classes: IntArray, rng: np.random.Generator) -> npt.NDArray[T]:
    """Shuffle values among the units of each class."""
    found = values.copy()
    for label in np.unique(classes):
        here = np.flatnonzero(classes == label)
        found[here] = values[rng.permutation(here)]
    return found
