"""An image and its region on a new grid, cut to the region's surroundings.

The grid is the one that the field's feature tools agree to use: voxel corners of the old and new
lattice coincide at the image's first corner, and only the part of the new lattice round the region
is computed.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk
from pydantic import Field

from radiobone.core.errors import BadSetting, ResourceLimit
from radiobone.core.settings import Settings
from radiobone.core.volume import Volume
from radiobone.imaging.crop import Box, bounding_box, crop
from radiobone.imaging.itk import like, to_sitk

MAX_VOXELS = 1_000_000_000

Interpolator = Literal[
    "sitkNearestNeighbor", "sitkLinear", "sitkBSpline", "sitkGaussian", "sitkLabelGaussian",
    "sitkHammingWindowedSinc", "sitkCosineWindowedSinc", "sitkWelchWindowedSinc",
    "sitkLanczosWindowedSinc", "sitkBlackmanWindowedSinc",
]  # fmt: skip


class Resampling(Settings):
    """Voxel size of the grid on which features are computed.

    Attributes
    ----------
    spacing_xyz_mm : tuple of float, (x, y, z)
        New edge lengths; 0 keeps the old one along that axis.
    interpolator : str
        ITK's name of the interpolator of the image; the region takes the nearest voxel.
    margin_voxels : int
        New voxels kept round the region's box, for the filters.
    """

    spacing_xyz_mm: tuple[float, float, float] = (1.0, 1.0, 1.0)
    interpolator: Interpolator = "sitkBSpline"
    margin_voxels: int = Field(default=5, ge=0)


def resample(image: Volume, mask: Volume, settings: Resampling) -> tuple[Volume, Volume]:
    """Resample an image and its region.

    Parameters
    ----------
    image : Volume
        Intensities; integers stay integers, cut off towards zero.
    mask : Volume
        0 and 1, on the image's grid.
    settings : Resampling
        The new voxel size.

    Returns
    -------
    tuple of Volume
        Image and mask on the new grid, round the region.

    Raises
    ------
    EmptyMask, BadSetting, ResourceLimit
    """
    box = bounding_box(mask.array)
    old = np.asarray(image.spacing_mm[::-1])
    new = _new_spacing(old, box, settings)
    if np.allclose(old, new):
        kept = box.grown(settings.margin_voxels, image.shape)
        return crop(image, kept), crop(mask, kept)
    low, size = _lattice(old, new, box, image.shape, settings.margin_voxels)
    _check_size(size, new)
    itk_image, itk_mask = to_sitk(image), to_sitk(mask)
    first = 0.5 * (new - old) / old + low / (old / new)  # of the new grid, in voxels of the old
    resampler = sitk.ResampleImageFilter()
    resampler.SetOutputSpacing(new.tolist())
    resampler.SetOutputDirection(itk_mask.GetDirection())
    resampler.SetSize(size)
    resampler.SetOutputOrigin(itk_mask.TransformContinuousIndexToPhysicalPoint(first.tolist()))
    resampler.SetOutputPixelType(itk_image.GetPixelID())
    resampler.SetInterpolator(getattr(sitk, settings.interpolator))
    new_image = resampler.Execute(itk_image)
    resampler.SetOutputPixelType(itk_mask.GetPixelID())
    resampler.SetInterpolator(sitk.sitkNearestNeighbor)
    return like(new_image, image), like(resampler.Execute(itk_mask), mask)


def _new_spacing(old: npt.NDArray[Any], box: Box, settings: Resampling) -> npt.NDArray[np.float64]:
    """Return the new spacing (x, y, z); an axis along which the region has one voxel is left alone."""
    wanted = np.asarray(settings.spacing_xyz_mm, dtype=float)
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
