"""Shape in 2D: size, outline, axes and diameter of a region that is one voxel thick."""

from __future__ import annotations

import math

import numpy as np

from radiobone.core.errors import RoiTooSmall
from radiobone.features.matrices.diameter import diameters, mesh_vertices
from radiobone.features.matrices.squares import perimeter_and_area
from radiobone.features.region import ShapeRegion
from radiobone.features.shape import principal_variances

DEPRECATED = frozenset({"SphericalDisproportion"})


def shape2d(region: ShapeRegion) -> dict[str, float]:
    """Compute the 2D shape features of a flat region.

    Parameters
    ----------
    region : ShapeRegion
        One voxel thick along ``region.plane``.

    Returns
    -------
    dict
        Feature name to value, in mm and its powers.

    Raises
    ------
    RoiTooSmall
        If the outline has no area.
    """
    plane = 0 if region.plane is None else region.plane
    in_plane = [axis for axis in range(3) if axis != plane]
    mask = np.asarray(region.mask.any(axis=plane))
    spacing_mm = (region.spacing_mm[in_plane[0]], region.spacing_mm[in_plane[1]])
    perimeter, area = perimeter_and_area(mask, spacing_mm)
    minor, major = principal_variances(mask, spacing_mm)
    if major <= 0:
        raise RoiTooSmall("The region is a single pixel, which has no shape. Check the mask.")
    sphericity = 2 * math.sqrt(math.pi * area) / perimeter
    return {
        "Elongation": math.sqrt(minor / major),
        "MajorAxisLength": 4 * math.sqrt(major),
        "MaximumDiameter": diameters(mesh_vertices(mask[None]), (1.0, *spacing_mm)).across_z,
        "MeshSurface": area,
        "MinorAxisLength": 4 * math.sqrt(minor),
        "Perimeter": perimeter,
        "PerimeterSurfaceRatio": perimeter / area,
        "PixelSurface": float(mask.sum()) * math.prod(spacing_mm),
        "SphericalDisproportion": 1 / sphericity,
        "Sphericity": sphericity,
    }
