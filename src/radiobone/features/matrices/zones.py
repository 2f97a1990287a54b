"""Grey level zones: connected voxels of one level."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.matrices.grid import LevelGrid, Offset


def find_zones(
    grid: LevelGrid, offsets: Sequence[Offset]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Find every zone: voxels of one level that hang together.

    Parameters
    ----------
    grid : LevelGrid
        The region.
    offsets : sequence of tuple of int, (z, y, x)
        To voxels that count as touching, one of each opposite pair, those ahead in raster order.

    Returns
    -------
    levels : ndarray of int64, shape (n_zones,)
        Position of each zone's level in ``grid.levels``.
    sizes : ndarray of int64, shape (n_zones,)
        Number of voxels in each zone.
    """
    number = np.empty(grid.flat.size, dtype=np.int32)  # read only where a voxel was visited before
    parent = np.empty(grid.layout.inside.size, dtype=np.int32)
    sizes = np.zeros(grid.layout.inside.size, dtype=np.int64)
    ranks = np.empty(grid.layout.inside.size, dtype=np.int64)
    order, joined = _plan(tuple(offsets))
    n_zones = _find(
        grid.flat, grid.layout.inside, grid.layout.steps(order), joined, number, parent, sizes, ranks
    )
    return ranks[:n_zones] - 1, sizes[:n_zones]


@lru_cache
def _plan(offsets: tuple[Offset, ...]) -> tuple[tuple[Offset, ...], npt.NDArray[np.int64]]:
    """Order the offsets, those with most others beside them first; and mark, one bit each, which touch which."""
    order = tuple(sorted(offsets, key=lambda offset: sum(map(abs, offset))))
    near = [[max(abs(a - b) for a, b in zip(o, p, strict=True)) <= 1 for p in order] for o in order]
    marks = [sum(1 << k for k, touches in enumerate(row) if touches) for row in near]
    return order, np.array(marks, dtype=np.int64)


@compiled
def _root(parent: npt.NDArray[np.int32], number: int) -> int:
    while parent[number] != number:
        parent[number] = parent[parent[number]]
        number = parent[number]
    return number


@compiled
def _find(
    flat: npt.NDArray[np.uint16],
    inside: npt.NDArray[np.int64],
    steps: npt.NDArray[np.int64],
    beside: npt.NDArray[np.int64],
    number: npt.NDArray[np.int32],
    parent: npt.NDArray[np.int32],
    sizes: npt.NDArray[np.int64],
    ranks: npt.NDArray[np.int64],
) -> int:
    """Join each voxel with the like ones visited before it; a zone is known by its first voxel."""
    for voxel in range(inside.size):
        place = inside[voxel]
        rank = flat[place]
        root = voxel
        parent[voxel] = voxel
        alike = 0
        for k in range(steps.size):
            alike |= (flat[place - steps[k]] == rank) << k
        k = 0
        while alike:
            if alike >> k & 1:
                other = _root(parent, number[place - steps[k]])
                first, last = min(root, other), max(root, other)
                parent[last] = first
                root = first
                alike &= ~beside[k]  # like voxels that touch each other are of one zone already
            k += 1
        number[place] = root
    n_zones = 0
    for voxel in range(inside.size):
        root = _root(parent, voxel)
        if root == voxel:
            ranks[n_zones] = flat[inside[voxel]]
            parent[voxel] = voxel
            number[inside[voxel]] = n_zones
            n_zones += 1
        sizes[number[inside[root]]] += 1
    return n_zones
