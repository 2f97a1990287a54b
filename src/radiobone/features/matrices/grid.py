"""Grey levels laid out so that neighbours are found by adding an offset.

The region's box is padded with zeros and flattened; the neighbour of voxel ``i`` in a direction is
``i + step`` for one fixed step. Levels that occur are numbered without gaps (their ranks), so that
matrices have no empty rows. Outside the region the rank is 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.integer]
Offset = tuple[int, int, int]


@dataclass(frozen=True, eq=False)
class LevelGrid:
    """Grey levels of a region, padded and flattened.

    Attributes
    ----------
    flat : ndarray of uint16, shape (n,)
        Rank of the level, from 1, inside the region; 0 outside and in the padding.
    inside : ndarray of int64, shape (n_voxels,)
        Positions of the region's voxels in ``flat``, in raster order.
    levels : ndarray of int64, shape (n_levels,)
        The level of each rank, ascending.
    counts : ndarray of int64, shape (n_levels,)
        Voxels of each level.
    strides : tuple of int, (z, y, x)
        Steps in ``flat`` along the axes.
    box : tuple of int, (n_z, n_y, n_x)
        Size before padding.
    """

    flat: npt.NDArray[np.uint16]
    inside: npt.NDArray[np.int64]
    levels: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]
    strides: tuple[int, int, int]
    box: tuple[int, int, int]

    @classmethod
    def from_levels(cls, levels: IntArray, *, margin: int = 1) -> LevelGrid:
        """Lay out an array of levels, shape (n_z, n_y, n_x), with room for offsets up to ``margin``."""
        counts = np.bincount(levels.ravel())
        counts[0] = 0
        present = np.flatnonzero(counts)
        rank = np.zeros(counts.size, dtype=np.uint16)
        rank[present] = np.arange(1, present.size + 1)
        n_z_in, n_y_in, n_x_in = levels.shape
        padded = np.zeros([size + 2 * margin for size in levels.shape], dtype=np.uint16)
        inner = tuple(slice(margin, margin + size) for size in levels.shape)
        padded[inner] = rank[levels]
        _, n_y, n_x = padded.shape
        flat = padded.ravel()
        return cls(
            flat,
            np.flatnonzero(flat),
            present,
            counts[present],
            (n_y * n_x, n_x, 1),
            (n_z_in, n_y_in, n_x_in),
        )

    def step(self, offset: Offset) -> int:
        """Distance in ``flat`` to the neighbour at an offset (z, y, x)."""
        return sum(o * s for o, s in zip(offset, self.strides, strict=True))

    def steps(self, offsets: Sequence[Offset]) -> npt.NDArray[np.int64]:
        """Distances in ``flat`` to the neighbours at several offsets."""
        return np.array([self.step(offset) for offset in offsets], dtype=np.int64)


def offsets(box: Sequence[int], *, distances: Sequence[int] = (1,), plane: int | None = None) -> list[Offset]:
    """Offsets (z, y, x) to neighbours at given distances, one of each opposite pair.

    Parameters
    ----------
    box : sequence of int, (n_z, n_y, n_x)
        Size of the region's box; longer offsets have no neighbour and are left out.
    distances : sequence of int
        Greatest absolute component (Chebyshev distance) of the offsets.
    plane : int or None
        Axis along which offsets stay 0.

    Returns
    -------
    list of tuple of int
        13 of them at distance 1 in 3D, 4 in a plane.
    """
    reach = max(distances)
    along = range(reach, -reach - 1, -1)
    found = [
        offset
        for offset in product(along, along, along)
        if max(map(abs, offset)) in distances and _fits(offset, box, plane)
    ]
    return found[: len(found) // 2]


def _fits(offset: Offset, box: Sequence[int], plane: int | None) -> bool:
    if plane is not None and offset[plane] != 0:
        return False
    return all(abs(o) < size for o, size in zip(offset, box, strict=True))
