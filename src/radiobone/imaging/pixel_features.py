"""What a pixel looks like in its surroundings: one row of numbers for each, for learning what it belongs to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.imaging.flat_image import FloatArray, checked_image

SCALES_PX = (1.0, 2.0, 4.0, 8.0)
PIXEL_FEATURES = (
    "intensity",
    *(f"{what}_{scale:g}px" for scale in SCALES_PX for what in ("mean", "spread", "gradient", "laplacian")),
)


def pixel_features(image: npt.ArrayLike) -> FloatArray:
    """Describe every pixel by its surroundings at four scales.

    Intensities are first brought to the image's own median and quartiles, since exposures differ.

    Parameters
    ----------
    image : array-like, shape (n_rows, n_columns)

    Returns
    -------
    ndarray of float64, shape (n_rows, n_columns, n_features)
        As ``PIXEL_FEATURES`` names them: intensity; and under a Gaussian of each width (sigma, in pixels) mean, standard
        deviation, length of the gradient and Laplacian, the last two per scale (times sigma and its square).

    Raises
    ------
    DimensionMismatch, NonFiniteIntensity
    """
    from scipy import ndimage  # slow to import

    pixels = _standard(checked_image(image))
    found = [pixels]
    for scale in SCALES_PX:
        mean = ndimage.gaussian_filter(pixels, scale)
        variance = ndimage.gaussian_filter(np.square(pixels), scale) - np.square(mean)
        found += [
            mean,
            np.sqrt(np.maximum(variance, 0.0)),
            scale * ndimage.gaussian_gradient_magnitude(pixels, scale),
            scale**2 * ndimage.gaussian_laplace(pixels, scale),
        ]
    return np.stack(found, axis=-1)


def _standard(pixels: FloatArray) -> FloatArray:
    low, middle, high = np.percentile(pixels, [25, 50, 75])
    spread = high - low or float(pixels.std()) or 1.0
    return np.asarray((pixels - middle) / spread)
