"""Size zone features of every neighbourhood; definitions as in ``features/glszm.py``."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.maps.neighbourhoods import IntArray, Neighbourhoods, Window
from radiobone.features.maps.region import Batch
from radiobone.features.maps.sizes import SizeArray, size_features

BitArray = npt.NDArray[np.uint64]
BITS = 64  # of one number

NAMES = (
    "GrayLevelNonUniformity", "GrayLevelNonUniformityNormalized", "GrayLevelVariance",
    "SizeZoneNonUniformity", "SizeZoneNonUniformityNormalized", "ZoneVariance", "ZoneEntropy", "ZonePercentage",
    "HighGrayLevelZoneEmphasis", "LowGrayLevelZoneEmphasis", "LargeAreaEmphasis", "SmallAreaEmphasis",
    "LargeAreaHighGrayLevelEmphasis", "LargeAreaLowGrayLevelEmphasis",
    "SmallAreaHighGrayLevelEmphasis", "SmallAreaLowGrayLevelEmphasis",
)  # fmt: skip


def glszm(batch: Batch, _wanted: frozenset[str]) -> dict[str, npt.NDArray[np.float64]]:
    """Compute size zone features, one value per voxel."""
    ranks, sizes = zones(batch.around, batch.region.window)
    return size_features(batch.around, ranks, sizes[:, None, None], NAMES)


def zones(around: Neighbourhoods, window: Window) -> tuple[SizeArray, SizeArray]:
    """Find the zones: voxels of one level that touch.

    Parameters
    ----------
    around : Neighbourhoods
        Of n voxels.
    window : Window
        Their shape.

    Returns
    -------
    ranks, sizes : ndarray of uint16, shape (n, n_cells)
        Rank of the level and number of voxels of each zone, in any places; size 0 where there is none.
    """
    sizes = np.zeros(around.rank.shape, dtype=np.uint16)
    places, strides = _places(window)
    if places[-1] < BITS:
        ranks = np.zeros_like(sizes)
        _zones_by_bits(around.rank, around.n_levels, np.uint64(1) << places, strides, ranks, sizes)
        return ranks, sizes
    cells = window.pairs((1,))
    _zones_by_pairs(around.rank, cells.first, cells.second, sizes)
    return around.rank, sizes


@lru_cache
def _places(window: Window) -> tuple[BitArray, BitArray]:
    """Place of each cell in a row of bits, and how far apart neighbours are along each axis.

    A bit is left free after each line and a line after each plane, so that no cell is beside one across the border.
    """
    _, n_y, n_x = window.box
    steps = np.array([(n_y + 1) * (n_x + 1), n_x + 1, 1])
    steps[np.array(window.box) == 1] = 0
    reach = np.array(window.reach)
    return ((reach - reach[0]) @ steps).astype(np.uint64), steps.astype(np.uint64)


@compiled
def _zones_by_bits(
    rank: npt.NDArray[np.uint16],
    n_levels: IntArray,
    bit: BitArray,
    strides: BitArray,
    ranks: SizeArray,
    sizes: SizeArray,
) -> None:
    """Find zones level by level where every cell has a bit of its own in one number."""
    none, one = np.uint64(0), np.uint64(1)
    alike = np.zeros(bit.size + 1, dtype=np.uint64)
    z, y, x = strides[0], strides[1], strides[2]
    for v in range(rank.shape[0]):
        alike[: n_levels[v] + 1] = none
        for cell in range(bit.size):
            alike[rank[v, cell]] |= bit[cell]
        n_zones = 0
        for number in range(1, n_levels[v] + 1):
            rest = alike[number]
            while rest != none:
                zone = _zone(rest & (~rest + one), rest, z, y, x)  # from the lowest bit that is left
                ranks[v, n_zones], sizes[v, n_zones] = number, _n_set(zone)
                rest ^= zone
                n_zones += 1


@compiled
def _zone(seed: np.uint64, level: np.uint64, z: np.uint64, y: np.uint64, x: np.uint64) -> np.uint64:
    """Let a zone grow by all neighbours of its level until it stays as it is."""
    zone, grown = np.uint64(0), seed
    while grown != zone:
        zone = grown
        grown |= (grown << x) | (grown >> x)
        grown |= (grown << y) | (grown >> y)
        grown |= (grown << z) | (grown >> z)
        grown &= level
    return zone


@compiled
def _n_set(bits: np.uint64) -> np.uint64:
    """Count the bits that are set, pairs, fours, eights and then all of them together."""
    bits -= (bits >> np.uint64(1)) & np.uint64(0x5555555555555555)
    bits = (bits & np.uint64(0x3333333333333333)) + ((bits >> np.uint64(2)) & np.uint64(0x3333333333333333))
    bits = (bits + (bits >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (bits * np.uint64(0x0101010101010101)) >> np.uint64(56)


@compiled
def _zones_by_pairs(
    rank: npt.NDArray[np.uint16], first: IntArray, second: IntArray, sizes: SizeArray
) -> None:
    """Join neighbours of one level; a zone is known by its first cell, its own parent, which has its size."""
    n_cells = rank.shape[1]
    parent, size = np.empty(n_cells, dtype=np.int64), np.empty(n_cells, dtype=np.int64)
    for v in range(rank.shape[0]):
        _join(rank[v], first, second, parent, size)
        for cell in range(n_cells):
            if rank[v, cell] > 0 and parent[cell] == cell:
                sizes[v, cell] = size[cell]


@compiled
def _join(
    rank: npt.NDArray[np.uint16], first: IntArray, second: IntArray, parent: IntArray, size: IntArray
) -> None:
    for cell in range(rank.size):
        parent[cell] = cell
        size[cell] = 1
    for p in range(first.size):
        if rank[first[p]] == rank[second[p]] and rank[first[p]] > 0:
            one, other = _root(parent, first[p]), _root(parent, second[p])
            if one != other:
                root = min(one, other)
                parent[one], parent[other] = root, root
                size[root] = size[one] + size[other]


@compiled
def _root(parent: IntArray, cell: int) -> int:
    while parent[cell] != cell:
        parent[cell] = parent[parent[cell]]
        cell = parent[cell]
    return cell
