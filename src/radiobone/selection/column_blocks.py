"""Work on a wide table, some columns at a time: what is made on the way stays small, and in the processor's cache."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from radiobone.selection.ranking import FloatArray

CELLS = 1 << 18


def by_column_blocks(work: Callable[[FloatArray], FloatArray], table: FloatArray) -> FloatArray:
    """Do work that treats each column for itself on blocks of columns, and join what it returns.

    Parameters
    ----------
    work : callable
        From an array of shape (n_rows, n_block) to one of shape (…, n_block).
    table : ndarray, shape (n_rows, n_columns)

    Returns
    -------
    ndarray, shape (…, n_columns)
        To the last bit what ``work`` returns of the whole table.
    """
    n_rows, n_columns = table.shape
    at_once = max(CELLS // max(n_rows, 1), 4)
    n_blocks = -(-n_columns // at_once)
    if n_blocks <= 1:
        return work(table)
    edges = np.linspace(0, n_columns, n_blocks + 1).astype(int)  # alike in width: none of a single column
    return np.concatenate([work(table[:, a:b]) for a, b in itertools.pairwise(edges)], axis=-1)
