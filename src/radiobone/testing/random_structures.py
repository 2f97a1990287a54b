"""Random structures whose statistics are known in closed form: smooth grain of any stretch."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from radiobone.core.volume import Triple

Float = npt.NDArray[np.float64]


def grain(
    shape: tuple[int, int, int], sigmas_mm: Triple, spacing_mm: Triple, rng: np.random.Generator
) -> Float:
    """Make a periodic Gaussian field, of mean 0 and standard deviation 1, whose covariance is a Gaussian too.

    Along a direction n the mean square of its slope is sum(n_i² / (2 sigma_i²)), so a straight line crosses the level u
    every pi exp(u² / 2) / sqrt(that) mm on average.

    Parameters
    ----------
    shape : tuple of int, (z, y, x)
        Voxels.
    sigmas_mm : tuple of float, (z, y, x)
        Standard deviations of the Gaussian that smooths white noise, along each axis.
    spacing_mm : tuple of float, (z, y, x)
        Edge lengths of one voxel.
    rng : numpy.random.Generator
        For the noise.

    Returns
    -------
    ndarray of float64
        Of that shape.

    References
    ----------
    Rate of crossings: Rice 1945, doi 10.1002/j.1538-7305.1945.tb00453.x
    """
    widths = [sigma / step for sigma, step in zip(sigmas_mm, spacing_mm, strict=True)]
    field = ndimage.gaussian_filter(rng.normal(size=shape), widths, mode="wrap", truncate=5.0)
    variance = math.prod(1 / (2 * math.sqrt(math.pi) * width) for width in widths)
    return np.asarray(field / math.sqrt(variance))


def crossing_length_mm(along: npt.ArrayLike, sigmas_mm: Triple, level: float = 0.0) -> Float:
    """Mean length between crossings of a level of ``grain``, along directions of shape (..., 3), axes (z, y, x)."""
    slope = (np.square(np.asarray(along, dtype=np.float64) / np.asarray(sigmas_mm)) / 2).sum(axis=-1)
    return np.asarray(math.pi * math.exp(level**2 / 2) / np.sqrt(slope))
