"""Volumes to SimpleITK images and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

from radiobone.core.errors import LabelNotFound
from radiobone.core.volume import Triple, Volume


def to_sitk(volume: Volume) -> sitk.Image:
    """Copy a volume into a three-dimensional SimpleITK image.

    Parameters
    ----------
    volume : Volume
        Booleans become 8-bit integers and half precision becomes single, since ITK has neither.

    Returns
    -------
    SimpleITK.Image
        Same voxels, spacing, origin and direction.
    """
    image = sitk.GetImageFromArray(_itk_type(volume.array))
    image.SetSpacing(tuple(reversed(volume.spacing_mm)))
    image.SetOrigin(volume.origin_mm)
    image.SetDirection(volume.direction)
    return image


def _itk_type(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if array.dtype == np.bool_:
        return array.astype(np.uint8)
    if array.dtype == np.float16:
        return array.astype(np.float32)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def from_sitk(image: sitk.Image, *, modality: str | None = None, is_2d: bool = False) -> Volume:
    """Copy a three-dimensional SimpleITK image into a volume.

    Parameters
    ----------
    image : SimpleITK.Image
        One value per voxel, three dimensions.
    modality : str, optional
        DICOM's code, if known.
    is_2d : bool
        True for a single image such as a radiograph.
    """
    x, y, z = image.GetSpacing()
    spacing_mm: Triple = (float(z), float(y), float(x))
    return Volume(
        sitk.GetArrayFromImage(image),
        spacing_mm=spacing_mm,
        origin_mm=tuple(image.GetOrigin()),
        direction=tuple(image.GetDirection()),
        modality=modality,
        is_2d=is_2d,
    )


def to_sitk_nd(volume: Volume) -> sitk.Image:
    """Copy a volume into a SimpleITK image, of two dimensions if it is a single 2D image."""
    image = to_sitk(volume)
    return image[:, :, 0] if volume.is_2d else image


def component(image: sitk.Image, channel: int, what: str) -> sitk.Image:
    """Take one of a mask's values per voxel.

    Parameters
    ----------
    image : SimpleITK.Image
        The mask.
    channel : int
        Which value, from 0.
    what : str
        The mask, for the message.

    Raises
    ------
    LabelNotFound
        If there are fewer values.
    """
    n_components = image.GetNumberOfComponentsPerPixel()
    if channel >= n_components:
        raise LabelNotFound(
            f"{what} has {n_components} values per voxel, and number {channel} was asked for, counted from 0. "
            "Ask for one that is there."
        )
    return image if n_components == 1 else sitk.VectorIndexSelectionCast(image, channel)


def like(image: sitk.Image, volume: Volume) -> Volume:
    """Copy a SimpleITK image into a volume that keeps another's modality and 2D mark."""
    return from_sitk(image, modality=volume.modality, is_2d=volume.is_2d)
