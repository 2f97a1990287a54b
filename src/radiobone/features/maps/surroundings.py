"""How every voxel of a neighbourhood compares with its neighbours, for dependences and tone differences."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.maps.neighbourhoods import CellPairs, IntArray, Neighbourhoods

FloatArray = npt.NDArray[np.float64]
BLOCK = 64  # neighbourhoods compared together: enough for wide registers, few enough for the smallest cache


def compare(around: Neighbourhoods, cells: CellPairs, alpha: int) -> tuple[FloatArray, FloatArray]:
    """Count like neighbours, and sum the differences from the neighbours' mean.

    Parameters
    ----------
    around : Neighbourhoods
        Of n voxels.
    cells : CellPairs
        Which cells are neighbours, in d directions and back.
    alpha : int
        Greatest difference of level at which a neighbour counts as like.

    Returns
    -------
    dependences : ndarray of float, shape (n, 1, most_levels, 2 d + 1)
        Entry [v, 0, i, k]: voxels of rank i + 1 with k neighbours of about the same level.
    differences : ndarray of float, shape (n, most_levels)
        Sum over the voxels of a rank; a voxel without neighbours adds 0.
    """
    dependences = np.zeros((len(around), 1, around.most_levels, 2 * len(cells.directions) + 1))
    differences = np.zeros((len(around), around.most_levels))
    _compare(around.rank, around.level, cells.first, cells.second, alpha, dependences, differences)
    return dependences, differences


@compiled
def _compare(
    rank: npt.NDArray[np.uint16],
    level: FloatArray,
    first: IntArray,
    second: IntArray,
    alpha: int,
    dependences: FloatArray,
    differences: FloatArray,
) -> None:
    """Compare block by block: one pair of cells in many neighbourhoods, which a processor does at once."""
    n_voxels, n_cells = rank.shape
    own = np.zeros((n_cells, BLOCK), dtype=np.int32)
    total, met, alike = np.empty_like(own), np.empty_like(own), np.empty_like(own)
    for start in range(0, n_voxels, BLOCK):
        here = min(BLOCK, n_voxels - start)
        for v in range(here):
            for cell in range(n_cells):
                number = rank[start + v, cell]
                own[cell, v] = np.int32(level[start + v, number - 1]) if number > 0 else np.int32(0)
        _compare_cells(own, first, second, np.int32(alpha), total, met, alike)
        for v in range(here):
            for cell in range(n_cells):
                number = np.int64(rank[start + v, cell])
                if number > 0:
                    dependences[start + v, 0, number - 1, alike[cell, v]] += 1
                    if met[cell, v] > 0:
                        apart = own[cell, v] - total[cell, v] / met[cell, v]
                        differences[start + v, number - 1] += abs(apart)


@compiled
def _compare_cells(
    own: npt.NDArray[np.int32],
    first: IntArray,
    second: IntArray,
    alpha: np.int32,
    total: npt.NDArray[np.int32],
    met: npt.NDArray[np.int32],
    alike: npt.NDArray[np.int32],
) -> None:
    """Sum neighbours' levels and count them and the like ones; all arrays have the shape (n_cells, n_voxels)."""
    total[:], met[:], alike[:] = 0, 0, 0
    for p in range(first.size):
        for one, other in ((first[p], second[p]), (second[p], first[p])):
            for v in range(own.shape[1]):
                total[one, v] += own[other, v]  # levels are positive: 0 where nothing counts
            for v in range(own.shape[1]):
                met[one, v] += np.int32(own[other, v] > 0)
            for v in range(own.shape[1]):
                apart = np.int32(own[one, v] - own[other, v])
                alike[one, v] += np.int32((own[other, v] > 0) & (apart <= alpha) & (-apart <= alpha))
