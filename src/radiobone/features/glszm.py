"""Grey level size zone features: how large connected zones of one level are.

Definitions are those of the IBSI reference manual (family 9SAK).
"""

from __future__ import annotations

from radiobone.features.average import mean_over
from radiobone.features.matrices.zones import find_zones
from radiobone.features.region import TextureRegion
from radiobone.features.size_matrix import SizeMatrices

DEPRECATED: frozenset[str] = frozenset()


def glszm(region: TextureRegion) -> dict[str, float]:
    """Compute the size zone features of a region.

    Parameters
    ----------
    region : TextureRegion
        Grey levels.

    Returns
    -------
    dict
        Feature name to value.
    """
    rows, sizes = find_zones(region.grid, region.alike)
    found = SizeMatrices.of_items(region.grid.levels, rows, sizes)
    features = {
        "GrayLevelNonUniformity": found.level_nonuniformity(),
        "GrayLevelNonUniformityNormalized": found.level_nonuniformity() / found.total,
        "GrayLevelVariance": found.level_variance(),
        "HighGrayLevelZoneEmphasis": found.emphasis(level=2),
        "LargeAreaEmphasis": found.emphasis(size=2),
        "LargeAreaHighGrayLevelEmphasis": found.emphasis(level=2, size=2),
        "LargeAreaLowGrayLevelEmphasis": found.emphasis(level=-2, size=2),
        "LowGrayLevelZoneEmphasis": found.emphasis(level=-2),
        "SizeZoneNonUniformity": found.size_nonuniformity(),
        "SizeZoneNonUniformityNormalized": found.size_nonuniformity() / found.total,
        "SmallAreaEmphasis": found.emphasis(size=-2),
        "SmallAreaHighGrayLevelEmphasis": found.emphasis(level=2, size=-2),
        "SmallAreaLowGrayLevelEmphasis": found.emphasis(level=-2, size=-2),
        "ZoneEntropy": found.entropy(),
        "ZonePercentage": found.fraction(),
        "ZoneVariance": found.size_variance(),
    }
    return mean_over([features])
