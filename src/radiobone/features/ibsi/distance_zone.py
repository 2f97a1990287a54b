"""IBSI's grey level distance zone features (family VMDZ): how far zones lie from the region's edge."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from radiobone.core.lazy import lazily
from radiobone.features.ibsi.aggregate import aggregated
from radiobone.features.ibsi.region import AXIAL, Region
from radiobone.features.ibsi.sizes import size_features
from radiobone.features.matrices.zones import label_zones
from radiobone.features.region import TextureRegion
from radiobone.features.size_matrix import FloatArray, SizeMatrices

ndimage = lazily("scipy.ndimage")

NAMES = (
    "sde", "lde", "lgze", "hgze", "sdlge", "sdhge", "ldlge", "ldhge", "glnu", "glnu_norm", "zdnu", "zdnu_norm",
    "z_perc", "gl_var", "zd_var", "zd_entr",
)  # fmt: skip


def distance_zone(region: Region) -> dict[str, float]:
    """Compute the distance zone features for every dimension asked for.

    Parameters
    ----------
    region : Region
        Grey levels; distances are to the edge of the morphological mask.

    Returns
    -------
    dict
        IBSI's name to value.
    """
    found: dict[str, float] = {}
    for dimension in region.dimensions:
        steps = edge_distances(region.outline, plane=None if dimension == "3D" else AXIAL)[region.inside]
        found.update(aggregated("dzm", dimension, _of_views(region.views(dimension), steps)))
    return found


def edge_distances(mask: npt.NDArray[np.bool_], *, plane: int | None) -> npt.NDArray[np.int32]:
    """Count the steps along the axes from each voxel of a region to the nearest voxel outside.

    Parameters
    ----------
    mask : ndarray of bool, shape (n_z, n_y, n_x)
        The region; outside the array is outside the region.
    plane : int or None
        Axis along which no step is taken.

    Returns
    -------
    ndarray of int32, same shape
        1 at the edge, 0 outside.
    """
    padded = np.pad(mask, 1)
    if plane is None:
        found = ndimage.distance_transform_cdt(padded, metric="taxicab")
    else:
        slices = [
            ndimage.distance_transform_cdt(one, metric="taxicab") for one in np.moveaxis(padded, plane, 0)
        ]
        found = np.moveaxis(np.stack(slices), 0, plane)
    return np.asarray(found, dtype=np.int32)[1:-1, 1:-1, 1:-1]


def _of_views(
    views: Iterable[TextureRegion], steps: npt.NDArray[np.int32]
) -> Iterator[dict[str, FloatArray]]:
    """Give each slice or volume the distances of its own voxels, which come in raster order."""
    first = 0
    for view in views:
        last = first + view.grid.layout.inside.size
        yield _features(view, steps[first:last])
        first = last


def _features(view: TextureRegion, steps: npt.NDArray[np.int32]) -> dict[str, FloatArray]:
    rows, sizes, zone_of_voxel = label_zones(view.grid, view.alike)
    nearest = np.full(sizes.size, np.iinfo(np.int32).max, dtype=np.int64)
    np.minimum.at(nearest, zone_of_voxel, steps)
    zones = SizeMatrices.of_items(view.grid.levels, rows, nearest)
    return size_features(NAMES, zones, np.array([float(view.grid.counts.sum())]))
