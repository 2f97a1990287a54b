"""Grey level run length features: how long levels go on along lines.

Definitions are those of the IBSI reference manual (family TP0I), averaged over directions unless
the directions are merged with weights.
"""

from __future__ import annotations

from radiobone.core.errors import RoiTooSmall
from radiobone.features.average import mean_over
from radiobone.features.matrices.glrlm import has_line, runs
from radiobone.features.region import TextureRegion
from radiobone.features.size_matrix import SizeMatrix

DEPRECATED: frozenset[str] = frozenset()


def glrlm(region: TextureRegion) -> dict[str, float]:
    """Compute the run length features of a region.

    Parameters
    ----------
    region : TextureRegion
        Grey levels.

    Returns
    -------
    dict
        Feature name to value.

    Raises
    ------
    RoiTooSmall
        If no line along any direction holds two voxels of the region.
    """
    directions = [offset for offset in region.offsets(distances=(1,)) if has_line(region.grid, offset)]
    if not directions:
        raise RoiTooSmall(
            f"No two of the region's {region.intensities.size} voxels lie on one line, so there are no runs. "
            "Check the mask, or leave glrlm out."
        )
    matrices = [SizeMatrix.from_items(*runs(region.grid, offset)) for offset in directions]
    if region.texture.weighting_norm is not None:
        matrices = [SizeMatrix.merged(matrices, region.lengths_mm(directions))]
    return mean_over([run_features(matrix) for matrix in matrices])


def run_features(runs: SizeMatrix) -> dict[str, float]:
    """Features of one run length matrix."""
    return {
        "GrayLevelNonUniformity": runs.level_nonuniformity(),
        "GrayLevelNonUniformityNormalized": runs.level_nonuniformity() / runs.total,
        "GrayLevelVariance": runs.level_variance(),
        "HighGrayLevelRunEmphasis": runs.emphasis(level=2),
        "LongRunEmphasis": runs.emphasis(size=2),
        "LongRunHighGrayLevelEmphasis": runs.emphasis(level=2, size=2),
        "LongRunLowGrayLevelEmphasis": runs.emphasis(level=-2, size=2),
        "LowGrayLevelRunEmphasis": runs.emphasis(level=-2),
        "RunEntropy": runs.entropy(),
        "RunLengthNonUniformity": runs.size_nonuniformity(),
        "RunLengthNonUniformityNormalized": runs.size_nonuniformity() / runs.total,
        "RunPercentage": runs.fraction(),
        "RunVariance": runs.size_variance(),
        "ShortRunEmphasis": runs.emphasis(size=-2),
        "ShortRunHighGrayLevelEmphasis": runs.emphasis(level=2, size=-2),
        "ShortRunLowGrayLevelEmphasis": runs.emphasis(level=-2, size=-2),
    }
