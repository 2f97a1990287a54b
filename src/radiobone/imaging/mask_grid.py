"""Which structure of a mask is meant, and how a mask is laid on an image whose grid it does not share."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from radiobone.core.errors import DimensionMismatch, GeometryMismatch
from radiobone.core.settings import Settings
from radiobone.core.validation import SAME_GRID_VOXELS, check_same_grid, grid_distance_voxels
from radiobone.core.volume import Volume
from radiobone.core.warnings import GeometrySnapped, MaskResampled, collected, warn
from radiobone.imaging.resample import check_inside, nearest_on, on_one_grid


class MaskReading(Settings):
    """What a file of labels leaves open; RTSTRUCT and DICOM-SEG are drawn on the image's grid and named.

    Attributes
    ----------
    label : int or None
        Value of the structure where neither manifest nor call names one.
    channel : int or None
        Which of several values per voxel holds the labels, from 0; None refuses masks with several.
    grid_tolerance : float or None
        How far origin and spacing of the mask may differ from the image's along each axis, as a share of the
        image's spacing along x, and direction cosines as they are. None: 5 % of a voxel at every corner.
    correct_grid : bool
        Resample a mask beyond the tolerance onto the image's grid (nearest neighbour) instead of refusing it. With
        resampling, image and mask are both computed on the lattice of the mask.
    """

    label: int | None = Field(default=None, ge=1)
    channel: int | None = Field(default=None, ge=0)
    grid_tolerance: float | None = Field(default=None, gt=0)
    correct_grid: bool = False

    @property
    def is_strict(self) -> bool:
        """Whether only a mask on the image's grid is taken, whose grid is then the image's."""
        return self.grid_tolerance is None and not self.correct_grid


def onto_image(image: Volume, mask: Volume, reading: MaskReading) -> Volume:
    """Lay a mask on the grid of its image.

    Parameters
    ----------
    image, mask : Volume
        Intensities, and labels on a grid of their own.
    reading : MaskReading
        What is allowed.

    Returns
    -------
    Volume
        The labels with the image's geometry.

    Raises
    ------
    GeometryMismatch
        If the grids differ by more than is allowed, or the region to be corrected leaves the image.
    DimensionMismatch
        If one is a single 2D image and the other a volume.

    Warns
    -----
    GeometrySnapped, MaskResampled
    """
    if reading.is_strict or image.is_2d != mask.is_2d:
        check_same_grid(image, mask)
        return image.with_array(mask.array)
    if on_one_grid(image, mask):
        return image.with_array(mask.array)
    if _within_tolerance(image, mask, reading):
        if grid_distance_voxels(image, mask) <= SAME_GRID_VOXELS:  # rounding of headers
            return image.with_array(mask.array)
        _warn(
            GeometrySnapped,
            "The grids of image and mask differ within the tolerance; the image's was taken for both.",
        )
        return image.with_array(mask.array)
    if not reading.correct_grid:
        raise GeometryMismatch(
            f"The mask's grid differs from the image's by more than the tolerance of {reading.grid_tolerance:g} "
            f"({_grid(mask)}; image: {_grid(image)}). The region would lie on other tissue than was drawn. Raise the "
            "tolerance (geometryTolerance), or have the mask resampled (correctMask)."
        )
    check_inside(image, mask)
    _warn(
        MaskResampled,
        f"The mask ({_grid(mask)}) was resampled onto the image ({_grid(image)}), nearest neighbour.",
    )
    return image.with_array(nearest_on(image, mask).array)


def _within_tolerance(image: Volume, mask: Volume, reading: MaskReading) -> bool:
    if image.shape != mask.shape:
        return False
    if reading.grid_tolerance is None:
        return _strictly_same(image, mask)
    apart_mm = np.abs(np.subtract((*image.origin_mm, *image.spacing_mm), (*mask.origin_mm, *mask.spacing_mm)))
    turned = np.abs(np.subtract(image.direction, mask.direction))
    return bool(
        apart_mm.max() <= reading.grid_tolerance * image.spacing_mm[2]
        and turned.max() <= reading.grid_tolerance
    )


def _strictly_same(image: Volume, mask: Volume) -> bool:
    try:
        with collected():
            check_same_grid(image, mask)
    except (GeometryMismatch, DimensionMismatch):
        return False
    return True


def _warn(kind: type[GeometrySnapped | MaskResampled], message: str) -> None:
    warn(kind(message), stacklevel=4)


def _grid(volume: Volume) -> str:
    def shown(values: tuple[float, ...], between: str) -> str:
        return between.join(f"{value:.7g}" for value in values)

    return (
        f"{shown(volume.shape[::-1], ' × ')} voxels of {shown(volume.spacing_mm[::-1], ' × ')} mm "
        f"at ({shown(volume.origin_mm, ', ')})"
    )
