"""Shape in 3D: size, surface, axes and diameters of a region.

Definitions are those of the IBSI reference manual (family HCUG); axes come from the voxel centres,
surface, volume and diameters from the mesh.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import RoiTooSmall
from radiobone.core.volume import Triple
from radiobone.features.matrices.diameter import diameters, mesh_vertices
from radiobone.features.matrices.mesh import surface_and_volume
from radiobone.features.matrices.moments import covariance
from radiobone.features.region import ShapeRegion

DEPRECATED = frozenset({"Compactness1", "Compactness2", "SphericalDisproportion"})


def shape(region: ShapeRegion) -> dict[str, float]:
    """Compute the shape features of a region.

    Parameters
    ----------
    region : ShapeRegion
        At least two voxels.

    Returns
    -------
    dict
        Feature name to value, in mm and its powers.

    Raises
    ------
    RoiTooSmall
        If the mesh encloses no volume, as happens where voxels touch only across corners.
    """
    area, volume = surface_and_volume(region.mask, region.spacing_mm)
    if volume <= 0:
        raise RoiTooSmall(
            f"The surface of the region's {int(region.mask.sum())} voxels encloses a volume of {volume:g} mm³: they hang "
            "together by corners at most, and have no shape. Check the mask, or leave shape out."
        )
    sphericity = float(np.cbrt(36 * math.pi * volume**2)) / area
    return {
        **_diameters(region.mask, region.spacing_mm),
        **_axes(region.mask, region.spacing_mm),
        "Compactness1": volume / (area**1.5 * math.sqrt(math.pi)),
        "Compactness2": 36 * math.pi * volume**2 / area**3,
        "MeshVolume": volume,
        "SphericalDisproportion": 1 / sphericity,
        "Sphericity": sphericity,
        "SurfaceArea": area,
        "SurfaceVolumeRatio": area / volume,
        "VoxelVolume": float(region.mask.sum()) * math.prod(region.spacing_mm),
    }


def _diameters(mask: npt.NDArray[np.bool_], spacing_mm: Triple) -> dict[str, float]:
    found = diameters(mesh_vertices(mask), spacing_mm)
    return {
        "Maximum2DDiameterColumn": found.across_y,
        "Maximum2DDiameterRow": found.across_x,
        "Maximum2DDiameterSlice": found.across_z,
        "Maximum3DDiameter": found.overall,
    }


def _axes(mask: npt.NDArray[np.bool_], spacing_mm: Triple) -> dict[str, float]:
    least, minor, major = principal_variances(mask, spacing_mm)
    return {
        "Elongation": math.sqrt(minor / major),
        "Flatness": math.sqrt(least / major),
        "LeastAxisLength": 4 * math.sqrt(least),
        "MajorAxisLength": 4 * math.sqrt(major),
        "MinorAxisLength": 4 * math.sqrt(minor),
    }


def principal_variances(mask: npt.NDArray[np.bool_], spacing_mm: tuple[float, ...]) -> list[float]:
    """Variances in mm² of the voxel centres along their principal axes, ascending.

    Parameters
    ----------
    mask : ndarray of bool, two or three axes
        The region, not empty.
    spacing_mm : tuple of float, one for each axis
        Edge lengths of one voxel.
    """
    spacing = np.asarray(spacing_mm)
    variances = np.linalg.eigvalsh(covariance(mask) * np.outer(spacing, spacing))
    return [max(float(variance), 0.0) for variance in variances]  # rounding can leave -1e-17
