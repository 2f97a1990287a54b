"""Grey level dependence features: how many neighbours share a voxel's level.

Definitions are those of the IBSI reference manual (neighbouring grey level dependence, family REK0).
"""

from __future__ import annotations

import numpy as np

from radiobone.features.average import mean_over
from radiobone.features.region import TextureRegion
from radiobone.features.size_matrix import SizeMatrices

DEPRECATED: frozenset[str] = frozenset()


def gldm(region: TextureRegion) -> dict[str, float]:
    """Compute the dependence features of a region.

    Parameters
    ----------
    region : TextureRegion
        Grey levels.

    Returns
    -------
    dict
        Feature name to value.
    """
    count = region.neighbours.dependences.astype(float)[None]
    sizes = np.arange(1, count.shape[2] + 1, dtype=float)  # a voxel depends on itself too
    found = SizeMatrices(region.grid.levels.astype(float), sizes, count)
    features = {
        "DependenceEntropy": found.entropy(),
        "DependenceNonUniformity": found.size_nonuniformity(),
        "DependenceNonUniformityNormalized": found.size_nonuniformity() / found.total,
        "DependenceVariance": found.size_variance(),
        "GrayLevelNonUniformity": found.level_nonuniformity(),
        "GrayLevelVariance": found.level_variance(),
        "HighGrayLevelEmphasis": found.emphasis(level=2),
        "LargeDependenceEmphasis": found.emphasis(size=2),
        "LargeDependenceHighGrayLevelEmphasis": found.emphasis(level=2, size=2),
        "LargeDependenceLowGrayLevelEmphasis": found.emphasis(level=-2, size=2),
        "LowGrayLevelEmphasis": found.emphasis(level=-2),
        "SmallDependenceEmphasis": found.emphasis(size=-2),
        "SmallDependenceHighGrayLevelEmphasis": found.emphasis(level=2, size=-2),
        "SmallDependenceLowGrayLevelEmphasis": found.emphasis(level=-2, size=-2),
    }
    return mean_over([features])
