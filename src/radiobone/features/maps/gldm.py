"""Dependence features of every neighbourhood; definitions as in ``features/gldm.py``."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.features.maps.region import Batch
from radiobone.features.maps.sizes import size_features

NAMES = (
    "GrayLevelNonUniformity", None, "GrayLevelVariance",
    "DependenceNonUniformity", "DependenceNonUniformityNormalized", "DependenceVariance", "DependenceEntropy", None,
    "HighGrayLevelEmphasis", "LowGrayLevelEmphasis", "LargeDependenceEmphasis", "SmallDependenceEmphasis",
    "LargeDependenceHighGrayLevelEmphasis", "LargeDependenceLowGrayLevelEmphasis",
    "SmallDependenceHighGrayLevelEmphasis", "SmallDependenceLowGrayLevelEmphasis",
)  # fmt: skip


def gldm(batch: Batch, _wanted: frozenset[str]) -> dict[str, npt.NDArray[np.float64]]:
    """Compute dependence features, one value per voxel."""
    count, _ = batch.compared
    n_sizes = count.shape[3]
    sizes = np.tile(np.arange(1.0, n_sizes + 1), (len(batch), 1))  # a voxel depends on itself too
    n_used = np.full(len(batch), n_sizes, dtype=np.int64)
    return size_features(count, batch.around.level, batch.around.n_levels, sizes, n_used, NAMES)
