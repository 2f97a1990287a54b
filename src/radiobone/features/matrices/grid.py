"""Grey levels laid out so that neighbours are found by adding an offset.

The region's box is padded with zeros and flattened; the neighbour of voxel ``i`` in a direction is
``i + step`` for one fixed step. Outside the region the level is 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.integer]
Offset = tuple[int, int, int]
KEPT_VOXELS = 2_000_000  # above this, looking neighbours up again is better than the memory


@dataclass(frozen=True, eq=False)
class LevelGrid:
    """Grey levels of a region, padded and flattened.

    Attributes
    ----------
    flat : ndarray of int16, shape (n,)
        Levels from 1 inside the region, 0 outside and in the padding.
    inside : ndarray of int, shape (n_voxels,)
        Positions of the region's voxels in ``flat``, in raster order.
    strides : tuple of int, (z, y, x)
        Steps in ``flat`` along the axes.
    box : tuple of int, (n_z, n_y, n_x)
        Size before padding.
    n_levels : int
        Highest level.
    """

    flat: npt.NDArray[np.int16]
    inside: npt.NDArray[np.int64]
    strides: tuple[int, int, int]
    box: tuple[int, int, int]
    n_levels: int
    _neighbours: dict[int, npt.NDArray[np.int16]] = field(default_factory=dict, repr=False)

    @classmethod
    def from_levels(cls, levels: IntArray, *, margin: int = 1) -> LevelGrid:
        """Lay out an array of levels, shape (n_z, n_y, n_x), with room for offsets up to ``margin``."""
        padded = np.pad(levels.astype(np.int16), margin)
        _, n_y, n_x = padded.shape
        flat = padded.ravel()
        n_z_in, n_y_in, n_x_in = levels.shape
        return cls(
            flat,
            np.flatnonzero(flat),
            (n_y * n_x, n_x, 1),
            (n_z_in, n_y_in, n_x_in),
            int(levels.max(initial=0)),
        )

    @cached_property
    def centre(self) -> npt.NDArray[np.int16]:
        """Levels of the region's voxels, in raster order."""
        return self.flat[self.inside]

    def step(self, offset: Offset) -> int:
        """Distance in ``flat`` to the neighbour at an offset (z, y, x)."""
        return sum(o * s for o, s in zip(offset, self.strides, strict=True))

    def neighbour(self, offset: Offset) -> npt.NDArray[np.int16]:
        """Levels of the neighbours of the region's voxels, 0 where there is none; kept for the next family."""
        step = self.step(offset)
        found = self._neighbours.get(step)
        if found is None:
            found = self.flat[self.inside + step]
            if self.inside.size <= KEPT_VOXELS:
                self._neighbours[step] = found
        return found


def offsets(
    box: Sequence[int], *, distances: Sequence[int] = (1,), plane: int | None = None, both_ways: bool = False
) -> list[Offset]:
    """Offsets (z, y, x) to neighbours at given distances.

    Parameters
    ----------
    box : sequence of int, (n_z, n_y, n_x)
        Size of the region's box; longer offsets have no neighbour and are left out.
    distances : sequence of int
        Greatest absolute component (Chebyshev distance) of the offsets.
    plane : int or None
        Axis along which offsets stay 0.
    both_ways : bool
        Give opposite offsets too; otherwise one of each pair.

    Returns
    -------
    list of tuple of int
        13 of them (26 both ways) at distance 1 in 3D, 4 (8) in a plane.
    """
    reach = max(distances)
    along = range(reach, -reach - 1, -1)
    found = [
        offset
        for offset in product(along, along, along)
        if max(map(abs, offset)) in distances and _fits(offset, box, plane)
    ]
    return found if both_ways else found[: len(found) // 2]


def _fits(offset: Offset, box: Sequence[int], plane: int | None) -> bool:
    if plane is not None and offset[plane] != 0:
        return False
    return all(abs(o) < size for o, size in zip(offset, box, strict=True))
