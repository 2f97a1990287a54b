"""IBSI's morphological features (family HCUG): the region's size and form, and how intensities lie in it.

Volume, surface and what encloses them come from the mesh of the morphological mask, axes from its voxel centres.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import RoiTooSmall
from radiobone.core.lazy import lazily
from radiobone.features.ibsi.autocorrelation import autocorrelation
from radiobone.features.ibsi.region import Region
from radiobone.features.matrices.diameter import diameters, mesh_vertices
from radiobone.features.matrices.mesh import surface_and_volume
from radiobone.features.shape import principal_variances
from radiobone.imaging.crop import bounding_box

spatial = lazily("scipy.spatial")

SERIES_TERMS = 20  # of the ellipsoid's area, as the reference manual says


def morphology(region: Region) -> dict[str, float]:
    """Compute the morphological features.

    Parameters
    ----------
    region : Region
        At least two voxels.

    Returns
    -------
    dict
        IBSI's name to value, in mm and its powers.

    Raises
    ------
    RoiTooSmall
        If the mesh encloses no volume, or all voxels lie in one plane.
    """
    mask = region.outline[bounding_box(region.outline).slices]
    area, volume = surface_and_volume(mask, region.image.spacing_mm)
    if volume <= 0:
        raise RoiTooSmall(
            f"The surface of the region's {int(mask.sum())} voxels encloses a volume of {volume:g} mm³: they hang "
            "together by corners at most, and have no shape. Check the mask, or leave morph out."
        )
    return {
        "morph_volume": volume,
        "morph_vol_approx": float(mask.sum()) * region.image.voxel_volume_mm3,
        "morph_area_mesh": area,
        **_roundness(area, volume),
        "morph_com": _centre_of_mass_shift(region),
        **_ellipsoid(mask, region, area, volume),
        **_enclosure(mask, region, area, volume),
        "morph_integ_int": volume * float(region.intensities.mean()),
        **_spatial(region),
    }


def _roundness(area: float, volume: float) -> dict[str, float]:
    sphericity = float(np.cbrt(36 * math.pi * volume**2)) / area
    return {
        "morph_av": area / volume,
        "morph_comp_1": volume / (math.sqrt(math.pi) * area**1.5),
        "morph_comp_2": 36 * math.pi * volume**2 / area**3,
        "morph_sph_dispr": 1 / sphericity,
        "morph_sphericity": sphericity,
        "morph_asphericity": 1 / sphericity - 1,
    }


def _centre_of_mass_shift(region: Region) -> float:
    """Distance between the centres of the outline and of the intensities."""
    spacing = np.asarray(region.image.spacing_mm)
    geometric = np.argwhere(region.outline).mean(axis=0)
    total = float(region.intensities.sum())
    weighted = region.intensities @ np.argwhere(region.inside)
    if total == 0:
        return math.nan  # intensities that cancel out have no centre; no table takes NaN
    return float(np.linalg.norm((weighted / total - geometric) * spacing))


def _ellipsoid(mask: npt.NDArray[np.bool_], region: Region, area: float, volume: float) -> dict[str, float]:
    """Principal axes, with variances of a sample (divided by one less than the number of voxels)."""
    n_voxels = int(mask.sum())
    of_sample = n_voxels / (n_voxels - 1)
    variances = principal_variances(mask, region.image.spacing_mm)
    least, minor, major = (2 * math.sqrt(variance * of_sample) for variance in variances)
    if least == 0:
        raise RoiTooSmall(
            f"The region's {n_voxels} voxels lie in one plane, so the ellipsoid round them has no volume. "
            "Leave morph out for flat regions."
        )
    return {
        "morph_pca_maj_axis": 2 * major,
        "morph_pca_min_axis": 2 * minor,
        "morph_pca_least_axis": 2 * least,
        "morph_pca_elongation": minor / major,
        "morph_pca_flatness": least / major,
        "morph_vol_dens_aee": volume / (4 * math.pi * major * minor * least / 3),
        "morph_area_dens_aee": area / ellipsoid_area(major, minor, least),
    }


def ellipsoid_area(major: float, minor: float, least: float) -> float:
    """Area of an ellipsoid by its half axes, as the manual's series of Legendre polynomials gives it.

    The terms are multiplied out so that nothing is divided by an eccentricity of 0. The manual takes both
    eccentricities from the major axis, so that its area is not quite the true one (for half axes of 5, 4 and 3 it is
    2 % larger); the reference values follow it.
    """
    alpha_2, beta_2 = 1 - (minor / major) ** 2, 1 - (least / major) ** 2
    middle, product = (alpha_2 + beta_2) / 2, alpha_2 * beta_2
    before, term, total = 0.0, 1.0, 0.0
    for degree in range(SERIES_TERMS + 1):
        total += term / (1 - 4 * degree**2)
        before, term = term, ((2 * degree + 1) * middle * term - degree * product * before) / (degree + 1)
    return 4 * math.pi * major * minor * total


def _enclosure(mask: npt.NDArray[np.bool_], region: Region, area: float, volume: float) -> dict[str, float]:
    """Diameter, and densities in the box and the convex hull of the mesh."""
    vertices = mesh_vertices(mask)
    points = vertices * (np.asarray(region.image.spacing_mm) / 2)
    z, y, x = np.ptp(points, axis=0)
    hull = spatial.ConvexHull(points)
    return {
        "morph_diam": diameters(vertices, region.image.spacing_mm).overall,
        "morph_vol_dens_aabb": volume / float(z * y * x),
        "morph_area_dens_aabb": area / float(2 * (z * y + y * x + x * z)),
        "morph_vol_dens_conv_hull": volume / float(hull.volume),
        "morph_area_dens_conv_hull": area / float(hull.area),
    }


def _spatial(region: Region) -> dict[str, float]:
    values = np.zeros(region.box.shape)
    inside = region.inside[region.box.slices]
    values[inside] = region.intensities
    found = autocorrelation(values, inside, region.image.spacing_mm)
    return {"morph_moran_i": found.moran_i, "morph_geary_c": found.geary_c}
