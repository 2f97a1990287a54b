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

FOUR = 4
SMALL_TABLE = 1 << 14  # cells; four larger ones would take longer to add up than to count


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


def count_pairs(grid: LevelGrid, offsets: Sequence[Offset]) -> npt.NDArray[np.uint32]:
    """Count the pairs of levels at some offsets, shape (n_offsets, n, n)."""
    width = grid.levels.size + 1
    counts = np.empty((len(offsets), width * width), dtype=np.uint32)
    tables = np.zeros((FOUR if width**2 <= SMALL_TABLE else 1, width * width), dtype=np.uint32)
    steps = grid.layout.steps(offsets).astype(np.uint64)
    _count_pairs(grid.flat, grid.layout.spans, steps, np.uint32(width), grid.layout.cells, tables, counts)
    return counts.reshape(-1, width, width)[:, 1:, 1:]


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
def _count_pairs(
    flat: npt.NDArray[np.uint16],
    spans: npt.NDArray[np.uint64],
    steps: npt.NDArray[np.uint64],
    width: np.uint32,
    cells: npt.NDArray[np.uint32],
    tables: npt.NDArray[np.uint32],
    counts: npt.NDArray[np.uint32],
) -> None:
    """Count pairs, in four tables by turns: a cell that is counted up twice in a row would wait for itself.

    All cells of a direction are found before the first is counted, since what was just written by vectors is slow to
    read one by one.
    """
    last = tables.shape[0] - 1  # one table stands for all four, or there are four
    a, b, c, d = tables[0], tables[1 & last], tables[2 & last], tables[3 & last]
    for k in range(steps.size):
        n = np.uint64(0)
        for span in range(spans.shape[0]):
            first, end = spans[span, 0], spans[span, 1]
            for i in range(first, end):
                cells[n + (i - first)] = flat[i] * width + flat[i + steps[k]]
            n += end - first
        whole = n - n % np.uint64(4)
        for i in range(np.uint64(0), whole, np.uint64(4)):
            a[cells[i]] += np.uint32(1)
            b[cells[i + np.uint64(1)]] += np.uint32(1)
            c[cells[i + np.uint64(2)]] += np.uint32(1)
            d[cells[i + np.uint64(3)]] += np.uint32(1)
        for i in range(whole, n):
            a[cells[i]] += np.uint32(1)
        counts[k] = 0
        for table in tables:
            for cell in range(table.size):
                counts[k, cell] += table[cell]
                table[cell] = 0


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
    met: npt.NDArray[np.int64],
    alike: npt.NDArray[np.unsignedinteger],
    total: npt.NDArray[np.integer],
    dependences: npt.NDArray[np.int64],
    differences: npt.NDArray[np.float64],
) -> None:
    for voxel in range(inside.size):
        place = inside[voxel]
        rank = flat[place]
        dependences[rank, alike[place]] += 1
        if met[voxel] > 0:
            differences[rank] += abs(level[rank] - total[place] / met[voxel])
