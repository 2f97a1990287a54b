"""Grey level run length features: how long levels go on along lines.

Definitions are those of the IBSI reference manual (family TP0I), averaged over directions unless
the directions are merged with weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from radiobone.core.errors import RoiTooSmall
from radiobone.features.average import mean_over
from radiobone.features.matrices.directions import count_runs
from radiobone.features.matrices.grid import Offset
from radiobone.features.region import TextureRegion
from radiobone.features.size_matrix import FloatArray, SizeMatrices

DEPRECATED: frozenset[str] = frozenset()
MOST_CELLS = 1 << 24


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
    directions = [offset for offset in region.offsets(distances=(1,)) if region.grid.layout.has_line(offset)]
    if not directions:
        raise RoiTooSmall(
            f"No two of the region's {region.intensities.size} voxels lie on one line, so there are no runs. "
            "Check the mask, or leave glrlm out."
        )
    if region.texture.weighting_norm is None:
        parts = (_matrices(region, part) for part in _parts(region, directions))
        return mean_over(run_features(part) for part in parts)
    weights = region.lengths_mm(directions)
    return mean_over([run_features(_matrices(region, directions).merged(weights))])


def _matrices(region: TextureRegion, directions: Sequence[Offset]) -> SizeMatrices:
    count = count_runs(region.grid, directions).astype(float)
    lengths = np.arange(1, count.shape[2] + 1, dtype=float)
    return SizeMatrices(region.grid.levels.astype(float), lengths, count)


def _parts(region: TextureRegion, directions: Sequence[Offset]) -> Iterator[Sequence[Offset]]:
    """Split the directions so that the matrices of one part fit into memory easily."""
    cells = region.grid.levels.size * max(region.grid.layout.box)
    at_once = max(1, MOST_CELLS // cells)
    return (directions[first : first + at_once] for first in range(0, len(directions), at_once))


def run_features(runs: SizeMatrices) -> dict[str, FloatArray]:
    """Features of run length matrices, one value per direction."""
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
