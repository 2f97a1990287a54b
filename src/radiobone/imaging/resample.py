"""An image and its region on a new grid, cut to the region's surroundings.

The grid is the one that the field's feature tools agree to use: voxel corners of the old and new
lattice coincide at the image's first corner, and only the part of the new lattice round the region
is computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk
from pydantic import Field

from radiobone.core.errors import BadSetting, GeometryMismatch, ResourceLimit
from radiobone.core.settings import Settings
from radiobone.core.validation import index_to_world, world_to_index
from radiobone.core.volume import Volume
from radiobone.imaging.bspline import interpolate
from radiobone.imaging.crop import Box, bounding_box, crop
from radiobone.imaging.itk import like, to_sitk
from radiobone.imaging.spline_support import clear_outside

FloatArray = npt.NDArray[np.float64]
MAX_VOXELS = 1_000_000_000
ROUNDING_VOXELS = 1e-3

Interpolator = Literal[
    "sitkNearestNeighbor", "sitkLinear", "sitkBSpline", "sitkGaussian", "sitkLabelGaussian",
    "sitkHammingWindowedSinc", "sitkCosineWindowedSinc", "sitkWelchWindowedSinc",
    "sitkLanczosWindowedSinc", "sitkBlackmanWindowedSinc",
]  # fmt: skip


class Resampling(Settings):
    """Voxel size of the grid on which features are computed.

    Attributes
    ----------
    spacing_xyz_mm : tuple of float, (x, y, z), or (x, y) for a 2D image
        New edge lengths; 0 keeps the old one along that axis.
    interpolator : str
        ITK's name of the interpolator of the image; the region takes the nearest voxel.
    margin_voxels : int
        New voxels kept round the region's box, for the filters.
    """

    spacing_xyz_mm: tuple[float, ...] = Field(default=(1.0, 1.0, 1.0), min_length=2, max_length=3)
    interpolator: Interpolator = "sitkBSpline"
    margin_voxels: int = Field(default=5, ge=0)


def resample(image: Volume, mask: Volume, settings: Resampling) -> tuple[Volume, Volume]:
    """Resample an image and its region.

    Parameters
    ----------
    image : Volume
        Intensities; integers stay integers, cut off towards zero.
    mask : Volume
        0 and 1. On a grid of its own, the new grid is laid by the mask's, for both.
    settings : Resampling
        The new voxel size.

    Returns
    -------
    tuple of Volume
        Image and mask on the new grid, round the region.

    Raises
    ------
    EmptyMask, BadSetting, ResourceLimit
    GeometryMismatch
        If a mask on a grid of its own leaves the image.
    """
    _check_dimensions(image, settings)
    apart = not on_one_grid(image, mask)
    if apart:
        check_inside(image, mask)
    box = bounding_box(mask.array)
    old = np.asarray(mask.spacing_mm[::-1])
    new = new_spacing(old, box, settings)
    if np.allclose(image.spacing_mm[::-1], new):
        if apart:
            mask = nearest_on(image, mask)
            box = bounding_box(mask.array)
        kept = box.grown(settings.margin_voxels, image.shape)
        return crop(image, kept), crop(mask, kept)
    low, size = _lattice(old, new, box, mask.shape, settings.margin_voxels)
    _check_size(size, new)
    first = 0.5 * (new - old) / old + low / (old / new)  # of the new grid, in voxels of the old
    lattice = _Lattice.of(mask, first, new, size)
    if settings.interpolator == "sitkBSpline" and lattice.positions is not None and not apart:
        values = interpolate(image.voxels, lattice.positions)
        region = _nearest(mask.array, lattice.positions)
        return lattice.volume(values, image), lattice.volume(region, mask)
    return _by_itk(image, lattice, settings.interpolator), _by_itk(mask, lattice, "sitkNearestNeighbor")


def on_one_grid(image: Volume, mask: Volume) -> bool:
    """Tell whether image and mask have the same grid, to the last digit."""
    return (image.shape, image.spacing_mm, image.origin_mm, image.direction) == (
        mask.shape, mask.spacing_mm, mask.origin_mm, mask.direction,
    )  # fmt: skip


def check_inside(image: Volume, mask: Volume) -> None:
    """Refuse a region whose box leaves the image, by more than a thousandth of a voxel.

    Raises
    ------
    GeometryMismatch
    """
    box = bounding_box(mask.array)
    corners = np.array([np.asarray(box.low) - 0.5, np.asarray(box.high) + 0.5])
    index = world_to_index(image, index_to_world(mask, corners))
    if (index.min(axis=0) < -0.5 - ROUNDING_VOXELS).any() or (
        index.max(axis=0) > np.asarray(image.shape) - 0.5 + ROUNDING_VOXELS
    ).any():
        raise GeometryMismatch(
            f"The region reaches from {index.min(axis=0).round(2).tolist()} to {index.max(axis=0).round(2).tolist()} "
            f"(z, y, x) in the image's voxels, and the image has {image.shape}: a part of it has no intensities. "
            "Pair the mask with the image it was drawn on."
        )


def nearest_on(image: Volume, mask: Volume) -> Volume:
    """Resample a mask onto the grid of an image, nearest neighbour, 0 beyond the mask."""
    frame = _frame(image.spacing_mm[::-1], image.origin_mm, image.direction)
    return _by_itk(mask, _Lattice(frame, list(image.shape[::-1]), None), "sitkNearestNeighbor")


@dataclass(frozen=True, eq=False)
class _Lattice:
    """The new grid.

    Attributes
    ----------
    frame : SimpleITK.Image
        One voxel with the new grid's origin, spacing and direction.
    size : list of int, (x, y, z)
    positions : tuple of ndarray, (z, y, x), or None
        Positions of the new voxels along the old axes, in old voxels; None if the position along one axis
        depends on the others, as in an oblique image.
    """

    frame: sitk.Image
    size: list[int]
    positions: tuple[FloatArray, FloatArray, FloatArray] | None

    @classmethod
    def of(cls, image: Volume, first: FloatArray, spacing: FloatArray, size: list[int]) -> _Lattice:
        """Lay the grid whose first voxel is ``first`` (x, y, z), in voxels of the old."""
        old = _frame(image.spacing_mm[::-1], image.origin_mm, image.direction)
        origin = old.TransformContinuousIndexToPhysicalPoint(first.tolist())
        new = _frame(spacing.tolist(), origin, image.direction)
        direction = np.asarray(image.direction)
        straight = bool(np.all((direction == 0) | (np.abs(direction) == 1)))
        return cls(new, size, _positions(new, old, size) if straight else None)

    def volume(self, array: npt.NDArray[Any], like: Volume) -> Volume:
        """Put an array on the grid; modality and 2D mark are those of another volume."""
        x, y, z = self.frame.GetSpacing()
        return replace(like, array=array, spacing_mm=(z, y, x), origin_mm=self.frame.GetOrigin())


def _frame(spacing: Sequence[float], origin: Sequence[float], direction: Sequence[float]) -> sitk.Image:
    frame = sitk.Image([1, 1, 1], sitk.sitkUInt8)
    frame.SetSpacing(tuple(spacing))
    frame.SetOrigin(tuple(origin))
    frame.SetDirection(tuple(direction))
    return frame


def _positions(
    new: sitk.Image, old: sitk.Image, size: list[int]
) -> tuple[FloatArray, FloatArray, FloatArray] | None:
    """Positions as ITK computes them: by physical points, but in equal steps along x.

    None if those along one axis depend on the place along another: ITK inverts the matrix of the axes, and where
    the axes of a straight image change places, that can leave rounding noise in it.
    """

    def position(index: list[int]) -> Sequence[float]:
        point = new.TransformIndexToPhysicalPoint(index)
        return tuple(old.TransformPhysicalPointToContinuousIndex(point))

    n_x, n_y, n_z = size
    start, end = position([0, 0, 0])[0], position([n_x, 0, 0])[0]
    x = start + np.arange(n_x) / float(n_x) * (end - start)
    y = np.array([position([0, index, 0])[1] for index in range(n_y)])
    z = np.array([position([0, 0, index])[2] for index in range(n_z)])
    for i, j, k in product(*({0, n // 3, n // 2, n - 1} for n in size)):
        at_x, at_y, at_z = position([i, j, k])
        if at_y != y[j] or at_z != z[k] or (i == 0 and at_x != start):
            return None
    return z, y, x


def _nearest(
    mask: npt.NDArray[Any], positions: tuple[FloatArray, FloatArray, FloatArray]
) -> npt.NDArray[Any]:
    """Take the nearest voxel, the upper one of two; 0 outside."""
    inside = [(p >= -0.5) & (p < n - 0.5) for p, n in zip(positions, mask.shape, strict=True)]
    index = [
        np.clip(np.floor(p + 0.5).astype(np.int64), 0, n - 1)
        for p, n in zip(positions, mask.shape, strict=True)
    ]
    found = mask[tuple(slice(i.min(), i.max() + 1) for i in index)]
    for axis in (2, 1, 0):  # single voxels while there are few, then whole lines and planes
        found = found.take(index[axis] - index[axis].min(), axis=axis)
    clear_outside(found, inside)
    return found


def _by_itk(volume: Volume, lattice: _Lattice, interpolator: str) -> Volume:
    itk_image = to_sitk(volume)
    resampler = sitk.ResampleImageFilter()
    resampler.SetReferenceImage(lattice.frame)
    resampler.SetSize(lattice.size)
    resampler.SetOutputPixelType(itk_image.GetPixelID())
    resampler.SetInterpolator(getattr(sitk, interpolator))
    return like(resampler.Execute(itk_image), volume)


def _check_dimensions(image: Volume, settings: Resampling) -> None:
    if len(settings.spacing_xyz_mm) == 2 and not image.is_2d:
        raise BadSetting(
            f"The resampled spacing {settings.spacing_xyz_mm} has two edges, and the image has three dimensions. "
            "Give x, y and z in millimetres; 0 keeps the image's."
        )


def new_spacing(old: npt.NDArray[Any], box: Box, settings: Resampling) -> npt.NDArray[np.float64]:
    """Return the new spacing (x, y, z); an axis along which the region has one voxel is left alone."""
    wanted = np.asarray((*settings.spacing_xyz_mm, 0.0)[:3], dtype=float)
    if (wanted < 0).any():
        raise BadSetting(
            f"The resampled spacing {settings.spacing_xyz_mm} has a negative edge. Use millimetres, or 0 to keep."
        )
    wanted = np.where(wanted == 0, old, wanted)
    return np.where(np.asarray(box.shape[::-1]) != 1, wanted, old)


def _lattice(
    old: npt.NDArray[Any], new: npt.NDArray[Any], box: Box, shape: tuple[int, int, int], margin: int
) -> tuple[npt.NDArray[Any], list[int]]:
    """First index and size (x, y, z) of the part of the new lattice round the region."""
    ratio = old / new
    low = np.asarray(box.low[::-1])
    high = low + np.asarray(box.shape[::-1])
    first = np.floor((low - 0.5) * ratio - margin)
    last = np.ceil((high - 0.5) * ratio + margin)
    end = np.ceil(np.asarray(shape[::-1]) * ratio) - 1
    first = np.where(first < 0, 0, first)
    last = np.where(last > end, end, last)
    return first, [int(n) for n in last - first + 1]


def _check_size(size: list[int], new: npt.NDArray[Any]) -> None:
    n_voxels = float(np.prod(np.asarray(size, dtype=float)))
    if n_voxels > MAX_VOXELS:
        raise ResourceLimit(
            f"Resampling to {new.tolist()} mm gives {n_voxels:.2g} voxels round the region; the cap is "
            f"{MAX_VOXELS:.0e}. Use a larger voxel, or check the image's spacing."
        )
