"""Every voxel's neighbourhood cut out, with its grey levels numbered without gaps.

All neighbourhoods of a map have the same cells, in raster order; which cells are neighbours, and which lie on one
line, is found once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import product

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.matrices.grid import Offset, offsets

IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class CellPairs:
    """Cells of a neighbourhood that are neighbours.

    Attributes
    ----------
    directions : list of tuple of int, (z, y, x)
        Offsets between neighbours, one of each opposite pair.
    first, second : ndarray of int64, shape (n_pairs,)
        The cells of each pair, direction after direction.
    start : ndarray of int64, shape (n_directions + 1,)
        Where the pairs of each direction begin.
    """

    directions: list[Offset]
    first: IntArray
    second: IntArray
    start: IntArray

    @cached_property
    def behind(self) -> IntArray:
        """Which cell each cell is ahead of, -1 for none, shape (n_directions, n_cells)."""
        n_cells = int(self.second[-1]) + 1  # the last cell has a neighbour
        found = np.full((len(self.directions), n_cells), -1, dtype=np.int64)
        for k in range(len(self.directions)):
            of_direction = slice(self.start[k], self.start[k + 1])
            found[k, self.second[of_direction]] = self.first[of_direction]
        return found


@dataclass(frozen=True)
class Window:
    """The shape of all neighbourhoods of a map.

    Attributes
    ----------
    radius : int
        Voxels from the centre to the faces.
    plane : int or None
        Axis (z, y, x) along which the neighbourhood is one voxel thick; None in 3D.
    """

    radius: int
    plane: int | None

    @property
    def box(self) -> tuple[int, int, int]:
        """Size along (z, y, x)."""
        z, y, x = (1 if axis == self.plane else 2 * self.radius + 1 for axis in range(3))
        return z, y, x

    @property
    def n_cells(self) -> int:
        """Voxels of a whole neighbourhood."""
        z, y, x = self.box
        return z * y * x

    @cached_property
    def reach(self) -> list[Offset]:
        """Offsets (z, y, x) from the centre to every cell, in raster order."""
        z, y, x = (range(-(size // 2), size // 2 + 1) for size in self.box)
        return list(product(z, y, x))

    def pairs(self, distances: Sequence[int]) -> CellPairs:
        """Find the cells at given distances (greatest absolute component) from each other."""
        return _pairs(self, tuple(distances))


@lru_cache(maxsize=16)
def _pairs(window: Window, distances: tuple[int, ...]) -> CellPairs:
    cells = np.arange(window.n_cells).reshape(window.box)
    directions = offsets(window.box, distances=distances, plane=window.plane)
    found = [tuple(cells[part].ravel() for part in _overlapping(window.box, o)) for o in directions]
    sizes = [0, *(first.size for first, _ in found)]
    first, second = (np.concatenate([[], *(pair[k] for pair in found)]).astype(np.int64) for k in (0, 1))
    return CellPairs(directions, first, second, np.cumsum(sizes))


def _overlapping(box: Sequence[int], offset: Offset) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Return the parts of a box whose cells have a cell at an offset, and those cells."""
    own = tuple(slice(max(-o, 0), size - max(o, 0)) for o, size in zip(offset, box, strict=True))
    other = tuple(slice(max(o, 0), size - max(-o, 0)) for o, size in zip(offset, box, strict=True))
    return own, other


@dataclass(frozen=True, eq=False)
class Neighbourhoods:
    """The neighbourhoods of n voxels.

    Attributes
    ----------
    rank : ndarray of uint16, shape (n, n_cells)
        Rank of each cell's level, from 1, among those of the neighbourhood; 0 where nothing counts.
    n_inside : ndarray of int64, shape (n,)
        How many cells count.
    level : ndarray of float, shape (n, n_cells)
        The level of each rank less one, ascending; ``n_levels`` of them are set.
    n_levels : ndarray of int64, shape (n,)
        How many levels the neighbourhood has.
    """

    rank: npt.NDArray[np.uint16]
    n_inside: IntArray
    level: npt.NDArray[np.float64]
    n_levels: IntArray

    @classmethod
    def cut(
        cls, flat: npt.NDArray[np.uint16], centres: IntArray, steps: IntArray, highest: int
    ) -> Neighbourhoods:
        """Cut neighbourhoods out of a flat array of levels (0 outside), round the given places in it.

        Parameters
        ----------
        flat : ndarray of uint16, shape (n_all,)
            Levels, with room for the neighbourhood round every centre.
        centres : ndarray of int64, shape (n,)
            Places of the centres.
        steps : ndarray of int64, shape (n_cells,)
            Distances in ``flat`` from the centre to the cells.
        highest : int
            No level is higher.
        """
        n, k = centres.size, steps.size
        found = cls(
            rank=np.empty((n, k), dtype=np.uint16),
            n_inside=np.empty(n, dtype=np.int64),
            level=np.empty((n, k)),
            n_levels=np.empty(n, dtype=np.int64),
        )
        number = np.zeros(highest + 1, dtype=np.uint16)
        _cut(flat, centres, steps, number, found.rank, found.n_inside, found.level, found.n_levels)
        return found

    @property
    def most_levels(self) -> int:
        """The greatest number of levels that a neighbourhood has."""
        return int(self.n_levels.max())

    def __len__(self) -> int:
        return self.n_levels.size

    def __getitem__(self, part: slice) -> Neighbourhoods:
        return Neighbourhoods(self.rank[part], self.n_inside[part], self.level[part], self.n_levels[part])


@compiled
def _cut(
    flat: npt.NDArray[np.uint16],
    centres: IntArray,
    steps: IntArray,
    number: npt.NDArray[np.uint16],
    rank: npt.NDArray[np.uint16],
    n_inside: IntArray,
    level: npt.NDArray[np.float64],
    n_levels: IntArray,
) -> None:
    """Mark the levels that are met in ``number``, number them in ascending order, and clear it again."""
    for v in range(centres.size):
        n, lowest, highest = 0, number.size, 0
        for k in range(steps.size):
            found = int(flat[centres[v] + steps[k]])
            rank[v, k] = found
            if found > 0:
                n += 1
                number[found] = 1
                lowest, highest = min(lowest, found), max(highest, found)
        n_inside[v] = n
        present = 0
        for found in range(lowest, highest + 1):
            if number[found] > 0:
                level[v, present] = found
                present += 1
                number[found] = present
        n_levels[v] = present
        for k in range(steps.size):
            rank[v, k] = number[rank[v, k]]
        number[lowest : highest + 1] = 0
