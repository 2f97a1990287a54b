"""Grey level runs: how long a level goes on along a direction."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.features.matrices.grid import LevelGrid, Offset


def runs(grid: LevelGrid, offset: Offset) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int64]]:
    """Find every run along one direction.

    Parameters
    ----------
    grid : LevelGrid
        The region.
    offset : tuple of int, (z, y, x)
        Direction; components -1, 0, 1.

    Returns
    -------
    levels : ndarray of int, shape (n_runs,)
        Level of each run.
    lengths : ndarray of int, shape (n_runs,)
        Number of voxels in each run.
    """
    step = grid.step(offset)
    centre = grid.centre
    z, y, x = offset
    starts = np.flatnonzero(grid.neighbour((-z, -y, -x)) != centre)
    levels = centre[starts]
    lengths = np.ones(starts.size, dtype=np.int64)
    going = np.arange(starts.size)
    position = grid.inside[starts]
    while going.size:
        position = position + step
        goes_on = grid.flat[position] == levels[going]
        going, position = going[goes_on], position[goes_on]
        lengths[going] += 1
    return levels, lengths


def has_line(grid: LevelGrid, offset: Offset) -> bool:
    """Tell whether any line along the direction holds two voxels of the region, adjacent or not."""
    if (grid.neighbour(offset) > 0).any():
        return True
    where = np.stack(np.unravel_index(grid.inside, _padded_shape(grid)))
    axis = next(axis for axis in range(3) if offset[axis] != 0)
    along = where[axis] * offset[axis]
    line = where - along * np.asarray(offset)[:, None]
    return bool(np.unique(line, axis=1).shape[1] < grid.inside.size)


def _padded_shape(grid: LevelGrid) -> tuple[int, int, int]:
    stride_z, stride_y, _ = grid.strides
    return grid.flat.size // stride_z, stride_z // stride_y, stride_y
