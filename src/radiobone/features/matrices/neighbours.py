"""What every voxel's neighbours are, counted in one pass for three families.

Co-occurrence (which levels are neighbours of which), dependence (how many neighbours have about the
same level) and tone difference (how far a level is from the mean of its surroundings) all look at the
same neighbours, and looking is what takes the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.matrices.grid import LevelGrid, Offset

MOST_CELLS = 1 << 26


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Counts over a region with n levels and d directions.

    Attributes
    ----------
    pairs : ndarray of uint32, shape (d, n, n), or None
        Entry [k, i, j]: voxels of level i whose neighbour at offset k has level j. None where they would
        take too much memory at once.
    dependences : ndarray of int64, shape (n, 2 d + 1)
        Entry [i, k]: voxels of level i with k neighbours of about the same level.
    tone_differences : ndarray of float, shape (n,)
        Sum of absolute differences from the mean of the neighbours; a voxel without any adds 0.
    """

    pairs: npt.NDArray[np.uint32] | None
    dependences: npt.NDArray[np.int64]
    tone_differences: npt.NDArray[np.float64]


def count_neighbours(grid: LevelGrid, offsets: Sequence[Offset], *, alpha: int = 0) -> Neighbours:
    """Count pairs, dependences and tone differences.

    Parameters
    ----------
    grid : LevelGrid
        The region.
    offsets : sequence of tuple of int, (z, y, x)
        To neighbours, one of each opposite pair.
    alpha : int
        Greatest difference of level at which a neighbour counts as dependent.
    """
    n_levels, n_offsets = grid.levels.size, len(offsets)
    counted = n_offsets if n_offsets * (n_levels + 1) ** 2 <= MOST_CELLS else 0
    pairs = np.zeros((counted, n_levels + 1, n_levels + 1), dtype=np.uint32)
    dependences = np.zeros((n_levels + 1, 2 * n_offsets + 1), dtype=np.int64)
    differences = np.zeros(n_levels + 1)
    level = np.concatenate([[0], grid.levels])
    _count(
        grid.flat,
        grid.layout.inside,
        grid.layout.steps(offsets),
        level,
        alpha,
        pairs,
        dependences,
        differences,
    )
    return Neighbours(pairs[:, 1:, 1:] if counted else None, dependences[1:], differences[1:])


def count_pairs(grid: LevelGrid, offset: Offset) -> npt.NDArray[np.uint32]:
    """Count the pairs of levels at one offset, shape (n, n)."""
    size = grid.levels.size + 1
    pairs = np.zeros((size, size), dtype=np.uint32)
    _count_pairs(grid.flat, grid.layout.inside, grid.layout.step(offset), pairs)
    return pairs[1:, 1:]


@compiled
def _count(
    flat: npt.NDArray[np.uint16],
    inside: npt.NDArray[np.int64],
    steps: npt.NDArray[np.int64],
    level: npt.NDArray[np.int64],
    alpha: int,
    pairs: npt.NDArray[np.uint32],
    dependences: npt.NDArray[np.int64],
    differences: npt.NDArray[np.float64],
) -> None:
    for place in inside:
        rank = flat[place]
        own = level[rank]
        met, alike, total = 0, 0, 0
        for k in range(steps.size):
            ahead = flat[place + steps[k]]
            behind = flat[place - steps[k]]
            if k < pairs.shape[0]:
                pairs[k, rank, ahead] += np.uint32(1)
            met += (ahead > 0) + (behind > 0)
            total += level[ahead] + level[behind]
            if alpha == 0:
                alike += (ahead == rank) + (behind == rank)
            else:
                alike += (ahead > 0) and abs(level[ahead] - own) <= alpha
                alike += (behind > 0) and abs(level[behind] - own) <= alpha
        dependences[rank, alike] += 1
        if met > 0:
            differences[rank] += abs(own - total / met)


@compiled
def _count_pairs(
    flat: npt.NDArray[np.uint16],
    inside: npt.NDArray[np.int64],
    step: int,
    pairs: npt.NDArray[np.uint32],
) -> None:
    for place in inside:
        pairs[flat[place], flat[place + step]] += np.uint32(1)
