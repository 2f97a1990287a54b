"""The variogram of a region: how unlike pixels become with their distance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import RoiTooSmall
from radiobone.features.planar.region import PlanarRegion

FloatArray = npt.NDArray[np.float64]
DIRECTIONS = ((0, 1), (1, 1), (1, 0), (1, -1))
MOST_STEPS = 32
INITIAL_PX = 6.0  # distances over which the initial slope is taken, in pixels
FEWEST_PAIRS = 30
RANGES_TRIED = 60


@dataclass(frozen=True, eq=False)
class Variogram:
    """The variogram over four directions, together; all arrays have shape (n_lags,), ascending by distance.

    Attributes
    ----------
    distance_mm : ndarray
    semivariance : ndarray
        Half the mean squared difference of pixels so far apart, in squared units of the image.
    n_pairs : ndarray of int
        Pairs of pixels, both inside the region.
    """

    distance_mm: FloatArray
    semivariance: FloatArray
    n_pairs: npt.NDArray[np.int64]


def variogram_of(
    pixels: npt.NDArray[np.floating], mask: npt.NDArray[np.bool_], spacing_mm: tuple[float, float]
) -> Variogram:
    """Compute the variogram of a region along rows, columns and both diagonals, to half its size at most.

    Parameters
    ----------
    pixels : ndarray, shape (n_rows, n_columns)
    mask : ndarray of bool, shape (n_rows, n_columns)
        True inside the region; pixels outside count for nothing.
    spacing_mm : tuple of float, (rows, columns)

    Raises
    ------
    RoiTooSmall
        If fewer than three distances have 30 pairs of pixels.

    References
    ----------
    Matheron G. Principles of geostatistics. Economic Geology 1963;58:1246–1266, doi 10.2113/gsecongeo.58.8.1246.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    values, inside = pixels[box].astype(np.float64), mask[box]
    steps = range(1, min(MOST_STEPS, max(1, min(inside.shape) // 2)) + 1)
    distance, sums, n_pairs = np.array(
        [
            (math.hypot(down * spacing_mm[0], right * spacing_mm[1]), *_lag(values, inside, down, right))
            for down, right in ((down * step, right * step) for step in steps for down, right in DIRECTIONS)
        ]
    ).T
    found, place = np.unique(distance.round(9), return_inverse=True)  # directions of one distance go together
    n_pairs, sums = (np.bincount(place, counts) for counts in (n_pairs, sums))
    enough = n_pairs >= FEWEST_PAIRS
    if enough.sum() < 3:
        raise RoiTooSmall(
            f"The region of {int(mask.sum())} pixels has pairs of pixels at {int(enough.sum())} distances, too few for a "
            "variogram. Draw a larger region, or leave the family variogram out."
        )
    return Variogram(found[enough], sums[enough] / n_pairs[enough] / 2, n_pairs[enough].astype(np.int64))


def _lag(values: FloatArray, inside: npt.NDArray[np.bool_], down: int, right: int) -> tuple[float, int]:
    """Sum of squared differences of pixels (down, right) apart, and the number of pairs."""
    n_rows, n_columns = values.shape
    first = slice(0, n_rows - down), slice(max(0, -right), n_columns - max(0, right))
    second = slice(down, n_rows), slice(max(0, right), n_columns - max(0, -right))
    both = inside[first] & inside[second]
    return float(np.square((values[first] - values[second])[both]).sum()), int(both.sum())


def variogram(region: PlanarRegion) -> dict[str, float]:
    """Compute slope, range and sill of a region's variogram.

    Parameters
    ----------
    region : PlanarRegion

    Returns
    -------
    dict
        ``Slope``: initial slope of the variogram on logarithmic axes, over distances up to six pixels, without unit; of
        a fractional Brownian surface twice its Hurst exponent. Smooth texture has a high slope, noise one of 0.
        ``FractalDimension``: 3 less half the slope, of the surface that grey values are over the plane.
        ``Range``: distance in mm (pixels, where the size of a pixel is not known) at which an exponential model reaches
        95 % of its sill; at most three times the greatest distance looked at.
        ``Sill``, ``Nugget``: what the model reaches, and where it begins, in squared units of the image.
        All but FractalDimension (3) are 0 where the region is constant.

    Raises
    ------
    RoiTooSmall

    References
    ----------
    Slope of a projection's variogram: Pothuaud L, Carceller P, Hans D. Bone 2008;42:775–787, doi
    10.1016/j.bone.2007.11.018 (like the trabecular bone score, not equal to it: cut-offs of that score do not apply).
    Weights of the fit, pairs through squared distance: Pebesma EJ. Computers & Geosciences 2004;30:683–691, doi
    10.1016/j.cageo.2004.03.012.
    """
    found = variogram_of(region.pixels, region.mask, region.spacing_mm)
    if not (found.semivariance > 0).any():
        return {"Slope": 0.0, "FractalDimension": 3.0, "Range": 0.0, "Sill": 0.0, "Nugget": 0.0}
    slope = initial_slope(found, INITIAL_PX * max(region.spacing_mm))
    length_mm, sill, nugget = exponential_model(found)
    return {
        "Slope": slope,
        "FractalDimension": 3 - slope / 2,
        "Range": 3 * length_mm,
        "Sill": sill,
        "Nugget": nugget,
    }


def initial_slope(found: Variogram, within_mm: float) -> float:
    """Slope of log semivariance over log distance, up to a distance, by least squares weighted by pairs."""
    near = (found.distance_mm <= within_mm * (1 + 1e-9)) & (found.semivariance > 0)
    if np.unique(found.distance_mm[near]).size < 2:
        near = found.semivariance > 0
    x, y = np.log(found.distance_mm[near]), np.log(found.semivariance[near])
    weight = found.n_pairs[near] / found.n_pairs[near].sum()
    x = x - (weight * x).sum()
    spread = float((weight * x * x).sum())
    return float((weight * x * y).sum() / spread) if spread > 0 else 0.0


def exponential_model(found: Variogram) -> tuple[float, float, float]:
    """Fit ``nugget + (sill - nugget) (1 - exp(-distance / length))``.

    Returns
    -------
    length_mm, sill, nugget : float
        The length lies between half the smallest and all of the greatest distance; nugget and sill are not negative.
    """
    lengths = np.geomspace(found.distance_mm[0] / 2, found.distance_mm[-1], RANGES_TRIED)
    best = min((_fit(found, length) for length in lengths), key=lambda fit: fit[0])
    step = lengths[1] / lengths[0]
    for _ in range(3):  # ever finer round the best
        finer = best[1] * step ** np.linspace(-1, 1, 21)
        finer = np.clip(finer, lengths[0], lengths[-1])
        best = min([best, *(_fit(found, length) for length in finer)], key=lambda fit: fit[0])
        step **= 0.1
    return best[1:]


def _fit(found: Variogram, length_mm: float) -> tuple[float, float, float, float]:
    """Fit nugget and sill for one length; return the misfit with length, sill and nugget."""
    from scipy.optimize import nnls  # slow to import

    rise = 1 - np.exp(-found.distance_mm / length_mm)
    weight = np.sqrt(found.n_pairs) / found.distance_mm
    design = np.stack([np.ones_like(rise), rise], axis=1)
    (nugget, more), misfit = nnls(design * weight[:, None], found.semivariance * weight)
    return float(misfit), float(length_mm), float(nugget + more), float(nugget)
