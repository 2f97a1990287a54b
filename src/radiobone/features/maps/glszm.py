"""Size zone features of every neighbourhood; definitions as in ``features/glszm.py``."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.maps.neighbourhoods import IntArray
from radiobone.features.maps.region import Batch
from radiobone.features.maps.sizes import size_features

FloatArray = npt.NDArray[np.float64]

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
    most_sizes = math.isqrt(2 * window.n_voxels) + 1  # zones of 1, 2, 3, … voxels fill the neighbourhood
    count = np.zeros((len(batch), 1, around.most_levels, most_sizes))
    sizes = np.empty((len(batch), most_sizes))
    n_sizes = np.empty(len(batch), dtype=np.int64)
    ahead = window.steps(window.directions((1,)))
    _count(around.cube, around.place, around.n_inside, np.concatenate([ahead, -ahead]), count, sizes, n_sizes)
    return size_features(count, around.level, around.n_levels, sizes, n_sizes, NAMES)


@compiled
def _count(
    cube: npt.NDArray[np.uint16],
    place: IntArray,
    n_inside: IntArray,
    steps: IntArray,
    count: FloatArray,
    sizes: FloatArray,
    n_sizes: IntArray,
) -> None:
    left = np.empty(cube.shape[1], dtype=np.int64)
    waiting = np.empty(place.shape[1], dtype=np.int64)
    column = np.full(place.shape[1] + 1, -1, dtype=np.int64)
    for v in range(n_inside.size):
        for cell in range(left.size):
            left[cell] = cube[v, cell]
        n_sizes[v] = 0
        for i in range(n_inside[v]):
            rank = left[place[v, i]]
            if rank == 0:  # in a zone already
                continue
            size = _flood(left, place[v, i], rank, steps, waiting)
            if column[size] < 0:
                column[size] = n_sizes[v]
                sizes[v, n_sizes[v]] = size
                n_sizes[v] += 1
            count[v, 0, rank - 1, column[size]] += 1
        for j in range(n_sizes[v]):
            column[int(sizes[v, j])] = -1


@compiled
def _flood(left: IntArray, seed: int, rank: int, steps: IntArray, waiting: IntArray) -> int:
    """Take the zone round a voxel away; return its size."""
    waiting[0] = seed
    left[seed] = 0
    n_waiting, size = 1, 0
    while n_waiting > 0:
        n_waiting -= 1
        size += 1
        own = waiting[n_waiting]
        for step in steps:
            if left[own + step] == rank:
                left[own + step] = 0
                waiting[n_waiting] = own + step
                n_waiting += 1
    return size
