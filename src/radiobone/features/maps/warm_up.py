"""Compiling the kernels of maps before the first map, so that the wait can be announced."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from radiobone.core.compiled import is_compiled
from radiobone.features.maps.neighbourhoods import Window
from radiobone.features.maps.region import Batch, MapRegion
from radiobone.features.maps.registry import MAP_FAMILIES
from radiobone.features.region import Texture

EDGE_VOXELS = 5


def are_warm(families: Iterable[str]) -> bool:
    """Tell whether machine code for the maps of these families is kept from an earlier run."""
    return all(is_compiled(kernel) for family in families for kernel in MAP_FAMILIES[family].kernels)


def warm_up(families: Iterable[str]) -> None:
    """Map a few voxels, which compiles what these families need."""
    levels = np.random.default_rng(0).integers(1, 4, EDGE_VOXELS**3).astype(np.uint16)
    region = MapRegion(
        levels=levels,
        intensities=levels.astype(float),
        intensity_levels=levels,
        centres=np.array([EDGE_VOXELS**3 // 2]),
        shape=(EDGE_VOXELS, EDGE_VOXELS, EDGE_VOXELS),
        window=Window(radius=1, plane=None),
        spacing_mm=(1.0, 1.0, 1.0),
        texture=Texture(),
    )
    for family in families:
        MAP_FAMILIES[family].compute(Batch(region, region.centres), frozenset({"MCC"}))
