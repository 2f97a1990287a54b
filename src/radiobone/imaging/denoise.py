"""Noise taken out of a radiograph by non-local means."""

from __future__ import annotations

from itertools import product

import numpy as np
import numpy.typing as npt
from pydantic import Field

from radiobone.core.settings import Settings
from radiobone.imaging.flat_image import FloatArray, checked_image

MEDIAN_OF_NORMAL = 0.6744897501960817  # median of the absolute value of a standard normal variable


class NonLocalMeans(Settings):
    """Each pixel becomes a mean of those near it whose surroundings look alike.

    Attributes
    ----------
    patch_radius_px : int
        Half the side of the squares that are compared; side 2 r + 1.
    search_radius_px : int
        How far away the pixels lie that are averaged.
    strength : float
        Width of the weights, in standard deviations of the noise (h = strength times noise).
    noise_sd : float or None
        Standard deviation of the noise, in the image's unit; None estimates it.

    References
    ----------
    Buades A, Coll B, Morel JM. CVPR 2005;2:60–65. The weights are those with the noise taken off the distance (Buades,
    Coll, Morel. Image Processing On Line 2011;1:208–212, doi 10.5201/ipol.2011.bcm_nlm).
    """

    patch_radius_px: int = Field(default=2, ge=1, le=10)
    search_radius_px: int = Field(default=5, ge=1, le=30)
    strength: float = Field(default=0.8, gt=0)
    noise_sd: float | None = Field(default=None, gt=0)


def denoise(image: npt.ArrayLike, settings: NonLocalMeans | None = None) -> FloatArray:
    """Take noise out of a radiograph.

    The weight of a pixel is ``exp(-max(d² - 2 s², 0) / h²)``, where d² is the mean squared difference of the squares round
    both pixels and s the noise. Beyond its border the image is mirrored.

    Parameters
    ----------
    image : array-like, shape (n_rows, n_columns)
    settings : NonLocalMeans, optional

    Returns
    -------
    ndarray of float64, shape (n_rows, n_columns)
        In the image's unit; the image itself where no noise is found.

    Raises
    ------
    DimensionMismatch, NonFiniteIntensity
    """
    pixels, own = checked_image(image), settings or NonLocalMeans()
    noise_sd = estimated_noise(pixels) if own.noise_sd is None else own.noise_sd
    if noise_sd == 0:
        return pixels.copy()
    return _weighted_mean(pixels, own, noise_sd)


def _weighted_mean(pixels: FloatArray, own: NonLocalMeans, noise_sd: float) -> FloatArray:
    from scipy.ndimage import uniform_filter  # slow to import

    margin, reach = own.patch_radius_px, own.search_radius_px
    padded = np.pad(pixels, margin + reach, mode="symmetric")
    n_rows, n_columns = pixels.shape
    total, weights = np.zeros_like(pixels), np.zeros_like(pixels)
    middle = padded[reach : reach + n_rows + 2 * margin, reach : reach + n_columns + 2 * margin]
    for down, right in product(range(2 * reach + 1), repeat=2):
        other = padded[down : down + n_rows + 2 * margin, right : right + n_columns + 2 * margin]
        distance = uniform_filter(np.square(middle - other), 2 * margin + 1)[margin:-margin, margin:-margin]
        excess = np.maximum(distance - 2 * noise_sd**2, 0.0)
        weight = np.exp(-excess / (own.strength * noise_sd) ** 2)
        total += weight * other[margin:-margin, margin:-margin]
        weights += weight
    return np.asarray(total / weights)


def estimated_noise(image: npt.ArrayLike) -> float:
    """Estimate the standard deviation of white noise in an image, from the median of its finest diagonal wavelet coefficients.

    Parameters
    ----------
    image : array-like, shape (n_rows, n_columns)

    References
    ----------
    Donoho DL, Johnstone IM. Biometrika 1994;81:425–455, doi 10.1093/biomet/81.3.425.
    """
    import pywt

    _, (_, _, diagonal) = pywt.dwt2(checked_image(image), "db2", mode="symmetric")
    return float(np.median(np.abs(diagonal)) / MEDIAN_OF_NORMAL)
