"""Grey level dependence features: how many neighbours share a voxel's level.

Definitions are those of the IBSI reference manual (neighbouring grey level dependence, family REK0).
"""

from __future__ import annotations

from radiobone.features.matrices.gldm import dependences
from radiobone.features.region import TextureRegion
from radiobone.features.size_matrix import SizeMatrix

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
    sizes = dependences(region.grid, region.offsets(both_ways=True), alpha=region.texture.gldm_alpha)
    found = SizeMatrix.from_items(region.grid.centre, sizes)
    return {
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
