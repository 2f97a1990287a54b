"""What an image and its region must be before anything is computed."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import EmptyMask, NonFiniteIntensity, RoiTooSmall
from radiobone.core.volume import Volume
from radiobone.core.warnings import NonFiniteIntensityOutside
from radiobone.features.settings import RoiLimits
from radiobone.imaging.crop import Box, bounding_box
from radiobone.imaging.mask_grid import MaskReading, onto_image


def check_inputs(image: Volume, mask: Volume, reading: MaskReading | None = None) -> tuple[Volume, Volume]:
    """Check that image and region fit together and that the region's intensities are numbers.

    Parameters
    ----------
    image : Volume
        Intensities.
    mask : Volume
        Not zero inside the region.
    reading : MaskReading, optional
        How far the grids may differ.

    Returns
    -------
    tuple of Volume
        The image, with 0 for what is not finite outside the region, and the region in whole numbers, not 0
        inside, on the image's grid.

    Raises
    ------
    GeometryMismatch, DimensionMismatch
        If the grids differ.
    EmptyMask
        If no voxel is in the region.
    NonFiniteIntensity
        If the region holds NaN or infinity.
    """
    region = onto_image(image, as_whole_numbers(mask), reading or MaskReading())
    if not region.array.any():
        raise EmptyMask(
            "The region has no voxels, so there is nothing to measure. Check the mask and its label."
        )
    if not np.issubdtype(image.array.dtype, np.floating):
        return image, region
    inside = region.array != 0
    finite = np.isfinite(image.array)
    n_bad = int((~finite[inside]).sum())
    if n_bad:
        raise NonFiniteIntensity(
            f"{n_bad} of the region's {int(inside.sum())} voxels are NaN or infinite, so no feature of it is "
            "defined. Mend the image, or leave those voxels out of the mask."
        )
    if not finite.all():
        image = image.with_array(_without_nonfinite(image, finite))
    return image, region


def as_whole_numbers(mask: Volume) -> Volume:
    """Return a region in whole numbers, 0 outside."""
    array = mask.array
    if np.issubdtype(array.dtype, np.integer):
        return mask
    return mask.with_array(array.view(np.uint8) if array.dtype == np.bool_ else (array != 0).view(np.uint8))


def _without_nonfinite(image: Volume, finite: npt.NDArray[np.bool_]) -> npt.NDArray[np.floating]:
    n_bad = int((~finite).sum())
    warnings.warn(
        NonFiniteIntensityOutside(
            f"{n_bad} voxels outside the region are NaN or infinite and were set to 0, since filters would "
            "spread them. Features near them may be affected."
        ),
        stacklevel=6,
    )
    return np.where(finite, image.array, image.array.dtype.type(0))


def check_region(mask: npt.NDArray[np.bool_], limits: RoiLimits) -> Box:
    """Check that a region is large enough; return its box.

    Parameters
    ----------
    mask : ndarray of bool, shape (n_z, n_y, n_x)
        The region after resampling.
    limits : RoiLimits
        What it must have.

    Raises
    ------
    RoiTooSmall
        If it has too few voxels or dimensions.
    """
    n_voxels = int(mask.sum())
    if n_voxels < 2:
        raise RoiTooSmall(
            f"The region has {n_voxels} voxel(s) on the grid of the features; one voxel has neither shape nor "
            "texture. Check the mask, or resample to smaller voxels."
        )
    box = bounding_box(mask)
    n_dimensions = sum(size > 1 for size in box.shape)
    if n_dimensions < limits.min_dimensions:
        raise RoiTooSmall(
            f"The region of {n_voxels} voxels extends along {n_dimensions} axis(es), {box.shape} voxels (z, y, x); "
            f"at least {limits.min_dimensions} are needed. Check the mask."
        )
    if limits.more_voxels_than is not None and n_voxels <= limits.more_voxels_than:
        raise RoiTooSmall(
            f"The region has {n_voxels} voxels; more than {limits.more_voxels_than} are asked for. "
            "Check the mask, or lower the limit."
        )
    return box
