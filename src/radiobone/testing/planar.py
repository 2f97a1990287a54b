"""Single images of known texture and known cortex: stripes, fractional Brownian surfaces, hollow bars and tubes."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from radiobone.core.seeds import rng_for

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


def stripes(
    shape: tuple[int, int], period_px: float, angle_deg: float, *, amplitude: float = 1.0, mean: float = 0.0
) -> FloatArray:
    """Make cosine stripes.

    Parameters
    ----------
    shape : tuple of int, (n_rows, n_columns)
    period_px : float
        Across the stripes.
    angle_deg : float
        Direction across the stripes, from x towards y.
    amplitude, mean : float
        In the image's unit.
    """
    rows, columns = np.mgrid[: shape[0], : shape[1]]
    along = columns * math.cos(math.radians(angle_deg)) + rows * math.sin(math.radians(angle_deg))
    return np.asarray(mean + amplitude * np.cos(2 * np.pi * along / period_px))


def fractional_brownian_surface(size: int, hurst: float, *, n_surfaces: int = 1, seed: int = 0) -> FloatArray:
    """Draw surfaces whose variogram is exactly ``distance ** (2 hurst) / 2``, by the factor of their covariance.

    Parameters
    ----------
    size : int
        Rows and columns; the work grows with its sixth power, so keep it below 50.
    hurst : float
        Exponent, between 0 (rough) and 1 (smooth).
    n_surfaces, seed : int

    Returns
    -------
    ndarray, shape (n_surfaces, size, size)
        0 at the first pixel.

    References
    ----------
    Mandelbrot BB, Van Ness JW. SIAM Review 1968;10:422–437.
    """
    rows, columns = np.divmod(np.arange(1, size * size), size)
    power = 2 * hurst
    origin = np.hypot(rows, columns) ** power
    apart = np.hypot(rows[:, None] - rows, columns[:, None] - columns) ** power
    factor = np.linalg.cholesky((origin[:, None] + origin - apart) / 2)
    drawn = factor @ rng_for(seed, "fractional Brownian surface", size).normal(size=(len(rows), n_surfaces))
    return np.concatenate([np.zeros((1, n_surfaces)), drawn]).T.reshape(n_surfaces, size, size)


def hollow_bar(
    *,
    width_mm: float,
    medulla_mm: float,
    length_mm: float,
    angle_deg: float = 90.0,
    spacing_mm: tuple[float, float] = (0.1, 0.1),
) -> tuple[FloatArray, BoolArray]:
    """Make a flat bar with walls of 1 and a hollow of 0.3 on nothing.

    Parameters
    ----------
    width_mm, medulla_mm, length_mm : float
        Outer width, width of the hollow, length.
    angle_deg : float
        Direction of its length, from x towards y.
    spacing_mm : tuple of float, (rows, columns)

    Returns
    -------
    image, mask : ndarray, shape (n_rows, n_columns)
    """
    across, inside = _bar(width_mm, length_mm, angle_deg, spacing_mm)
    return np.where(inside, np.where(across < medulla_mm / 2, 0.3, 1.0), 0.0), inside


def projected_tube(
    *,
    width_mm: float,
    medulla_mm: float,
    length_mm: float,
    angle_deg: float = 90.0,
    spacing_mm: tuple[float, float] = (0.1, 0.1),
) -> tuple[FloatArray, BoolArray]:
    """Project a round tube, as a radiograph does a metacarpal; parameters and result as of ``hollow_bar``."""
    across, inside = _bar(width_mm, length_mm, angle_deg, spacing_mm)
    outer, inner = (np.sqrt(np.maximum((size / 2) ** 2 - across**2, 0.0)) for size in (width_mm, medulla_mm))
    return np.where(inside, 2 * (outer - inner), 0.0), inside


def _bar(
    width_mm: float, length_mm: float, angle_deg: float, spacing_mm: tuple[float, float]
) -> tuple[FloatArray, BoolArray]:
    """Distance of each pixel from the axis of a bar, in mm, and whether it lies inside."""
    half = [math.ceil((math.hypot(width_mm, length_mm) / 2 + 1) / edge) for edge in spacing_mm]
    rows, columns = (
        np.mgrid[-half[0] : half[0] + 1, -half[1] : half[1] + 1] * np.array(spacing_mm)[:, None, None]
    )
    angle = math.radians(angle_deg)
    along = np.abs(columns * math.cos(angle) + rows * math.sin(angle))
    across = np.abs(rows * math.cos(angle) - columns * math.sin(angle))
    return across, (along <= length_mm / 2) & (across <= width_mm / 2)
