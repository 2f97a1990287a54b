"""Which levels are neighbours of which, in every neighbourhood."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.maps.neighbourhoods import CellPairs, IntArray, Neighbourhoods

MOST_CELLS = 1 << 17  # few enough that the matrices stay in the processor's cache
FloatArray = npt.NDArray[np.float64]


def pair_matrices(
    around: Neighbourhoods, pairs: CellPairs, weights: FloatArray, *, symmetrical: bool, merged: bool
) -> Iterator[tuple[slice, FloatArray]]:
    """Count pairs of levels, for as many neighbourhoods at a time as keep the matrices small.

    Parameters
    ----------
    around : Neighbourhoods
        Of n voxels.
    pairs : CellPairs
        Which cells are neighbours.
    weights : ndarray of float, shape (n_directions,)
        What a pair counts.
    symmetrical : bool
        Whether a pair counts both ways.
    merged : bool
        Whether one matrix takes the pairs of all directions.

    Yields
    ------
    tuple of slice and ndarray of float, shape (n_part, n_directions or 1, most_levels, most_levels)
        Which neighbourhoods, and entry [v, k, i, j]: weight of the pairs of ranks i + 1 and j + 1.
    """
    n_matrices = 1 if merged else len(pairs.directions)
    at_once = max(1, MOST_CELLS // (max(n_matrices, 1) * around.most_levels**2))
    for begin in range(0, len(around), at_once):
        rows = slice(begin, begin + at_once)
        part = around[rows]
        counts = np.zeros((len(part), n_matrices, part.most_levels, part.most_levels))
        _count(part.rank, pairs.first, pairs.second, pairs.start, weights, symmetrical, counts)
        yield rows, counts


@compiled
def _count(
    rank: npt.NDArray[np.uint16],
    first: IntArray,
    second: IntArray,
    start: IntArray,
    weights: FloatArray,
    symmetrical: bool,
    counts: FloatArray,
) -> None:
    for v in range(rank.shape[0]):
        for k in range(weights.size):
            matrix = counts[v, min(k, counts.shape[1] - 1)]
            for p in range(start[k], start[k + 1]):
                one, other = np.int64(rank[v, first[p]]), np.int64(rank[v, second[p]])
                if one > 0 and other > 0:
                    matrix[one - 1, other - 1] += weights[k]
                    if symmetrical:
                        matrix[other - 1, one - 1] += weights[k]
