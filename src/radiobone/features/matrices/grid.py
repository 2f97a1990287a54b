"""Grey levels laid out so that neighbours are found by adding an offset.

The region's box is padded with zeros and flattened; the neighbour of voxel ``i`` in a direction is
``i + step`` for one fixed step. Levels that occur are numbered without gaps (their ranks), so that
matrices have no empty rows. Outside the region the rank is 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.matrices.limits import check_box

IntArray = npt.NDArray[np.integer]
Offset = tuple[int, int, int]
SHORT_GAP = 8  # a loop over a few voxels outside costs less than another loop
LONG_GAP = 128
SHORT_STRETCH, STRETCH = 1 << 8, 1 << 13


@dataclass(frozen=True, eq=False)
class Layout:
    """Where a region's voxels lie in the flat array; the same for every filtered image.

    Attributes
    ----------
    filled : ndarray of bool, shape (size,)
        The flat array, padding included: True inside the region.
    strides : tuple of int, (z, y, x)
        Steps in the flat array along the axes.
    box : tuple of int, (n_z, n_y, n_x)
        Size before padding.
    """

    filled: npt.NDArray[np.bool_]
    strides: tuple[int, int, int]
    box: tuple[int, int, int]
    _lines: dict[Offset, bool] = field(default_factory=dict, repr=False)
    _met: dict[tuple[Offset, ...], npt.NDArray[np.unsignedinteger]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, mask: npt.NDArray[np.bool_], *, margin: int = 1) -> Layout:
        """Lay out a region, shape (n_z, n_y, n_x), with room for offsets up to ``margin``.

        Raises
        ------
        ResourceLimit
            If its places could not be numbered.
        """
        check_box(mask.shape, margin)
        box = (mask.shape[0], mask.shape[1], mask.shape[2])
        padded = np.zeros([size + 2 * margin for size in box], dtype=np.bool_)
        padded[tuple(slice(margin, margin + size) for size in box)] = mask
        _, n_y, n_x = padded.shape
        return cls(padded.ravel(), (n_y * n_x, n_x, 1), box)

    @property
    def size(self) -> int:
        """Length of the flat array."""
        return self.filled.size

    @cached_property
    def inside(self) -> npt.NDArray[np.int64]:
        """Positions of the voxels in the flat array, in raster order, shape (n_voxels,)."""
        return np.flatnonzero(self.filled)

    def step(self, offset: Offset) -> int:
        """Distance in ``flat`` to the neighbour at an offset (z, y, x)."""
        return sum(o * s for o, s in zip(offset, self.strides, strict=True))

    def steps(self, offsets: Sequence[Offset]) -> npt.NDArray[np.int64]:
        """Distances in ``flat`` to the neighbours at several offsets."""
        steps: npt.NDArray[np.int64] = np.array(offsets, dtype=np.int64).reshape(-1, 3) @ np.array(
            self.strides
        )
        return steps

    @cached_property
    def spans(self) -> npt.NDArray[np.uint64]:
        """First and one past the last position of each stretch of voxels, short gaps included, shape (n_spans, 2)."""
        spans = np.empty((self.inside.size, 2), dtype=np.uint64)
        return spans[: _join_stretches(self.inside, SHORT_GAP, spans)].copy()

    @cached_property
    def long_spans(self) -> npt.NDArray[np.uint64]:
        """Return the same with longer gaps, for loops that do little at each voxel."""
        gaps = np.flatnonzero(self.spans[1:, 0] - self.spans[:-1, 1] >= LONG_GAP)
        first = self.spans[np.concatenate([[0], gaps + 1]), 0]
        return np.stack([first, self.spans[np.concatenate([gaps, [-1]]), 1]], axis=1)

    def steps_both_ways(self, offsets: Sequence[Offset]) -> npt.NDArray[np.uint64]:
        """Distances to the neighbours at several offsets and at their opposites, modulo 2 to the 64."""
        steps = self.steps(offsets)
        return np.concatenate([steps, -steps]).astype(np.uint64)

    def neighbours_met(self, offsets: Sequence[Offset]) -> npt.NDArray[np.unsignedinteger]:
        """Count each place's neighbours inside the region, shape (size,), at offsets and their opposites."""
        key = tuple(offsets)
        if key not in self._met:
            inside = self.filled.astype(np.uint8 if 2 * len(key) < 256 else np.uint16)
            axes = [axis for axis in range(3) if any(offset[axis] for offset in key)]
            is_box = len(key) == (3 ** len(axes) - 1) // 2 and all(abs(c) <= 1 for o in key for c in o)
            self._met[key] = self._box_around(inside, axes) if is_box else self._around(inside, key)
        return self._met[key]

    def _box_around(self, inside: npt.NDArray[Any], axes: Sequence[int]) -> npt.NDArray[Any]:
        """Count the neighbours at distance 1 along some axes and across: axis by axis, as a box is."""
        total = inside
        for stride in (self.strides[axis] for axis in axes):
            wider = total.copy()
            wider[stride:] += total[:-stride]
            wider[:-stride] += total[stride:]
            total = wider
        around: npt.NDArray[Any] = total - inside
        return around

    def _around(self, inside: npt.NDArray[Any], offsets: Sequence[Offset]) -> npt.NDArray[Any]:
        """Count the neighbours at any offsets, and at their opposites."""
        first, end = int(self.inside[0]), int(self.inside[-1]) + 1
        total = np.zeros_like(inside)
        for step in (sign * self.step(offset) for offset in offsets for sign in (1, -1)):
            total[first:end] += inside[first + step : end + step]  # faster than voxel by voxel
        return total

    def has_line(self, offset: Offset) -> bool:
        """Tell whether any line along the direction holds two voxels of the region, adjacent or not."""
        if offset not in self._lines:
            self._lines[offset] = self._touch(offset) or self._share_a_line(offset)
        return self._lines[offset]

    def _touch(self, offset: Offset) -> bool:
        """Tell whether two voxels are neighbours; mostly a few in the middle are."""
        first, end, step = int(self.inside[0]), int(self.inside[-1]) + 1, self.step(offset)
        middle = int(self.inside[self.inside.size // 2])
        for begin, stop in ((middle, middle + SHORT_STRETCH), *_stretches(first, end)):
            here = slice(begin, min(stop, end))
            if (self.filled[here] & self.filled[here.start + step : here.stop + step]).any():
                return True
        return False

    def _share_a_line(self, offset: Offset) -> bool:
        stride_z, stride_y, _ = self.strides
        shape = self.size // stride_z, stride_z // stride_y, stride_y
        where = np.stack(np.unravel_index(self.inside, shape))
        axis = next(axis for axis in range(3) if offset[axis] != 0)
        along = where[axis] * offset[axis]
        line = where - along * np.asarray(offset)[:, None]
        return bool(np.unique(line, axis=1).shape[1] < self.inside.size)


def _stretches(first: int, end: int) -> Iterator[tuple[int, int]]:
    return ((begin, begin + STRETCH) for begin in range(first, end, STRETCH))


@dataclass(frozen=True, eq=False)
class LevelGrid:
    """Grey levels of a region, padded and flattened.

    Attributes
    ----------
    layout : Layout
        Where the voxels lie.
    flat : ndarray of uint16, shape (layout.size,)
        Rank of the level, from 1, inside the region; 0 outside and in the padding.
    levels : ndarray of int64, shape (n_levels,)
        The level of each rank, ascending.
    counts : ndarray of int64, shape (n_levels,)
        Voxels of each level.
    """

    layout: Layout
    flat: npt.NDArray[np.uint16]
    levels: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int64]

    @classmethod
    def of_values(cls, layout: Layout, levels: IntArray) -> LevelGrid:
        """Put levels from 1, shape (n_voxels,), into the places of a layout."""
        counts = np.bincount(levels)
        present = np.flatnonzero(counts)
        rank = np.zeros(counts.size, dtype=np.uint16)
        rank[present] = np.arange(1, present.size + 1)
        flat = np.zeros(layout.size, dtype=np.uint16)
        _put(levels.astype(np.int64, copy=False), rank, layout.inside, flat)
        return cls(layout, flat, present, counts[present])

    @classmethod
    def from_levels(cls, levels: IntArray, *, margin: int = 1) -> LevelGrid:
        """Lay out an array of levels, shape (n_z, n_y, n_x), 0 outside the region."""
        return cls.of_values(Layout.of(levels > 0, margin=margin), levels[levels > 0])


@compiled
def _join_stretches(inside: npt.NDArray[np.int64], gap: int, spans: npt.NDArray[np.uint64]) -> int:
    """Write first and one past the last position of each stretch, with gaps of up to ``gap``; return how many."""
    n, last = 0, inside[0] - gap - 2
    for place in inside:
        if place - last > gap:
            spans[n, 0] = place
            n += 1
        last = place
        spans[n - 1, 1] = place + 1
    return n


@compiled
def _put(
    levels: npt.NDArray[np.int64],
    rank: npt.NDArray[np.uint16],
    inside: npt.NDArray[np.int64],
    flat: npt.NDArray[np.uint16],
) -> None:
    for voxel in range(inside.size):
        flat[inside[voxel]] = rank[levels[voxel]]


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
    return list(_offsets(tuple(box), tuple(distances), plane))


@lru_cache
def _offsets(box: tuple[int, ...], distances: tuple[int, ...], plane: int | None) -> tuple[Offset, ...]:
    reach = [min(max(distances), size - 1) for size in box]  # farther neighbours lie outside
    z, y, x = (range(far, -far - 1, -1) for far in reach)
    found = [
        offset
        for offset in product(z, y, x)
        if max(map(abs, offset)) in distances and (plane is None or offset[plane] == 0)
    ]
    return tuple(found[: len(found) // 2])
