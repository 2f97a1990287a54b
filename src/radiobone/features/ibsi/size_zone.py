"""IBSI's grey level size zone features (family 9SAK)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from radiobone.features.ibsi.aggregate import over_dimensions
from radiobone.features.ibsi.region import Region
from radiobone.features.ibsi.sizes import size_features
from radiobone.features.matrices.zones import find_zones
from radiobone.features.region import TextureRegion
from radiobone.features.size_matrix import FloatArray, SizeMatrices

NAMES = (
    "sze", "lze", "lgze", "hgze", "szlge", "szhge", "lzlge", "lzhge", "glnu", "glnu_norm", "zsnu", "zsnu_norm",
    "z_perc", "gl_var", "zs_var", "zs_entr",
)  # fmt: skip


def size_zone(region: Region) -> dict[str, float]:
    """Compute the size zone features for every dimension asked for.

    Parameters
    ----------
    region : Region
        Grey levels.

    Returns
    -------
    dict
        IBSI's name to value.
    """
    return over_dimensions("szm", region, _features)


def _features(view: TextureRegion) -> Iterator[dict[str, FloatArray]]:
    rows, sizes = find_zones(view.grid, view.alike)
    zones = SizeMatrices.of_items(view.grid.levels, rows, sizes)
    yield size_features(NAMES, zones, np.array([float(view.grid.counts.sum())]))
