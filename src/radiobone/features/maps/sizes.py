"""Features of matrices of grey level against size, shared by run lengths, zones and dependences.

Definitions as in ``features/size_matrix.py``. A neighbourhood has few runs, zones or dependences, so their list is
measured as it stands and no matrix is filled.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.maps.neighbourhoods import IntArray, Neighbourhoods

FloatArray = npt.NDArray[np.float64]
SizeArray = npt.NDArray[np.uint16]

MEASURES = (
    "level_nonuniformity", "level_nonuniformity_normalised", "level_variance",
    "size_nonuniformity", "size_nonuniformity_normalised", "size_variance", "entropy", "fraction",
    "high_level", "low_level", "large", "small", "large_high", "large_low", "small_high", "small_low",
)  # fmt: skip


def size_features(
    around: Neighbourhoods,
    ranks: SizeArray,
    sizes: SizeArray,
    names: tuple[str | None, ...],
    weights: FloatArray | None = None,
) -> dict[str, FloatArray]:
    """Compute features of size matrices, averaged over the matrices that are not empty.

    Parameters
    ----------
    around : Neighbourhoods
        Of n voxels.
    ranks : ndarray of uint16, shape (n, n_cells)
        Rank of the level of the runs, zones or dependences that are noted in each place.
    sizes : ndarray of uint16, shape (n, n_matrices, n_directions, n_cells)
        Their sizes, 0 for none; those of all directions go into one matrix.
    names : tuple of str or None
        What the ``MEASURES`` are called; None for one that is not a feature.
    weights : ndarray of float, shape (n_directions,), optional
        What an item counts in each direction; 1 if not given.

    Returns
    -------
    dict
        Name to values, shape (n,); NaN where every matrix is empty.
    """
    n, n_matrices, n_directions, n_cells = sizes.shape
    values, totals = np.zeros((len(MEASURES), n)), np.empty((n, n_matrices))
    inverse_squares = _inverse_squares(int(sizes.max(initial=0)) + 1)
    count = np.zeros((around.most_levels + 1, inverse_squares.size))
    logs = _counts_times_logs(n_directions * n_cells + 1) if weights is None else np.empty(0)
    weights = np.ones(n_directions) if weights is None else weights
    _emphases(ranks, around.level, around.n_levels, sizes, weights, inverse_squares, totals, values)
    _unevenness(ranks, sizes, weights, totals, logs, count, values)
    with np.errstate(invalid="ignore"):  # NaN where every matrix is empty
        values /= np.count_nonzero(totals, axis=1)
    return {name: values[row] for row, name in enumerate(names) if name is not None}


@lru_cache(maxsize=64)
def _inverse_squares(n: int) -> FloatArray:
    """1 / s² of sizes below n; 0 for no size."""
    return np.array([0.0, *(1.0 / np.arange(1.0, n) ** 2)])


@lru_cache(maxsize=64)
def _counts_times_logs(n: int) -> FloatArray:
    """Table of c log2 c of counts below n."""
    counts = np.arange(float(n))
    table: FloatArray = counts * np.log2(np.maximum(counts, 1.0))
    return table


@compiled
def _emphases(
    rank: npt.NDArray[np.uint16],
    level: FloatArray,
    n_levels: IntArray,
    sizes: SizeArray,
    weights: FloatArray,
    inverse_squares: FloatArray,
    totals: FloatArray,
    values: FloatArray,
) -> None:
    """Add means and variances over the items of each matrix, and say how many items there are."""
    above, square, inverse = (
        np.empty(rank.shape[1] + 1),
        np.empty(rank.shape[1] + 1),
        np.empty(rank.shape[1] + 1),
    )
    for v in range(rank.shape[0]):
        for i in range(n_levels[v]):
            above[i + 1] = level[v, i] - level[v, 0]
            square[i + 1] = level[v, i] * level[v, i]
            inverse[i + 1] = 1.0 / square[i + 1]
        for k in range(sizes.shape[1]):
            total, gaps, gaps_squared, all_sizes, large, small, high, low = (
                0.0,
                0.0,
                0.0,
                0.0,
                0.0,
                0.0,
                0.0,
                0.0,
            )
            large_high, large_low, small_high, small_low = 0.0, 0.0, 0.0, 0.0
            for d in range(sizes.shape[2]):
                for cell in range(sizes.shape[3]):
                    size, i, weight = np.int64(sizes[v, k, d, cell]), rank[v, cell], weights[d]
                    if size > 0:
                        big, little = weight * (size * size), weight * inverse_squares[size]
                        total += weight
                        gaps += weight * above[i]
                        gaps_squared += weight * above[i] * above[i]
                        all_sizes += weight * size
                        large += big
                        small += little
                        high += weight * square[i]
                        low += weight * inverse[i]
                        large_high += big * square[i]
                        large_low += big * inverse[i]
                        small_high += little * square[i]
                        small_low += little * inverse[i]
            totals[v, k] = total
            if total > 0:
                values[2, v] += _variance(total, gaps, gaps_squared)
                values[5, v] += _variance(total, all_sizes, large)
                values[7, v] += total / all_sizes
                values[8, v] += high / total
                values[9, v] += low / total
                values[10, v] += large / total
                values[11, v] += small / total
                values[12, v] += large_high / total
                values[13, v] += large_low / total
                values[14, v] += small_high / total
                values[15, v] += small_low / total


@compiled
def _variance(total: float, added: float, squares: float) -> float:
    """Variance of whole numbers, without rounding before the last step where each counts 1."""
    return max(total * squares - added * added, 0.0) / (total * total)


@compiled
def _unevenness(
    rank: npt.NDArray[np.uint16],
    sizes: SizeArray,
    weights: FloatArray,
    totals: FloatArray,
    logs: FloatArray,
    count: FloatArray,
    values: FloatArray,
) -> None:
    """Add entropy and nonuniformities; a count is set back to 0 when it has been taken."""
    per_level, per_size = np.zeros(count.shape[0]), np.zeros(count.shape[1])
    for v in range(rank.shape[0]):
        for k in range(sizes.shape[1]):
            for d in range(sizes.shape[2]):
                for cell in range(sizes.shape[3]):
                    size, i = sizes[v, k, d, cell], rank[v, cell]
                    if size > 0:
                        count[i, size] += weights[d]
                        per_level[i] += weights[d]
                        per_size[size] += weights[d]
            squares_of_levels, squares_of_sizes, times_logs = 0.0, 0.0, 0.0
            for d in range(sizes.shape[2]):
                for cell in range(sizes.shape[3]):
                    size, i = sizes[v, k, d, cell], rank[v, cell]
                    if size > 0:
                        times_logs += _count_times_log(count[i, size], logs)
                        squares_of_levels += per_level[i] * per_level[i]
                        squares_of_sizes += per_size[size] * per_size[size]
                        count[i, size], per_level[i], per_size[size] = 0.0, 0.0, 0.0
            total = totals[v, k]
            if total > 0:
                values[0, v] += squares_of_levels / total
                values[1, v] += squares_of_levels / (total * total)
                values[3, v] += squares_of_sizes / total
                values[4, v] += squares_of_sizes / (total * total)
                values[6, v] += (_count_times_log(total, logs) - times_logs) / total


@compiled
def _count_times_log(count: float, logs: FloatArray) -> float:
    """Look c log2 c up where every item counts 1."""
    if logs.size > 0:
        return float(logs[int(count)])
    return count * math.log2(count) if count > 0 else 0.0


KERNELS = (_emphases, _unevenness)
