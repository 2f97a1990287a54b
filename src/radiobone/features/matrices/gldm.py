"""Grey level dependence: how many neighbours have about the same level."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from radiobone.features.matrices.grid import LevelGrid, Offset


def dependences(grid: LevelGrid, neighbours: Sequence[Offset], *, alpha: int = 0) -> npt.NDArray[np.int64]:
    """Count the neighbours on which each voxel depends, itself included.

    Parameters
    ----------
    grid : LevelGrid
        The region.
    neighbours : sequence of tuple of int, (z, y, x)
        Offsets to neighbours, opposite ones too.
    alpha : int
        Greatest difference of level that still counts.

    Returns
    -------
    ndarray of int, shape (n_voxels,)
        1 for a voxel without a like neighbour; in raster order.
    """
    centre = grid.centre
    counts = np.ones(centre.size, dtype=np.int64)
    for offset in neighbours:
        neighbour = grid.neighbour(offset)
        counts += (
            neighbour == centre if alpha == 0 else (np.abs(neighbour - centre) <= alpha) & (neighbour > 0)
        )
    return counts
