"""Grey level runs: how long a level goes on along a direction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.matrices.grid import LevelGrid, Offset


def count_runs(grid: LevelGrid, offsets: Sequence[Offset]) -> npt.NDArray[np.uint32]:
    """Count the runs of each level and length along each direction.

    Parameters
    ----------
    grid : LevelGrid
        The region.
    offsets : sequence of tuple of int, (z, y, x)
        Directions; components -1, 0, 1.

    Returns
    -------
    ndarray of uint32, shape (n_directions, n_levels, longest)
        Entry [k, i, j]: runs of level i and length j + 1 along direction k.
    """
    longest = max(grid.box)
    counts = np.zeros((len(offsets), grid.levels.size, longest), dtype=np.uint32)
    used = _count(grid.flat, grid.inside, grid.steps(offsets), counts)
    return counts[:, :, :used]


@compiled
def _count(
    flat: npt.NDArray[np.uint16],
    inside: npt.NDArray[np.int64],
    steps: npt.NDArray[np.int64],
    counts: npt.NDArray[np.uint32],
) -> int:
    longest = 0
    for k in range(steps.size):
        step = steps[k]
        for place in inside:
            rank = flat[place]
            if flat[place - step] == rank:
                continue
            length = 0
            ahead = place + step
            while flat[ahead] == rank:
                length += 1
                ahead += step
            counts[k, rank - 1, length] += np.uint32(1)
            longest = max(longest, length)
    return longest + 1


def has_line(grid: LevelGrid, offset: Offset) -> bool:
    """Tell whether any line along the direction holds two voxels of the region, adjacent or not."""
    if _has_neighbour(grid.flat, grid.inside, grid.step(offset)):
        return True
    where = np.stack(np.unravel_index(grid.inside, _padded_shape(grid)))
    axis = next(axis for axis in range(3) if offset[axis] != 0)
    along = where[axis] * offset[axis]
    line = where - along * np.asarray(offset)[:, None]
    return bool(np.unique(line, axis=1).shape[1] < grid.inside.size)


@compiled
def _has_neighbour(flat: npt.NDArray[np.uint16], inside: npt.NDArray[np.int64], step: int) -> bool:
    for place in inside:  # noqa: SIM110  (a loop is what compiles)
        if flat[place + step] > 0:
            return True
    return False


def _padded_shape(grid: LevelGrid) -> tuple[int, int, int]:
    stride_z, stride_y, _ = grid.strides
    return grid.flat.size // stride_z, stride_z // stride_y, stride_y
