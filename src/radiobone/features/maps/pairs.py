"""Which levels are neighbours of which, in every neighbourhood."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.maps.neighbourhoods import IntArray, Neighbourhoods

MOST_CELLS = 1 << 17  # few enough that the matrices stay in the processor's cache
FloatArray = npt.NDArray[np.float64]


def pair_matrices(
    around: Neighbourhoods, steps: IntArray, weights: FloatArray, *, symmetrical: bool, merged: bool
) -> Iterator[tuple[slice, FloatArray]]:
    """Count pairs of levels, for as many neighbourhoods at a time as keep the matrices small.

    Parameters
    ----------
    around : Neighbourhoods
        Of n voxels.
    steps : ndarray of int64, shape (n_directions,)
        To neighbours, one of each opposite pair.
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
    n_matrices = 1 if merged else steps.size
    at_once = max(1, MOST_CELLS // (n_matrices * around.most_levels**2))
    for first in range(0, len(around), at_once):
        rows = slice(first, first + at_once)
        part = around[rows]
        pairs = np.zeros((len(part), n_matrices, part.most_levels, part.most_levels))
        _count(part.cube, part.place, part.n_inside, steps, weights, symmetrical, pairs)
        yield rows, pairs


@compiled
def _count(
    cube: npt.NDArray[np.uint16],
    place: IntArray,
    n_inside: IntArray,
    steps: IntArray,
    weights: FloatArray,
    symmetrical: bool,
    pairs: FloatArray,
) -> None:
    for v in range(n_inside.size):
        for k in range(steps.size):
            matrix = pairs[v, min(k, pairs.shape[1] - 1)]
            for i in range(n_inside[v]):
                ahead = np.int64(cube[v, place[v, i] + steps[k]])
                if ahead > 0:
                    own = np.int64(cube[v, place[v, i]])
                    matrix[own - 1, ahead - 1] += weights[k]
                    if symmetrical:
                        matrix[ahead - 1, own - 1] += weights[k]
