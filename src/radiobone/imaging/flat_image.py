"""A single image in two dimensions, checked once before methods of its pixels work on it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import DimensionMismatch, EmptyMask, NonFiniteIntensity

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def checked_image(image: npt.ArrayLike) -> FloatArray:
    """Return a radiograph as numbers, shape (n_rows, n_columns).

    Parameters
    ----------
    image : array-like, shape (n_rows, n_columns) or (1, n_rows, n_columns)

    Raises
    ------
    DimensionMismatch
        If it is no single image.
    NonFiniteIntensity
        If it holds NaN or infinity.
    """
    pixels = np.asarray(image, dtype=np.float64)
    if pixels.ndim == 3 and pixels.shape[0] == 1:
        pixels = pixels[0]
    if pixels.ndim != 2 or 0 in pixels.shape:
        raise DimensionMismatch(
            f"An array of shape {pixels.shape} is not one radiograph, which has rows and columns. Give one image."
        )
    n_bad = int((~np.isfinite(pixels)).sum())
    if n_bad:
        raise NonFiniteIntensity(
            f"{n_bad} of {pixels.size} pixels are NaN or infinite, and would spread to their surroundings. Mend the image."
        )
    return pixels


def checked_mask(mask: npt.ArrayLike | None, image: FloatArray) -> BoolArray:
    """Return a region on an image's grid, True inside; the whole image where there is none.

    Raises
    ------
    DimensionMismatch
        If its shape is another.
    EmptyMask
        If it has no pixel.
    """
    if mask is None:
        return np.ones(image.shape, dtype=np.bool_)
    region: BoolArray = np.asarray(mask) != 0
    if region.ndim == 3 and region.shape[0] == 1:
        region = region[0]
    if region.shape != image.shape:
        raise DimensionMismatch(
            f"The region has {region.shape} pixels (rows, columns), the image {image.shape}. Draw it on this image."
        )
    if not region.any():
        raise EmptyMask("The region has no pixels, so there is nothing to measure. Check the mask.")
    return region
