"""Grey level runs: how long a level goes on along a direction."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.matrices.grid import LevelGrid, Offset

FOUR = 4
SMALL_TABLE = 1 << 14  # cells; four larger ones would take longer to add up than to count


def count_runs(grid: LevelGrid, offsets: Sequence[Offset]) -> npt.NDArray[np.uint32]:
    """Count the runs of each level and length along each direction.

    Parameters
    ----------
    grid : LevelGrid
        The region.
    offsets : sequence of tuple of int, (z, y, x)
        Directions, those ahead in raster order; components -1, 0, 1.

    Returns
    -------
    ndarray of uint32, shape (n_directions, n_levels, longest)
        Entry [k, i, j]: runs of level i and length j + 1 along direction k.
    """
    longest = max(grid.layout.box)
    small = max(longest, grid.levels.size) < 256  # a byte each: more of them fit into one register
    flat: npt.NDArray[np.unsignedinteger] = grid.flat.astype(np.uint8 if small else np.uint16)
    n_levels = grid.levels.size + 1
    n_cells = n_levels * (longest + 1)
    counts = np.empty((len(offsets), n_cells), dtype=np.uint32)
    tables = np.zeros((FOUR if n_cells <= SMALL_TABLE else 1, n_cells), dtype=np.uint32)
    steps = grid.layout.steps(offsets).astype(np.uint64)
    width = np.uint32(longest + 1)
    _count_ends(flat, grid.layout.spans, steps, np.empty_like(flat), grid.layout.cells, width, tables, counts)
    found = counts.reshape(len(offsets), n_levels, longest + 1)[:, 1:, 1:]
    used = int(np.flatnonzero(found.any(axis=(0, 1)))[-1]) + 1
    return found[:, :, :used]


@compiled
def _count_ends(
    flat: npt.NDArray[np.unsignedinteger],
    spans: npt.NDArray[np.uint64],
    steps: npt.NDArray[np.uint64],
    length: npt.NDArray[np.unsignedinteger],
    cells: npt.NDArray[np.uint32],
    width: np.uint32,
    tables: npt.NDArray[np.uint32],
    counts: npt.NDArray[np.uint32],
) -> None:
    """Count the runs where they end; all other voxels are counted in the cell of level 0, which is not read.

    Loops without a branch, which a processor could not foresee in noise; the last one counts in four tables by turns,
    since a cell that is counted up twice in a row would wait for itself. Places are unsigned, since a negative one
    would have to be looked for at every step.
    """
    last = tables.shape[0] - 1  # one table stands for all four, or there are four
    a, b, c, d = tables[0], tables[1 & last], tables[2 & last], tables[3 & last]
    for k in range(steps.size):
        step = steps[k]
        for span in range(spans.shape[0]):
            for i in range(spans[span, 0], spans[span, 1]):
                length[i] = np.uint8(1) + np.uint8(flat[i] == flat[i - step]) * length[i - step]
        n = np.uint64(0)
        for span in range(spans.shape[0]):
            first, end = spans[span, 0], spans[span, 1]
            for i in range(first, end):
                ends = np.uint32((flat[i] != flat[i + step]) & (flat[i] > 0))
                cells[n + (i - first)] = ends * (np.uint32(flat[i]) * width + length[i])
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
