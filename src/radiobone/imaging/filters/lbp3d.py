"""Local binary patterns in volumes: how much of a sphere round the voxel is bright, and in how many lobes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from radiobone.core.errors import DimensionMismatch
from radiobone.core.volume import Volume
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.base import ImageFilter
from radiobone.imaging.icosphere import icosphere

FloatArray = NDArray[np.float64]
VOXELS_AT_ONCE = 4096  # each has a sphere of points in memory


class LBP3D(ImageFilter):
    """Local binary patterns on a sphere, by the power of their spherical harmonics.

    Every point of a sphere round the voxel (cubic splines in the image's own type, 0 beyond the image) is 1 where it is at least as
    bright as the voxel, else 0. One image per degree of the harmonics, which is the same for every rotation, and
    one of the kurtosis of the sphere's intensities.

    Attributes
    ----------
    levels : int
        Degrees, from 0.
    radius : float
        Of the sphere, in voxels.
    subdivision : int
        How often the edges of the icosahedron are halved, whose corners are the sphere's points.

    References
    ----------
    Banerjee J, Moelker A, Niessen WJ, van Walsum T. ACCV 2012 Workshops, LNCS 7728:26–37.
    """

    kind: Literal["LBP3D"] = "LBP3D"
    levels: int = Field(default=2, ge=1, le=16)
    radius: float = Field(default=1.0, gt=0)
    subdivision: int = Field(default=1, ge=0, le=4)

    def names(self, plane: int | None) -> tuple[str, ...]:
        """Return one name for each degree, and that of the kurtosis."""
        return (*(f"lbp-3D-m{level + 1}" for level in range(self.levels)), "lbp-3D-k")

    def images(self, volume: Volume, plane: int | None, box: Box) -> Iterator[tuple[str, NDArray[Any]]]:
        """Yield one image for each degree, and the kurtosis.

        Raises
        ------
        DimensionMismatch
            If the image is a single 2D image.
        """
        if volume.is_2d:
            raise DimensionMismatch(
                "LBP3D looks at spheres, and the image has one slice. Use LBP2D, or leave LBP3D out."
            )
        from scipy.ndimage import spline_filter  # slow to import, and few ask for this filter

        sphere = icosphere(self.subdivision, self.radius)
        harmonics = _harmonics(sphere, self.radius, self.levels)
        splines = spline_filter(volume.array, order=3, output=np.float64, mode="constant")
        voxels = np.argwhere(np.ones(box.shape, dtype=bool)) + np.asarray(box.low)
        found = np.vstack(
            [
                _measured(volume.array, splines, voxels[first : first + VOXELS_AT_ONCE], sphere, harmonics)
                for first in range(0, len(voxels), VOXELS_AT_ONCE)
            ]
        )
        for name, values in zip(self.names(plane), found.T, strict=True):
            yield name, values.reshape(box.shape)


def _harmonics(sphere: FloatArray, radius: float, levels: int) -> NDArray[np.complex128]:
    """Spherical harmonics at the points, shape (n_points, levels²): one for each order of each degree.

    The polar angle is taken for the azimuth and the azimuth for the polar angle, as in pyradiomics.
    """
    from scipy.special import sph_harm_y

    polar = np.arccos(np.clip(sphere[:, 2] / radius, -1, 1))
    azimuth = np.arctan2(sphere[:, 1], sphere[:, 0])
    orders = [(degree, order) for degree in range(levels) for order in range(-degree, degree + 1)]
    return np.column_stack([sph_harm_y(degree, order, azimuth, polar) for degree, order in orders])


def _measured(
    array: NDArray[Any],
    splines: FloatArray,
    voxels: NDArray[np.int64],
    sphere: FloatArray,
    harmonics: NDArray[np.complex128],
) -> FloatArray:
    """Power of each degree and kurtosis, shape (n_voxels, n_levels + 1)."""
    from scipy.ndimage import map_coordinates

    positions = voxels[None] + sphere[:, None]
    around = map_coordinates(splines, positions.T, output=array.dtype, order=3, prefilter=False)
    bright = (around >= array[tuple(voxels.T)][:, None]).astype(int)
    weights = (bright[:, :, None] * harmonics[None]).sum(axis=1)
    levels = math.isqrt(harmonics.shape[1])
    projected = [
        (
            weights[:, None, degree**2 : (degree + 1) ** 2]
            * harmonics[None, :, degree**2 : (degree + 1) ** 2]
        ).sum(axis=2)
        for degree in range(levels)
    ]
    powers = np.sqrt((np.stack(projected, axis=2) ** 2).sum(axis=1)).real
    return np.column_stack([powers, _kurtosis(around)])


def _kurtosis(values: NDArray[Any]) -> NDArray[Any]:
    """Excess kurtosis of each row; NaN for rows of one value."""
    values = values if values.dtype.kind == "f" else values.astype(np.float64)
    mean = values.mean(axis=1, keepdims=True)
    squares = (values - mean) ** 2
    second, fourth = squares.mean(axis=1), (squares**2).mean(axis=1)
    flat = second <= (np.finfo(values.dtype).resolution * mean[:, 0]) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(flat, np.nan, fourth / second**2) - 3)
