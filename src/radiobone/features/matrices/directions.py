"""What follows what along each direction: pairs of levels, and runs of one level.

For each direction, the cell in which a voxel counts is found for all voxels first, without a branch and many at once;
then the cells are counted, in four tables by turns, since a cell that is counted up twice in a row would wait for itself.
Short spans are handled in whole blocks of voxels: what a block holds beyond its span is overwritten by the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.matrices.grid import Layout, LevelGrid, Offset

FOUR = 4
SMALL_TABLE = 1 << 14  # cells; four larger ones would take longer to add up than to count
BLOCK = 32  # voxels that a processor handles in one turn


def count_pairs(grid: LevelGrid, offsets: Sequence[Offset]) -> npt.NDArray[np.uint32]:
    """Count the pairs of levels that are neighbours.

    Parameters
    ----------
    grid : LevelGrid
        The region.
    offsets : sequence of tuple of int, (z, y, x)
        To neighbours ahead in raster order.

    Returns
    -------
    ndarray of uint32, shape (n_offsets, n_levels, n_levels)
        Entry [k, i, j]: voxels of level i whose neighbour at offset k has level j.
    """
    layout, width = grid.layout, grid.levels.size + 1
    counts, tables = _room(len(offsets), width * width)
    steps, flat = layout.steps(offsets).astype(np.uint64), _with_tail(grid.flat, np.uint16)
    _count_pairs(flat, layout.spans, steps, np.uint32(width), _cells(layout), tables, counts)
    return counts.reshape(-1, width, width)[:, 1:, 1:]


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
    layout, longest = grid.layout, max(grid.layout.box)
    small = max(longest, grid.levels.size) < 256  # a byte each: more of them fit into one register
    flat = _with_tail(grid.flat, np.uint8 if small else np.uint16)
    n_levels, width = grid.levels.size + 1, longest + 1
    counts, tables = _room(len(offsets), n_levels * width)
    steps, length = layout.steps(offsets).astype(np.uint64), np.empty_like(flat)
    cells, spans = _cells(layout), (layout.spans, layout.long_spans)
    _count_ends(flat, *spans, steps, length, np.uint32(width), cells, tables, counts)
    found = counts.reshape(len(offsets), n_levels, width)[:, 1:, 1:]
    used = int(np.flatnonzero(found.any(axis=(0, 1)))[-1]) + 1
    return found[:, :, :used]


def _room(n_directions: int, n_cells: int) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Return room for the counts of all directions, and empty tables for those of one."""
    tables = np.zeros((FOUR if n_cells <= SMALL_TABLE else 1, n_cells), dtype=np.uint32)
    return np.empty((n_directions, n_cells), dtype=np.uint32), tables


def _with_tail(flat: npt.NDArray[np.uint16], dtype: type[np.unsignedinteger]) -> npt.NDArray[Any]:
    longer = np.zeros(flat.size + BLOCK, dtype=dtype)
    longer[: flat.size] = flat
    return longer


def _cells(layout: Layout) -> npt.NDArray[np.uint32]:
    """Return room for the cells of all voxels."""
    return np.empty(int((layout.spans[:, 1] - layout.spans[:, 0]).sum()) + BLOCK, dtype=np.uint32)


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
    for k in range(steps.size):
        n = np.uint64(0)
        for first, end in spans:
            size = _in_blocks(end - first)
            own, behind = flat[first : first + size], flat[first + steps[k] : first + steps[k] + size]
            cell = cells[n : n + size]
            for i in range(size):
                cell[i] = own[i] * width + behind[i]
            n += end - first
        _count_cells(cells[:n], tables, counts[k])


@compiled
def _count_ends(
    flat: npt.NDArray[np.unsignedinteger],
    spans: npt.NDArray[np.uint64],
    long_spans: npt.NDArray[np.uint64],
    steps: npt.NDArray[np.uint64],
    length: npt.NDArray[np.unsignedinteger],
    width: np.uint32,
    cells: npt.NDArray[np.uint32],
    tables: npt.NDArray[np.uint32],
    counts: npt.NDArray[np.uint32],
) -> None:
    """Count the runs where they end; all other voxels are counted in the cell of level 0, which is not read."""
    for k in range(steps.size):
        step, n = steps[k], np.uint64(0)
        _measure_runs(flat, spans, long_spans, step, length)
        for first, end in spans:
            size = _in_blocks(end - first)
            own, behind = flat[first : first + size], flat[first + step : first + step + size]
            so_far, cell = length[first : first + size], cells[n : n + size]
            for i in range(size):
                ends = np.uint32(0) - np.uint32((own[i] != behind[i]) & (own[i] > 0))  # all bits or none
                cell[i] = ends & (np.uint32(own[i]) * width + so_far[i])
            n += end - first
        _count_cells(cells[:n], tables, counts[k])


@compiled
def _in_blocks(size: np.uint64) -> np.uint64:
    block = np.uint64(BLOCK)
    return (size + block - np.uint64(1)) // block * block


@compiled
def _measure_runs(
    flat: npt.NDArray[np.unsignedinteger],
    spans: npt.NDArray[np.uint64],
    long_spans: npt.NDArray[np.uint64],
    step: np.uint64,
    length: npt.NDArray[np.unsignedinteger],
) -> None:
    """Find at each voxel the length of its run so far."""
    far = True  # what is read then was written before the span: a processor handles many voxels at once
    for first, end in long_spans:
        far = far and end - first <= step
    for first, end in long_spans if far else spans:
        own, before = flat[first:end], flat[first - step : end - step]
        if step == 1:
            _go_on_beside(own, before, length[first:end])
        else:
            _go_on(own, before, length[first - step : end - step], length[first:end])


@compiled
def _go_on(
    own: npt.NDArray[np.unsignedinteger],
    before: npt.NDArray[np.unsignedinteger],
    length_before: npt.NDArray[np.unsignedinteger],
    length: npt.NDArray[np.unsignedinteger],
) -> None:
    """Add 1 to the length of the run so far where the level goes on."""
    for i in range(own.size):
        length[i] = np.uint8(1) + np.uint8(own[i] == before[i]) * length_before[i]


@compiled
def _go_on_beside(
    own: npt.NDArray[np.unsignedinteger],
    before: npt.NDArray[np.unsignedinteger],
    length: npt.NDArray[np.unsignedinteger],
) -> None:
    """Do the same along rows, where each voxel would wait for the one before it to be written."""
    so_far = np.uint32(0)
    for i in range(own.size):
        so_far = np.uint32(1) + ((np.uint32(0) - np.uint32(own[i] == before[i])) & so_far)
        length[i] = so_far


@compiled
def _count_cells(
    cells: npt.NDArray[np.uint32], tables: npt.NDArray[np.uint32], counts: npt.NDArray[np.uint32]
) -> None:
    """Count the voxels in each cell; the tables are empty before and after."""
    last = tables.shape[0] - 1  # one table stands for all four, or there are four
    a, b, c, d = tables[0], tables[1 & last], tables[2 & last], tables[3 & last]
    # Places are unsigned: a negative one would be looked for at every step.
    one, four = np.uint32(1), np.uint64(4)
    whole = np.uint64(cells.size) // four * four
    for i in range(np.uint64(0), whole, four):
        a[cells[i]] += one
        b[cells[i + np.uint64(1)]] += one
        c[cells[i + np.uint64(2)]] += one
        d[cells[i + np.uint64(3)]] += one
    for i in range(whole, np.uint64(cells.size)):
        a[cells[i]] += one
    counts[:] = 0
    for table in tables:
        for cell in range(table.size):
            counts[cell] += table[cell]
            table[cell] = 0
