"""Simple bodies whose volume and surface are known in closed form."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ellipeinc, ellipkinc

from radiobone.core.volume import Triple, Volume

INSIDE, OUTSIDE = 300, 0


@dataclass(frozen=True, eq=False)
class Phantom:
    """An image, a region, and the true size of the body that the region samples.

    Attributes
    ----------
    image : Volume
        int16 grey values.
    mask : Volume
        uint8, 1 where a voxel's centre lies in the body.
    volume_mm3, surface_mm2 : float
        Of the body itself; voxels approach them as they get smaller (a box of whole voxels meets them).
    """

    image: Volume
    mask: Volume
    volume_mm3: float
    surface_mm2: float


def sphere(radius_mm: float, *, spacing_mm: Triple = (1.0, 1.0, 1.0), margin_mm: float = 5.0) -> Phantom:
    """Make a ball of one grey value in the middle of an image of another.

    Parameters
    ----------
    radius_mm : float
        Of the ball.
    spacing_mm : tuple of float, (z, y, x)
        Voxel size.
    margin_mm : float
        Distance to the nearest border, at least.
    """
    return ellipsoid((radius_mm, radius_mm, radius_mm), spacing_mm=spacing_mm, margin_mm=margin_mm)


def ellipsoid(
    half_axes_mm: Triple, *, spacing_mm: Triple = (1.0, 1.0, 1.0), margin_mm: float = 5.0
) -> Phantom:
    """Make an ellipsoid along the image axes.

    Parameters
    ----------
    half_axes_mm : tuple of float, (z, y, x)
        Half lengths.
    spacing_mm : tuple of float, (z, y, x)
        Voxel size.
    margin_mm : float
        Distance to the nearest border, at least.
    """
    axes = []
    for half_mm, step_mm in zip(half_axes_mm, spacing_mm, strict=True):
        n_half = math.ceil((half_mm + margin_mm) / step_mm)
        axes.append(np.arange(-n_half, n_half + 1) * step_mm / half_mm)
    z, y, x = np.meshgrid(*axes, indexing="ij", sparse=True)
    inside = np.asarray(x**2 + y**2 + z**2 <= 1)
    volume_mm3 = 4 / 3 * math.pi * math.prod(half_axes_mm)
    return _phantom(inside, spacing_mm, volume_mm3, ellipsoid_surface(half_axes_mm))


def box(
    n_voxels: tuple[int, int, int], *, spacing_mm: Triple = (1.0, 1.0, 1.0), margin_voxels: int = 3
) -> Phantom:
    """Make a box of whole voxels.

    Parameters
    ----------
    n_voxels : tuple of int, (z, y, x)
        Size of the box.
    spacing_mm : tuple of float, (z, y, x)
        Voxel size.
    margin_voxels : int
        Voxels around the box on each side; 0 lets it fill the image.
    """
    inside = np.pad(np.ones(n_voxels, dtype=bool), margin_voxels)
    depth, height, width = (n * step for n, step in zip(n_voxels, spacing_mm, strict=True))
    surface_mm2 = 2 * (depth * height + height * width + width * depth)
    return _phantom(inside, spacing_mm, depth * height * width, surface_mm2)


def checkerboard(
    n_voxels: tuple[int, int, int],
    *,
    low: int = 0,
    high: int = 100,
    field_voxels: int = 1,
    spacing_mm: Triple = (1.0, 1.0, 1.0),
) -> Phantom:
    """Make a box that fills its image with two grey values in turn along every axis.

    Parameters
    ----------
    n_voxels : tuple of int, (z, y, x)
        Size of image and region.
    low, high : int
        Grey values; the first voxel is low.
    field_voxels : int
        Edge length of a field.
    spacing_mm : tuple of float, (z, y, x)
        Voxel size.
    """
    plain = box(n_voxels, spacing_mm=spacing_mm, margin_voxels=0)
    odd = (np.indices(n_voxels) // field_voxels).sum(axis=0) % 2 == 1
    fields = plain.image.with_array(np.where(odd, high, low).astype(np.int16))
    return Phantom(fields, plain.mask, plain.volume_mm3, plain.surface_mm2)


def ellipsoid_surface(half_axes_mm: Triple) -> float:
    """Surface of an ellipsoid in mm².

    Parameters
    ----------
    half_axes_mm : tuple of float
        Half lengths, in any order.

    References
    ----------
    Legendre's formula with incomplete elliptic integrals (NIST DLMF 19.33.2).
    """
    a, b, c = sorted(half_axes_mm, reverse=True)
    if math.isclose(a, c, rel_tol=1e-9):
        return 4 * math.pi * a * a
    angle = math.acos(c / a)
    m = a * a * (b * b - c * c) / (b * b * (a * a - c * c))
    sine = math.sin(angle)
    integrals = ellipeinc(angle, m) * sine**2 + ellipkinc(angle, m) * math.cos(angle) ** 2
    return float(2 * math.pi * (c * c + a * b / sine * integrals))


def _phantom(
    inside: npt.NDArray[np.bool_], spacing_mm: Triple, volume_mm3: float, surface_mm2: float
) -> Phantom:
    image = Volume(np.where(inside, INSIDE, OUTSIDE).astype(np.int16), spacing_mm)
    return Phantom(image, image.with_array(inside.astype(np.uint8)), volume_mm3, surface_mm2)
