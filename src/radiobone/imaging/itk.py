"""Volumes to SimpleITK images and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import SimpleITK as sitk

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


def component(image: sitk.Image, channel: int) -> sitk.Image | None:
    """Return one of an image's values per voxel, counted from 0; None if there are fewer."""
    n_components = image.GetNumberOfComponentsPerPixel()
    if channel >= n_components:
        return None
    return image if n_components == 1 else sitk.VectorIndexSelectionCast(image, channel)


def like(image: sitk.Image, volume: Volume) -> Volume:
    """Copy a SimpleITK image into a volume that keeps another's modality and 2D mark."""
    return from_sitk(image, modality=volume.modality, is_2d=volume.is_2d)
