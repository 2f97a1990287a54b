"""Grey level zones: connected voxels of one level."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from radiobone.features.matrices.grid import LevelGrid, Offset


def zones(
    grid: LevelGrid, neighbours: Sequence[Offset]
) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int64]]:
    """Find every zone: voxels of one level that hang together.

    Parameters
    ----------
    grid : LevelGrid
        The region.
    neighbours : sequence of tuple of int, (z, y, x)
        Offsets that count as touching, one of each opposite pair.

    Returns
    -------
    levels : ndarray of int, shape (n_zones,)
        Level of each zone.
    sizes : ndarray of int, shape (n_zones,)
        Number of voxels in each zone.
    """
    centre = grid.centre
    number = np.zeros(grid.flat.size, dtype=np.int32)
    number[grid.inside] = np.arange(grid.inside.size, dtype=np.int32)
    first, second = [], []
    for offset in neighbours:
        touching = np.flatnonzero(grid.neighbour(offset) == centre)
        first.append(touching.astype(np.int32))
        second.append(number[grid.inside[touching] + grid.step(offset)])
    none = np.zeros(0, dtype=np.int32)
    rows, columns = np.concatenate([none, *first]), np.concatenate([none, *second])
    n_voxels = grid.inside.size
    graph = coo_array((np.ones(rows.size, dtype=np.int8), (rows, columns)), shape=(n_voxels, n_voxels))
    n_zones, zone = connected_components(graph.tocsr(), directed=False)
    levels = np.zeros(n_zones, dtype=centre.dtype)
    levels[zone] = centre
    return levels, np.bincount(zone, minlength=n_zones)
