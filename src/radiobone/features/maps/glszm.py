"""Size zone features of every neighbourhood; definitions as in ``features/glszm.py``."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.maps.neighbourhoods import IntArray, Window
from radiobone.features.maps.region import Batch
from radiobone.features.maps.sizes import size_features

FloatArray = npt.NDArray[np.float64]
BITS = np.uint64(1) << np.arange(64, dtype=np.uint64)

NAMES = (
    "GrayLevelNonUniformity", "GrayLevelNonUniformityNormalized", "GrayLevelVariance",
    "SizeZoneNonUniformity", "SizeZoneNonUniformityNormalized", "ZoneVariance", "ZoneEntropy", "ZonePercentage",
    "HighGrayLevelZoneEmphasis", "LowGrayLevelZoneEmphasis", "LargeAreaEmphasis", "SmallAreaEmphasis",
    "LargeAreaHighGrayLevelEmphasis", "LargeAreaLowGrayLevelEmphasis",
    "SmallAreaHighGrayLevelEmphasis", "SmallAreaLowGrayLevelEmphasis",
)  # fmt: skip


def glszm(batch: Batch, _wanted: frozenset[str]) -> dict[str, FloatArray]:
    """Compute size zone features, one value per voxel."""
    window, around = batch.region.window, batch.around
    most_sizes = math.isqrt(2 * window.n_cells) + 1  # zones of 1, 2, 3, … voxels fill the neighbourhood
    count = np.zeros((len(batch), 1, around.most_levels, most_sizes))
    sizes = np.empty((len(batch), most_sizes))
    n_sizes = np.empty(len(batch), dtype=np.int64)
    cells = window.pairs((1,))
    if window.n_cells <= len(BITS):
        _count_by_bits(around.rank, _beside(window), BITS, count, sizes, n_sizes)
    else:
        _count(around.rank, cells.first, cells.second, count, sizes, n_sizes)
    return size_features(count, around.level, around.n_levels, sizes, n_sizes, NAMES)


@lru_cache
def _beside(window: Window) -> npt.NDArray[np.uint64]:
    """Cells that touch each cell, one bit each, shape (n_cells,)."""
    cells = window.pairs((1,))
    beside = np.zeros(window.n_cells, dtype=np.uint64)
    np.bitwise_or.at(beside, cells.first, BITS[cells.second])
    np.bitwise_or.at(beside, cells.second, BITS[cells.first])
    return beside


@compiled
def _count_by_bits(
    rank: npt.NDArray[np.uint16],
    beside: npt.NDArray[np.uint64],
    bit: npt.NDArray[np.uint64],
    count: FloatArray,
    sizes: FloatArray,
    n_sizes: IntArray,
) -> None:
    """Do as ``_count`` does where every cell has a bit of its own in one number."""
    n_cells = rank.shape[1]
    none = np.uint64(0)
    alike = np.zeros(n_cells + 1, dtype=np.uint64)
    column = np.full(n_cells + 1, -1, dtype=np.int64)
    for v in range(rank.shape[0]):
        alike[:] = none
        for cell in range(n_cells):
            alike[rank[v, cell]] |= bit[cell]
        n_sizes[v] = 0
        for cell in range(n_cells):
            number = np.int64(rank[v, cell])
            if number == 0 or (alike[number] & bit[cell]) == none:
                continue
            size = _take_zone(alike, number, cell, beside, bit)
            if column[size] < 0:
                column[size] = n_sizes[v]
                sizes[v, n_sizes[v]] = size
                n_sizes[v] += 1
            count[v, 0, number - 1, column[size]] += 1
        for j in range(n_sizes[v]):
            column[int(sizes[v, j])] = -1


@compiled
def _take_zone(
    alike: npt.NDArray[np.uint64],
    number: np.int64,
    cell: int,
    beside: npt.NDArray[np.uint64],
    bit: npt.NDArray[np.uint64],
) -> int:
    """Take the zone of a cell out of its level's cells; return its size. No cell before this one is left."""
    none = np.uint64(0)
    zone = bit[cell]
    grown = beside[cell] & alike[number]
    while grown & ~zone != none:
        zone |= grown
        grown = none
        for other in range(cell, beside.size):
            if zone & bit[other] != none:
                grown |= beside[other]
        grown &= alike[number]
    alike[number] &= ~zone
    size = 0
    for other in range(cell, beside.size):
        size += 1 if zone & bit[other] != none else 0
    return size


@compiled
def _count(
    rank: npt.NDArray[np.uint16],
    first: IntArray,
    second: IntArray,
    count: FloatArray,
    sizes: FloatArray,
    n_sizes: IntArray,
) -> None:
    n_cells = rank.shape[1]
    parent, size = np.empty(n_cells, dtype=np.int64), np.empty(n_cells, dtype=np.int64)
    column = np.full(n_cells + 1, -1, dtype=np.int64)
    for v in range(rank.shape[0]):
        _join(rank[v], first, second, parent, size)
        n_sizes[v] = 0
        for cell in range(n_cells):
            if rank[v, cell] == 0 or parent[cell] != cell:
                continue
            if column[size[cell]] < 0:
                column[size[cell]] = n_sizes[v]
                sizes[v, n_sizes[v]] = size[cell]
                n_sizes[v] += 1
            count[v, 0, np.int64(rank[v, cell]) - 1, column[size[cell]]] += 1
        for j in range(n_sizes[v]):
            column[int(sizes[v, j])] = -1


@compiled
def _join(
    rank: npt.NDArray[np.uint16], first: IntArray, second: IntArray, parent: IntArray, size: IntArray
) -> None:
    """Join neighbours of one level; a zone is known by one of its cells, its own parent, which has its size."""
    for cell in range(rank.size):
        parent[cell] = cell
        size[cell] = 1
    for p in range(first.size):
        if rank[first[p]] == rank[second[p]] and rank[first[p]] > 0:
            one, other = _root(parent, first[p]), _root(parent, second[p])
            if one != other:
                parent[other] = one
                size[one] += size[other]


@compiled
def _root(parent: IntArray, cell: int) -> int:
    while parent[cell] != cell:
        parent[cell] = parent[parent[cell]]
        cell = parent[cell]
    return cell
