"""Rank sums of classes, for every column at once."""

from __future__ import annotations

import numpy as np

from radiobone.selection.column_blocks import by_column_blocks
from radiobone.selection.ranking import BoolArray, FloatArray


def rank_sums(table: FloatArray, members: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Sum mid-ranks by class.

    Parameters
    ----------
    table : ndarray, shape (n_rows, n_columns)
        Finite.
    members : ndarray of bool, shape (n_classes, n_rows)
        True where a row belongs to the class.

    Returns
    -------
    sums : ndarray, shape (n_classes, n_columns)
        Of the mid-ranks of each class.
    ties : ndarray, shape (n_columns,)
        Sum of t³ - t over groups of t ties.
    """
    found = by_column_blocks(lambda block: _sums_and_ties(block, members), table)
    return found[:-1], found[-1]


def _sums_and_ties(table: FloatArray, members: BoolArray) -> FloatArray:
    """Return rank sums of each class and, below them, ties; shape (n_classes + 1, n_columns)."""
    columns = np.ascontiguousarray(table.T)
    n_columns, n_rows = columns.shape
    order = np.argsort(columns, axis=1)
    columns = np.take_along_axis(columns, order, axis=1)
    starts = np.ones((n_columns, n_rows), dtype=bool)
    starts[:, 1:] = columns[:, 1:] != columns[:, :-1]
    first = np.flatnonzero(starts)
    length = np.diff(first, append=starts.size)
    mid_rank = first % n_rows + (length + 1) / 2
    column = first // n_rows
    found = np.empty((len(members) + 1, n_columns))
    for row, members_of_class in zip(found[:-1], members, strict=True):
        n_in_run = np.add.reduceat(members_of_class[order].ravel(), first, dtype=np.intp)
        row[:] = np.bincount(column, weights=mid_rank * n_in_run, minlength=n_columns)
    found[-1] = np.bincount(column, weights=length.astype(float) ** 3 - length, minlength=n_columns)
    return found
