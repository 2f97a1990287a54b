"""What an image and its region must be before anything is computed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import EmptyMask, ImplausibleIntensity, NonFiniteIntensity, RoiTooSmall
from radiobone.core.memory import keep_freed_memory
from radiobone.core.validation import real_numbers
from radiobone.core.volume import Volume
from radiobone.core.warnings import ConstantRoi, NonFiniteIntensityOutside, warn
from radiobone.features.settings import RoiLimits
from radiobone.imaging.crop import Box, bounding_box, planes_in_use
from radiobone.imaging.mask_grid import MaskReading, onto_image

GREATEST = 1e30  # the fourth power, summed over an image, is still a double


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
        The image, in a type that is computed with, with 0 for what is no intensity outside the region, and the
        region in whole numbers, not 0 inside, on the image's grid.

    Raises
    ------
    UnreadableImage
        If the image holds no numbers.
    GeometryMismatch, DimensionMismatch
        If the grids differ.
    EmptyMask
        If no voxel is in the region.
    NonFiniteIntensity, ImplausibleIntensity
        If the region holds NaN or infinity, or numbers beyond ``GREATEST``.
    """
    keep_freed_memory()
    if not _is_computed_with(image.voxels.dtype):
        image = image.with_array(real_numbers(image.array, "The image"))
    region = onto_image(image, as_whole_numbers(mask), reading or MaskReading())
    if planes_in_use(region.array).size == 0:
        raise EmptyMask(
            "The region has no voxels, so there is nothing to measure. Check the mask and its label."
        )
    if np.issubdtype(image.voxels.dtype, np.integer) or _all_usable(image.array):
        return image, region
    usable = np.abs(np.nan_to_num(image.array, nan=np.inf)) <= GREATEST
    _check_inside(image.array[region.array != 0])
    return image.with_array(_without_unusable(image, usable)), region


def _is_computed_with(dtype: np.dtype[Any]) -> bool:
    """Whether values are taken as they are; then they need not be read yet."""
    return dtype.kind in "ui" and dtype.isnative


def _all_usable(array: npt.NDArray[np.floating]) -> bool:
    return bool(max(array.max(), -array.min()) <= GREATEST)  # False for NaN, which both pass on


def _check_inside(values: npt.NDArray[np.floating]) -> None:
    n_bad = int((~np.isfinite(values)).sum())
    if n_bad:
        raise NonFiniteIntensity(
            f"{n_bad} of the region's {values.size} voxels are NaN or infinite, so no feature of it is "
            "defined. Mend the image, or leave those voxels out of the mask."
        )
    greatest = float(np.abs(values).max())
    if greatest > GREATEST:
        raise ImplausibleIntensity(
            f"The region has intensities up to {greatest:.3g}, and beyond {GREATEST:g} sums of their powers overflow. No "
            "scanner gives such values: they are a damaged file or a mark for missing voxels. Mend the image, or leave "
            "those voxels out of the mask."
        )


def as_whole_numbers(mask: Volume) -> Volume:
    """Return a region in whole numbers, 0 outside."""
    array = mask.array
    if np.issubdtype(array.dtype, np.integer):
        return mask
    return mask.with_array(array.view(np.uint8) if array.dtype == np.bool_ else (array != 0).view(np.uint8))


def _without_unusable(image: Volume, usable: npt.NDArray[np.bool_]) -> npt.NDArray[np.floating]:
    n_bad = int((~usable).sum())
    if n_bad == 0:
        return image.array
    warn(
        NonFiniteIntensityOutside(
            f"{n_bad} voxels outside the region are NaN, infinite or beyond {GREATEST:g} and were set to 0, since "
            "filters would spread them. Features near them may be affected."
        ),
        stacklevel=6,
    )
    return np.where(usable, image.array, image.array.dtype.type(0))


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
    n_voxels = int(np.count_nonzero(mask))
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


def warn_if_constant(values: npt.NDArray[Any]) -> bool:
    """Warn where all intensities of a region are equal, and tell whether they are.

    Warns
    -----
    ConstantRoi
    """
    is_constant = bool(values.min() == values.max())
    if is_constant:
        warn(
            ConstantRoi(
                f"All {values.size} voxels of the region have the value {float(values[0]):g}: texture features "
                "have the values agreed for that case and say nothing. Check image and mask."
            ),
            stacklevel=6,
        )
    return is_constant
