"""Grey level co-occurrence: how often two levels are neighbours."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.features.matrices.grid import LevelGrid, Offset


def cooccurrence(grid: LevelGrid, offset: Offset) -> npt.NDArray[np.int64]:
    """Count pairs of levels at one offset.

    Parameters
    ----------
    grid : LevelGrid
        The region.
    offset : tuple of int, (z, y, x)
        From the first voxel of a pair to the second.

    Returns
    -------
    ndarray of int, shape (n_levels, n_levels)
        Entry [i - 1, j - 1]: voxels of level i whose neighbour has level j.
    """
    size = grid.n_levels + 1
    neighbour = grid.neighbour(offset)
    paired = neighbour > 0
    codes = grid.centre[paired].astype(np.int64) * size + neighbour[paired]
    return np.bincount(codes, minlength=size * size).reshape(size, size)[1:, 1:]
