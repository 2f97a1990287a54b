"""Features of matrices of grey level against size, shared by run lengths, zones and dependences.

Definitions as in ``features/size_matrix.py``.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.maps.neighbourhoods import IntArray

EPSILON = float(np.spacing(1.0))
FloatArray = npt.NDArray[np.float64]

MEASURES = (
    "level_nonuniformity", "level_nonuniformity_normalised", "level_variance",
    "size_nonuniformity", "size_nonuniformity_normalised", "size_variance", "entropy", "fraction",
    "high_level", "low_level", "large", "small", "large_high", "large_low", "small_high", "small_low",
)  # fmt: skip


def size_features(
    count: FloatArray,
    level: FloatArray,
    n_levels: IntArray,
    size: FloatArray,
    n_sizes: IntArray,
    names: tuple[str | None, ...],
) -> dict[str, FloatArray]:
    """Compute features of size matrices, averaged over the directions whose matrix is not empty.

    Parameters
    ----------
    count : ndarray of float, shape (n, n_directions, n_most_levels, n_most_sizes)
        How many runs, zones or voxels.
    level : ndarray of float, shape (n, n_most_levels)
        Level of each row; ``n_levels`` of them count.
    n_levels, n_sizes : ndarray of int64, shape (n,)
        How many rows and columns count.
    size : ndarray of float, shape (n, n_most_sizes)
        Size of each column.
    names : tuple of str or None
        What the ``MEASURES`` are called; None for one that is not a feature.

    Returns
    -------
    dict
        Name to values, shape (n,); NaN where every matrix is empty.
    """
    values = np.empty((len(count), len(MEASURES)))
    _features(count, level, n_levels, size, n_sizes, values)
    return {name: values[:, column] for column, name in enumerate(names) if name is not None}


@compiled
def _features(
    count: FloatArray,
    level: FloatArray,
    n_levels: IntArray,
    size: FloatArray,
    n_sizes: IntArray,
    values: FloatArray,
) -> None:
    one = np.empty(values.shape[1])
    per_level, per_size = np.empty(count.shape[2]), np.empty(count.shape[3])
    for v in range(n_levels.size):
        n_i, n_j, n_met = n_levels[v], n_sizes[v], 0
        values[v] = 0.0
        for k in range(count.shape[1]):
            matrix = count[v, k, :n_i, :n_j]
            total = _emphases(matrix, level[v], size[v], per_level[:n_i], per_size[:n_j], one)
            if total == 0:
                continue
            n_met += 1
            one[6] = _entropy(matrix, total)
            _spread(per_level[:n_i], level[v], total, one[0:3])
            one[7] = total / _spread(per_size[:n_j], size[v], total, one[3:6])
            values[v] += one
        values[v] /= n_met  # NaN where no direction has any


@compiled
def _emphases(
    count: FloatArray,
    level: FloatArray,
    size: FloatArray,
    per_level: FloatArray,
    per_size: FloatArray,
    out: FloatArray,
) -> float:
    """Means over the items of level and size squared; also the items per level and per size, and in all."""
    out[8:16] = 0.0
    per_level[:], per_size[:] = 0.0, 0.0
    total = 0.0
    for i in range(per_level.size):
        large, small = 0.0, 0.0
        for j in range(per_size.size):
            if count[i, j] > 0:
                per_level[i] += count[i, j]
                per_size[j] += count[i, j]
                large += count[i, j] * size[j] * size[j]
                small += count[i, j] / (size[j] * size[j])
        square = level[i] * level[i]
        total += per_level[i]
        out[8] += per_level[i] * square
        out[9] += per_level[i] / square
        out[10] += large
        out[11] += small
        out[12] += large * square
        out[13] += large / square
        out[14] += small * square
        out[15] += small / square
    if total > 0:
        for column in range(8, 16):
            out[column] /= total
    return total


@compiled
def _entropy(count: FloatArray, total: float) -> float:
    entropy = 0.0
    for i in range(count.shape[0]):
        for j in range(count.shape[1]):
            if count[i, j] > 0:
                p = count[i, j] / total
                entropy -= p * math.log2(p + EPSILON)
    return entropy


@compiled
def _spread(items: FloatArray, key: FloatArray, total: float, out: FloatArray) -> float:
    """Nonuniformity, as it is and normalised, and variance of the keys; return their sum over the items."""
    squares, weighted, variance = 0.0, 0.0, 0.0
    for i in range(items.size):
        squares += items[i] * items[i]
        weighted += items[i] * key[i]
    for i in range(items.size):
        variance += items[i] / total * (key[i] - weighted / total) ** 2
    out[0], out[1], out[2] = squares / total, squares / (total * total), variance
    return weighted
