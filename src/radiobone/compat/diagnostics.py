"""The entries that begin with ``diagnostics_``: versions, configuration, and what image and mask were at each step."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pywt
import SimpleITK as sitk

from radiobone.compat.versions import __version__
from radiobone.core.volume import Volume
from radiobone.imaging.crop import bounding_box
from radiobone.imaging.itk import to_sitk_nd

Entries = dict[str, Any]
PREFIX = "diagnostics_"


def general_entries(settings: dict[str, Any], image_types: dict[str, Any]) -> Entries:
    """Return versions and configuration."""
    return {
        f"{PREFIX}Versions_PyRadiomics": __version__,
        f"{PREFIX}Versions_Numpy": np.__version__,
        f"{PREFIX}Versions_SimpleITK": sitk.Version().VersionString(),
        f"{PREFIX}Versions_PyWavelet": pywt.__version__,
        f"{PREFIX}Versions_Python": ".".join(map(str, sys.version_info[:3])),
        f"{PREFIX}Configuration_Settings": settings,
        f"{PREFIX}Configuration_EnabledImageTypes": image_types,
    }


def original_image_entries(image: Volume) -> Entries:
    """Return what an image is as it was read, with the digest of its voxels."""
    name = f"{PREFIX}Image-original"
    return {
        f"{name}_Hash": _sha1(image.array),
        f"{name}_Dimensionality": f"{len(_of_axes(image, image.spacing_mm))}D",
        **image_entries(image, "original"),
    }


def image_entries(image: Volume, step: str) -> Entries:
    """Return grid and intensities of an image."""
    name = f"{PREFIX}Image-{step}"
    return {
        f"{name}_Spacing": _of_axes(image, image.spacing_mm),
        f"{name}_Size": _of_axes(image, image.shape),
        f"{name}_Mean": np.mean(image.array, dtype=np.float64),
        f"{name}_Minimum": np.float64(image.array.min()),
        f"{name}_Maximum": np.float64(image.array.max()),
    }


def original_mask_entries(labels: Volume, region: Volume) -> Entries:
    """Return what a mask is as it was read, with the digest of its labels as 32-bit numbers."""
    digest = _sha1(labels.array.astype("<u4"))
    return {f"{PREFIX}Mask-original_Hash": digest, **mask_entries(region, "original")}


def mask_entries(region: Volume, step: str, image: Volume | None = None) -> Entries:
    """Return grid, place and pieces of a region, and the intensities of the image in it.

    Parameters
    ----------
    region : Volume
        Not 0 inside.
    step : str
        Which of the steps, such as ``interpolated``.
    image : Volume, optional
        On the region's grid.
    """
    name = f"{PREFIX}Mask-{step}"
    inside = region.array != 0
    box = bounding_box(inside)
    cut = inside[box.slices]
    centre = (np.argwhere(cut) + np.asarray(box.low)).mean(axis=0)
    index = _of_axes(region, tuple(centre))
    entries = {
        f"{name}_Spacing": _of_axes(region, region.spacing_mm),
        f"{name}_Size": _of_axes(region, region.shape),
        f"{name}_BoundingBox": _of_axes(region, box.low) + _of_axes(region, box.shape),
        f"{name}_VoxelNum": int(cut.sum()),
        f"{name}_VolumeNum": _count_pieces(cut),
        f"{name}_CenterOfMassIndex": index,
        f"{name}_CenterOfMass": _position(region, index),
    }
    if image is None:
        return entries
    values = image.array[box.slices][cut].astype(np.float64)
    statistics = {"Mean": values.mean(), "Minimum": values.min(), "Maximum": values.max()}
    return entries | {f"{name}_{key}": value for key, value in statistics.items()}


def _sha1(array: npt.NDArray[Any]) -> str:
    """Digest of the voxels as ITK computes it: little-endian, in the order of the file."""
    plain = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    return hashlib.sha1(plain.data, usedforsecurity=False).hexdigest()


def _of_axes(volume: Volume, values_zyx: tuple[Any, ...]) -> tuple[Any, ...]:
    """Turn (z, y, x) round; a 2D image has no third axis."""
    return values_zyx[::-1][: 2 if volume.is_2d else 3]


def _count_pieces(inside: npt.NDArray[np.bool_]) -> int:
    from scipy.ndimage import label

    return int(label(inside, np.ones((3, 3, 3), dtype=bool))[1])


def _position(volume: Volume, index: tuple[Any, ...]) -> tuple[float, ...]:
    frame = to_sitk_nd(replace(volume, array=np.zeros((1, 1, 1), dtype=np.uint8)))
    return tuple(frame.TransformContinuousIndexToPhysicalPoint([float(value) for value in index]))
