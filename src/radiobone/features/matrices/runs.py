"""Grey level runs: how long a level goes on along a direction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.matrices.alike import LOWEST_BIT, Alike
from radiobone.features.matrices.grid import LevelGrid, Offset


def count_runs(grid: LevelGrid, alike: Alike, directions: Sequence[Offset]) -> npt.NDArray[np.uint32]:
    """Count the runs of each level and length along each direction.

    Parameters
    ----------
    grid : LevelGrid
        The region.
    alike : Alike
        Where levels go on, in that region.
    directions : sequence of tuple of int, (z, y, x)
        Some of ``alike.offsets``.

    Returns
    -------
    ndarray of uint32, shape (n_directions, n_levels, longest)
        Entry [k, i, j]: runs of level i and length j + 1 along direction k.
    """
    longest = max(grid.layout.box)
    reached = np.zeros((len(directions), grid.levels.size + 1, longest + 2), dtype=np.uint32)
    row = np.zeros(len(alike.offsets), dtype=np.int64)
    position = [alike.offsets.index(direction) for direction in directions]
    row[position] = np.arange(len(position))
    wanted = sum(1 << bit for bit in position)
    window = 1 << int(alike.steps.max()).bit_length()
    length = np.empty((window, len(alike.offsets)), dtype=np.uint16)
    _count(grid.flat, grid.layout.inside, alike.steps, alike.bits, wanted, LOWEST_BIT, length, row, reached)
    reached[:, 1:, 1] = grid.counts - reached[:, 1:, 2:].sum(axis=2)
    counts = reached[:, 1:, 1:-1] - reached[:, 1:, 2:]
    used = int(np.flatnonzero(counts.any(axis=(0, 1)))[-1]) + 1
    return counts[:, :, :used]


@compiled
def _count(
    flat: npt.NDArray[np.uint16],
    inside: npt.NDArray[np.int64],
    steps: npt.NDArray[np.int64],
    alike: npt.NDArray[np.uint16],
    wanted: int,
    lowest_bit: npt.NDArray[np.uint8],
    length: npt.NDArray[np.uint16],
    row: npt.NDArray[np.int64],
    reached: npt.NDArray[np.uint32],
) -> None:
    """Count the voxels that are the j-th of their run, j > 1: as many as there are runs of at least that length.

    Visits only what goes on, and does not branch on where a run ends, which a processor could not foresee in noise.
    ``length`` holds, for the last voxels visited, how many steps their runs are long.
    """
    last = length.shape[0] - 1  # a power of two less one: the remainder of a division is a bitwise and
    for place in inside:
        bits = np.int64(alike[place]) & wanted
        while bits:
            k = lowest_bit[bits]
            bits &= bits - 1
            behind = place - steps[k]
            n_steps = (np.int64(alike[behind]) >> k & 1) * length[behind & last, k] + 1
            length[place & last, k] = n_steps
            reached[row[k], flat[place], n_steps + 1] += np.uint32(1)
