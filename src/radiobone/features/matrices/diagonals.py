"""Sums along the diagonals of co-occurrence matrices."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled

FloatArray = npt.NDArray[np.float64]


def sums_and_differences(p: FloatArray, levels: npt.NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
    """Probabilities of each sum and of each absolute difference of two levels.

    Parameters
    ----------
    p : ndarray of float, shape (n_directions, n, n)
        Probabilities of pairs.
    levels : ndarray of int64, shape (n,)
        Ascending, from 1.

    Returns
    -------
    of_sums : ndarray of float, shape (n_directions, 2 levels[-1] + 1)
        Entry [k, s]: probability that two levels add up to s.
    of_differences : ndarray of float, shape (n_directions, levels[-1])
        Entry [k, d]: probability that two levels are d apart.
    """
    highest = int(levels[-1])
    of_sums = np.zeros((len(p), 2 * highest + 1))
    of_differences = np.zeros((len(p), highest))
    _add_up(p, levels, of_sums, of_differences)
    return of_sums, of_differences


@compiled
def _add_up(
    p: FloatArray, levels: npt.NDArray[np.int64], of_sums: FloatArray, of_differences: FloatArray
) -> None:
    for k in range(p.shape[0]):
        for i in range(levels.size):
            for j in range(levels.size):
                of_sums[k, levels[i] + levels[j]] += p[k, i, j]
                of_differences[k, abs(levels[i] - levels[j])] += p[k, i, j]
