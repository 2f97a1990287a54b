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
        Directions, those ahead in raster order; components -1, 0, 1.

    Returns
    -------
    ndarray of uint32, shape (n_directions, n_levels, longest)
        Entry [k, i, j]: runs of level i and length j + 1 along direction k.
    """
    longest = max(grid.layout.box)
    small = max(longest, grid.levels.size) < 256  # a byte each: more of them fit into one register
    flat: npt.NDArray[np.unsignedinteger] = grid.flat.astype(np.uint8 if small else np.uint16)
    counts = np.zeros((len(offsets), grid.levels.size + 1, longest + 1), dtype=np.uint32)
    _count_ends(
        flat,
        grid.layout.spans,
        grid.layout.steps(offsets).astype(np.uint64),
        np.zeros_like(flat),
        np.zeros_like(flat),
        grid.layout.cells,
        counts.reshape(len(offsets), -1),
        np.uint64(longest + 1),
    )
    found = counts[:, 1:, 1:]
    found[:, :, 0] = grid.counts - found @ np.arange(1, longest + 1, dtype=np.uint32)
    used = int(np.flatnonzero(found.any(axis=(0, 1)))[-1]) + 1
    return found[:, :, :used]


@compiled
def _count_ends(
    flat: npt.NDArray[np.unsignedinteger],
    spans: npt.NDArray[np.uint64],
    steps: npt.NDArray[np.uint64],
    length: npt.NDArray[np.unsignedinteger],
    ends: npt.NDArray[np.unsignedinteger],
    cells: npt.NDArray[np.uint32],
    counts: npt.NDArray[np.uint32],
    width: np.uint64,
) -> None:
    """Count the runs of two voxels or more where they end; the single voxels are those left over.

    Three loops without a branch, which a processor could not foresee in noise: the first handles many voxels
    at once, the second gathers the cells to count up, the third counts. Places are unsigned, since a
    negative one would have to be looked for at every step.
    """
    for k in range(steps.size):
        step = steps[k]
        n_found = np.uint64(0)
        for span in range(spans.shape[0]):
            first, last = spans[span, 0], spans[span, 1]
            for i in range(first, last):
                so_far = np.uint8(1) + np.uint8(flat[i] == flat[i - step]) * length[i - step]
                length[i] = so_far
                ends[i] = np.uint8(flat[i] != flat[i + step]) & np.uint8(so_far > 1) & np.uint8(flat[i] > 0)
            for i in range(first, last):
                cells[n_found] = np.uint32(flat[i]) * width + length[i]
                n_found += ends[i]
        for i in range(n_found):
            counts[k, cells[i]] += np.uint32(1)
