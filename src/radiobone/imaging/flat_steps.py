"""Steps that are done on a single image, denoising and contrast, taken to the one slice of a volume."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from radiobone.core.errors import DimensionMismatch
from radiobone.core.volume import Volume
from radiobone.imaging.contrast import Clahe, equalise
from radiobone.imaging.denoise import NonLocalMeans, denoise
from radiobone.imaging.flat_image import FloatArray


def denoised(volume: Volume, settings: NonLocalMeans) -> Volume:
    """Take noise out of a radiograph or a single slice; see ``denoise``.

    Raises
    ------
    DimensionMismatch
        If the image has several slices along every axis.
    NonFiniteIntensity
    """
    return _on_its_slice(volume, "denoising", lambda pixels: denoise(pixels, settings))


def equalised(volume: Volume, settings: Clahe) -> Volume:
    """Even out the contrast of a radiograph or a single slice; see ``equalise``.

    Raises
    ------
    DimensionMismatch
        If the image has several slices along every axis.
    NonFiniteIntensity, RoiTooSmall
    """
    return _on_its_slice(volume, "contrast", lambda pixels: equalise(pixels, settings))


def _on_its_slice(volume: Volume, step: str, work: Callable[[FloatArray], FloatArray]) -> Volume:
    if 1 not in volume.shape:
        raise DimensionMismatch(
            f"The step `{step}` looks at one image, and this one has {volume.shape} voxels (z, y, x): slice by slice it would "
            f"treat each otherwise than its neighbours. Leave `{step}` out, or give radiographs or single slices."
        )
    axis = volume.shape.index(1)
    pixels = np.take(volume.array, 0, axis=axis).astype(np.float64)
    return volume.with_array(np.expand_dims(work(pixels), axis))
