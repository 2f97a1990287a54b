"""Dependence features of every neighbourhood; definitions as in ``features/gldm.py``."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.maps.neighbourhoods import IntArray
from radiobone.features.maps.region import Batch
from radiobone.features.maps.sizes import SizeArray, size_features

BLOCK = 64  # neighbourhoods compared together: enough for wide registers, few enough for the smallest cache

NAMES = (
    "GrayLevelNonUniformity", None, "GrayLevelVariance",
    "DependenceNonUniformity", "DependenceNonUniformityNormalized", "DependenceVariance", "DependenceEntropy", None,
    "HighGrayLevelEmphasis", "LowGrayLevelEmphasis", "LargeDependenceEmphasis", "SmallDependenceEmphasis",
    "LargeDependenceHighGrayLevelEmphasis", "LargeDependenceLowGrayLevelEmphasis",
    "SmallDependenceHighGrayLevelEmphasis", "SmallDependenceLowGrayLevelEmphasis",
)  # fmt: skip


def gldm(batch: Batch, _wanted: frozenset[str]) -> dict[str, npt.NDArray[np.float64]]:
    """Compute dependence features, one value per voxel."""
    region = batch.region
    cells = region.window.pairs(region.texture.distances)
    sizes = np.empty((len(batch), region.window.n_cells), dtype=np.uint16)
    _count_alike(
        region.levels,
        batch.centres,
        region.steps,
        cells.first,
        cells.second,
        region.texture.gldm_alpha,
        sizes,
    )
    return size_features(batch.around, batch.around.rank, sizes[:, None, None], NAMES)


@compiled
def _count_alike(
    levels: npt.NDArray[np.uint16],
    centres: IntArray,
    steps: IntArray,
    first: IntArray,
    second: IntArray,
    alpha: int,
    sizes: SizeArray,
) -> None:
    """Count each cell and its neighbours of about the same level: one pair of cells in many neighbourhoods at once."""
    nothing = np.int32(-(1 << 30))  # far from every level
    own = np.zeros((steps.size, BLOCK), dtype=np.int32)
    alike = np.empty_like(own)
    for start in range(0, centres.size, BLOCK):
        here = centres[start : start + BLOCK]
        for cell in range(steps.size):
            for v in range(here.size):
                level = np.int32(levels[here[v] + steps[cell]])
                own[cell, v] = level if level > 0 else nothing
        _compare(own, first, second, np.int32(-alpha), np.int32(alpha), alike)
        for v in range(here.size):
            for cell in range(steps.size):
                sizes[start + v, cell] = alike[cell, v] if own[cell, v] > 0 else 0


@compiled
def _compare(
    own: npt.NDArray[np.int32],
    first: IntArray,
    second: IntArray,
    least: np.int32,
    most: np.int32,
    alike: npt.NDArray[np.int32],
) -> None:
    """Count alike cells, itself included; all arrays have the shape (n_cells, n_voxels)."""
    alike[:] = 1
    for p in range(first.size):
        one, other = own[first[p]], own[second[p]]
        here, there = alike[first[p]], alike[second[p]]
        for v in range(one.size):
            gap = np.int32(one[v] - other[v])
            close = np.int32((gap >= least) & (gap <= most))
            here[v] += close
            there[v] += close
