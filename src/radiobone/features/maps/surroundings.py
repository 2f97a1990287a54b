"""How every voxel of a neighbourhood compares with its neighbours, for dependences and tone differences."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.maps.neighbourhoods import CellPairs, IntArray, Neighbourhoods

FloatArray = npt.NDArray[np.float64]


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
    n_cells = rank.shape[1]
    own, total = np.empty(n_cells), np.empty(n_cells)
    met, alike = np.empty(n_cells, dtype=np.int64), np.empty(n_cells, dtype=np.int64)
    for v in range(rank.shape[0]):
        for cell in range(n_cells):
            own[cell] = level[v, np.int64(rank[v, cell]) - 1] if rank[v, cell] > 0 else 0.0
        total[:], met[:], alike[:] = 0.0, 0, 0
        for p in range(first.size):
            one, other = first[p], second[p]
            both = own[one] > 0 and own[other] > 0
            near = both and abs(own[one] - own[other]) <= alpha
            total[one] += own[other]  # levels are positive: 0 where nothing counts
            total[other] += own[one]
            met[one] += both
            met[other] += both
            alike[one] += near
            alike[other] += near
        for cell in range(n_cells):
            if own[cell] > 0:
                row = np.int64(rank[v, cell]) - 1
                dependences[v, 0, row, alike[cell]] += 1
                if met[cell] > 0:
                    differences[v, row] += abs(own[cell] - total[cell] / met[cell])
