"""What every voxel's neighbours are, for three families.

Co-occurrence: which levels are neighbours of which. Dependence: how many neighbours have about the same level.
Tone difference: how far a level is from the mean of its surroundings.

Every kernel goes along the region's spans, since neighbouring voxels have neighbouring neighbours, and a processor
handles many such at once. Places are unsigned, since a negative one would have to be looked for at every step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.matrices.grid import LevelGrid, Offset


@dataclass(frozen=True, eq=False)
class Neighbours:
    """Counts over a region with n levels and d directions.

    Attributes
    ----------
    dependences : ndarray of int64, shape (n, 2 d + 1)
        Entry [i, k]: voxels of level i with k neighbours of about the same level.
    tone_differences : ndarray of float, shape (n,)
        Sum of absolute differences from the mean of the neighbours; a voxel without any adds 0.
    """

    dependences: npt.NDArray[np.int64]
    tone_differences: npt.NDArray[np.float64]


def count_neighbours(grid: LevelGrid, offsets: Sequence[Offset], *, alpha: int = 0) -> Neighbours:
    """Count dependences and tone differences.

    Parameters
    ----------
    grid : LevelGrid
        The region.
    offsets : sequence of tuple of int, (z, y, x)
        To neighbours, one of each opposite pair.
    alpha : int
        Greatest difference of level at which a neighbour counts as dependent.
    """
    return Neighbours(*_look_around(grid, offsets, alpha))


def _look_around(
    grid: LevelGrid, offsets: Sequence[Offset], alpha: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    spans, steps = grid.layout.long_spans, grid.layout.steps_both_ways(offsets)
    narrow = alpha == 0 and int(grid.levels[-1]) * steps.size < 1 << 16
    level: npt.NDArray[np.integer] = np.concatenate([[0], grid.levels]).astype(
        np.uint16 if narrow else np.int32
    )
    gapless = narrow and int(grid.levels[-1]) == grid.levels.size
    placed: npt.NDArray[np.integer] = grid.flat if gapless else level.take(grid.flat)
    alike: npt.NDArray[np.unsignedinteger] = np.empty(
        grid.layout.size, dtype=np.uint8 if steps.size < 1 << 8 else np.uint16
    )
    total = np.empty_like(placed)
    _add_neighbours(grid.flat, placed, spans, steps, alpha, alike, total)
    dependences = np.zeros((level.size, steps.size + 1), dtype=np.int64)
    differences = np.zeros(level.size)
    met = grid.layout.neighbours_met(offsets)
    _summarise(grid.flat, grid.layout.inside, level, met, alike, total, dependences, differences)
    return dependences[1:], differences[1:]


@compiled
def _add_neighbours(
    flat: npt.NDArray[np.uint16],
    level: npt.NDArray[np.integer],
    spans: npt.NDArray[np.uint64],
    steps: npt.NDArray[np.uint64],
    alpha: int,
    alike: npt.NDArray[np.unsignedinteger],
    total: npt.NDArray[np.integer],
) -> None:
    """Count each voxel's neighbours of about its level, and add the levels of all up.

    A loop for each, since numbers of one width are handled together.
    """
    for span in range(spans.shape[0]):
        first, end = spans[span, 0], spans[span, 1]
        total[first:end] = 0
        alike[first:end] = 0
        for step in steps:
            for i in range(first, end):
                total[i] += level[i + step]
            if alpha == 0:
                for i in range(first, end):
                    alike[i] += np.uint8(flat[i + step] == flat[i])
                continue
            for i in range(first, end):
                apart = np.int32(level[i + step] - level[i])
                alike[i] += np.uint8((level[i + step] > 0) & (apart <= alpha) & (-apart <= alpha))


@compiled
def _summarise(
    flat: npt.NDArray[np.uint16],
    inside: npt.NDArray[np.int64],
    level: npt.NDArray[np.integer],
    met: npt.NDArray[np.unsignedinteger],
    alike: npt.NDArray[np.unsignedinteger],
    total: npt.NDArray[np.integer],
    dependences: npt.NDArray[np.int64],
    differences: npt.NDArray[np.float64],
) -> None:
    for voxel in range(inside.size):
        place = inside[voxel]
        rank = flat[place]
        dependences[rank, alike[place]] += 1
        if met[place] > 0:
            differences[rank] += abs(level[rank] - total[place] / met[place])
