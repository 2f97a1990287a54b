"""Grey level zones: connected voxels of one level."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.matrices.alike import LOWEST_BIT, Alike
from radiobone.features.matrices.grid import LevelGrid, Offset


def find_zones(grid: LevelGrid, alike: Alike) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Find every zone: voxels of one level that hang together.

    Parameters
    ----------
    grid : LevelGrid
        The region.
    alike : Alike
        Where levels go on, in that region.

    Returns
    -------
    levels : ndarray of int64, shape (n_zones,)
        Position of each zone's level in ``grid.levels``.
    sizes : ndarray of int64, shape (n_zones,)
        Number of voxels in each zone.
    """
    levels, sizes, _ = _find(grid, alike)
    return levels, sizes


def label_zones(
    grid: LevelGrid, alike: Alike
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Find every zone, and which one each voxel lies in; see ``find_zones``.

    Returns
    -------
    levels, sizes : ndarray of int64, shape (n_zones,)
        As ``find_zones`` gives them.
    zones : ndarray of int32, shape (n_voxels,)
        Number of each voxel's zone, from 0, in raster order.
    """
    levels, sizes, parent = _find(grid, alike)
    return levels, sizes, -1 - parent[grid.layout.inside]


def _find(
    grid: LevelGrid, alike: Alike
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Return levels and sizes of zones, and at each place of the region -1 - its zone."""
    parent = np.empty(grid.flat.size, dtype=np.int32)  # read only where a voxel was visited before
    sizes = np.empty(grid.layout.inside.size, dtype=np.int64)
    ranks = np.empty(grid.layout.inside.size, dtype=np.int64)
    apart = _apart(alike.offsets)
    _join(grid.layout.inside, alike.steps, alike.bits, LOWEST_BIT, apart, parent)
    n_zones = _number(grid.flat, grid.layout.inside, parent, sizes, ranks)
    return ranks[:n_zones] - 1, sizes[:n_zones], parent


@lru_cache
def _apart(offsets: tuple[Offset, ...]) -> npt.NDArray[np.int64]:
    """Mark for each offset, one bit each, the others whose voxels do not touch its own."""
    far = [[max(abs(a - b) for a, b in zip(o, p, strict=True)) > 1 for p in offsets] for o in offsets]
    return np.array([sum(1 << k for k, apart in enumerate(row) if apart) for row in far], dtype=np.int64)


@compiled
def _join(
    inside: npt.NDArray[np.int64],
    steps: npt.NDArray[np.int64],
    alike: npt.NDArray[np.uint16],
    lowest_bit: npt.NDArray[np.uint8],
    apart: npt.NDArray[np.int64],
    parent: npt.NDArray[np.int32],
) -> None:
    """Join each voxel with the like ones visited before it; a zone is known by its first voxel."""
    for place in inside:
        root = np.int32(place)
        parent[place] = root
        bits = np.int64(alike[place])
        while bits:
            k = lowest_bit[bits]
            bits &= apart[k]  # like voxels that touch each other are of one zone already
            other = np.int32(place - steps[k])
            while parent[other] != other:
                parent[other] = parent[parent[other]]
                other = parent[other]
            first, last = min(root, other), max(root, other)
            parent[last] = first
            root = first


@compiled
def _number(
    flat: npt.NDArray[np.uint16],
    inside: npt.NDArray[np.int64],
    parent: npt.NDArray[np.int32],
    sizes: npt.NDArray[np.int64],
    ranks: npt.NDArray[np.int64],
) -> int:
    """Give numbers to the zones, in the order of their first voxels, and count; a visited voxel's parent becomes its zone, as -1 - number."""
    n_zones = 0
    for place in inside:
        if parent[place] == place:
            ranks[n_zones] = flat[place]
            sizes[n_zones] = 0
            parent[place] = -1 - n_zones
            n_zones += 1
        else:
            parent[place] = parent[parent[place]]
        sizes[-1 - parent[place]] += 1
    return n_zones
