"""Slow feature maps: the family itself, computed on the neighbourhood of one voxel after the other.

Tests hold the compiled maps to these on random regions. Nothing here is used by the product.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import RoiTooSmall
from radiobone.core.volume import Triple
from radiobone.features.matrices.grid import Layout, LevelGrid
from radiobone.features.region import Texture, TextureRegion
from radiobone.features.registry import FAMILIES, TextureFamily, feature_names


def slow_maps(
    family: str,
    levels: npt.NDArray[np.integer],
    intensities: npt.NDArray[np.float64],
    *,
    radius: int,
    plane: int | None,
    texture: Texture,
    spacing_mm: Triple,
    shift: float = 0.0,
) -> dict[str, list[float]]:
    """Compute a family in the neighbourhood of every voxel that has a level.

    Parameters
    ----------
    family : str
        A key of ``MAP_FAMILIES``.
    levels : ndarray of int, shape (n_z, n_y, n_x)
        Grey levels, 0 outside the region.
    intensities : ndarray of float, same shape
        Values.
    radius, plane
        Shape of the neighbourhood.
    texture, spacing_mm, shift
        As of a ``TextureRegion``.

    Returns
    -------
    dict
        Feature name to one value per voxel in raster order; NaN where the family refuses the neighbourhood.
    """
    entry = FAMILIES[family]
    assert isinstance(entry, TextureFamily)
    found: dict[str, list[float]] = {name: [] for name in feature_names(family)}
    for centre in np.argwhere(levels > 0):
        reach = [0 if axis == plane else radius for axis in range(3)]
        cut = tuple(slice(max(c - r, 0), c + r + 1) for c, r in zip(centre, reach, strict=True))
        near = levels[cut]
        region = TextureRegion(
            intensities=intensities[cut][near > 0],
            grid=_grid(near, levels if family == "glcm" else near, max(texture.distances)),
            spacing_mm=spacing_mm,
            plane=plane,
            texture=texture,
            voxel_array_shift=shift,
        )
        try:
            values = entry.compute(region)
        except RoiTooSmall:
            values = dict.fromkeys(found, np.nan)
        for name, value in values.items():
            found[name].append(value)
    return found


def _grid(near: npt.NDArray[np.integer], known: npt.NDArray[np.integer], margin: int) -> LevelGrid:
    """Levels of a neighbourhood, ranked among all known levels, whether they are there or not."""
    present = np.unique(known[known > 0])
    layout = Layout.of(near > 0, margin=margin)
    ranks = np.searchsorted(present, near[near > 0]) + 1
    flat = np.zeros(layout.size, dtype=np.uint16)
    flat[layout.inside] = ranks
    return LevelGrid(layout, flat, present, np.bincount(ranks, minlength=present.size + 1)[1:])
