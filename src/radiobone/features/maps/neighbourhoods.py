"""Every voxel's neighbourhood cut out, with its grey levels numbered without gaps.

A neighbourhood is a small cube with an empty margin, flattened, so that the neighbour of a voxel at an offset
is found by adding one fixed step, and no step leads out of the cube.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.matrices.grid import Offset, offsets

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Window:
    """The shape of all neighbourhoods of a map.

    Attributes
    ----------
    radius : int
        Voxels from the centre to the faces.
    plane : int or None
        Axis (z, y, x) along which the neighbourhood is one voxel thick; None in 3D.
    margin : int
        Empty voxels round it: the greatest distance at which voxels are neighbours.
    """

    radius: int
    plane: int | None
    margin: int

    @property
    def box(self) -> tuple[int, int, int]:
        """Size along (z, y, x) without the margin."""
        z, y, x = (1 if axis == self.plane else 2 * self.radius + 1 for axis in range(3))
        return z, y, x

    @property
    def n_voxels(self) -> int:
        """Voxels of a whole neighbourhood."""
        return len(self.reach)

    @cached_property
    def reach(self) -> list[Offset]:
        """Offsets (z, y, x) from the centre to every voxel of the neighbourhood, in raster order."""
        z, y, x = (range(-(size // 2), size // 2 + 1) for size in self.box)
        return list(product(z, y, x))

    @property
    def padded(self) -> tuple[int, int, int]:
        """Size along (z, y, x) with the margin."""
        z, y, x = (size + 2 * self.margin for size in self.box)
        return z, y, x

    @cached_property
    def places(self) -> IntArray:
        """Where the voxels of ``reach`` lie in the flat cube, shape (n_voxels,)."""
        centre = [size // 2 for size in self.padded]
        return np.asarray(
            np.ravel_multi_index(tuple((np.array(self.reach) + centre).T), self.padded), dtype=np.int64
        )

    def steps(self, directions: Sequence[Offset]) -> IntArray:
        """Distances in the flat cube to the neighbours at several offsets."""
        _, n_y, n_x = self.padded
        strides = np.array([n_y * n_x, n_x, 1])
        return np.asarray(np.asarray(directions, dtype=np.int64).reshape(-1, 3) @ strides, dtype=np.int64)

    def directions(self, distances: Sequence[int]) -> list[Offset]:
        """Offsets at which two voxels of a neighbourhood can lie, one of each opposite pair."""
        return offsets(self.box, distances=distances, plane=self.plane)


@dataclass(frozen=True, eq=False)
class Neighbourhoods:
    """The neighbourhoods of n voxels.

    Attributes
    ----------
    cube : ndarray of uint16, shape (n, n_cells)
        Rank of the level, from 1, among those of the neighbourhood; 0 outside the region and in the margin.
    place : ndarray of int64, shape (n, n_voxels)
        Where the voxels that count lie in the cube, in raster order; ``n_inside`` of them are set.
    n_inside : ndarray of int64, shape (n,)
        How many voxels count.
    level : ndarray of float, shape (n, n_most)
        The level of each rank less one, ascending; ``n_levels`` of them are set.
    n_levels : ndarray of int64, shape (n,)
        How many levels the neighbourhood has.
    """

    cube: npt.NDArray[np.uint16]
    place: IntArray
    n_inside: IntArray
    level: npt.NDArray[np.float64]
    n_levels: IntArray

    @classmethod
    def cut(
        cls, flat: npt.NDArray[np.uint16], centres: IntArray, steps: IntArray, window: Window
    ) -> Neighbourhoods:
        """Cut neighbourhoods out of a flat array of levels (0 outside), round the given places in it.

        Parameters
        ----------
        flat : ndarray of uint16, shape (n_all,)
            Levels, with room for the neighbourhood round every centre.
        centres : ndarray of int64, shape (n,)
            Places of the centres.
        steps : ndarray of int64, shape (n_voxels,)
            Distances in ``flat`` to the voxels of ``window.reach``.
        window : Window
            Shape of the neighbourhoods.
        """
        n, k = centres.size, steps.size
        found = cls(
            cube=np.zeros((n, int(np.prod(window.padded))), dtype=np.uint16),
            place=np.empty((n, k), dtype=np.int64),
            n_inside=np.empty(n, dtype=np.int64),
            level=np.empty((n, k)),
            n_levels=np.empty(n, dtype=np.int64),
        )
        rank = np.zeros(int(flat.max()) + 1, dtype=np.uint16)
        _cut(
            flat, centres, steps, window.places, rank,
            found.cube, found.place, found.n_inside, found.level, found.n_levels,
        )  # fmt: skip
        return found

    @property
    def most_levels(self) -> int:
        """The greatest number of levels that a neighbourhood has."""
        return int(self.n_levels.max())

    def __len__(self) -> int:
        return self.n_levels.size

    def __getitem__(self, part: slice) -> Neighbourhoods:
        return Neighbourhoods(
            self.cube[part], self.place[part], self.n_inside[part], self.level[part], self.n_levels[part]
        )


@compiled
def _cut(
    flat: npt.NDArray[np.uint16],
    centres: IntArray,
    steps: IntArray,
    places: IntArray,
    rank: npt.NDArray[np.uint16],
    cube: npt.NDArray[np.uint16],
    place: IntArray,
    n_inside: IntArray,
    level: npt.NDArray[np.float64],
    n_levels: IntArray,
) -> None:
    for v in range(centres.size):
        n, lowest, highest = 0, rank.size, 0
        for k in range(steps.size):
            found = int(flat[centres[v] + steps[k]])
            if found > 0:
                cube[v, places[k]] = found
                place[v, n] = places[k]
                n += 1
                rank[found] = 1
                lowest, highest = min(lowest, found), max(highest, found)
        n_inside[v] = n
        present = 0
        for found in range(lowest, highest + 1):
            if rank[found] > 0:
                level[v, present] = found
                present += 1
                rank[found] = present
        n_levels[v] = present
        for i in range(n):
            cube[v, place[v, i]] = rank[cube[v, place[v, i]]]
        for i in range(present):
            rank[np.int64(level[v, i])] = 0
