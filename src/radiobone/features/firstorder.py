"""First-order statistics: what the intensities are, wherever they are.

Definitions are those of the IBSI reference manual (families UHIW and ZVCW) in the variants that
pyradiomics fixed: kurtosis is not reduced by 3, entropy and uniformity use the grey levels, energy
and root mean square use shifted intensities.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from radiobone.features.ordering import ascending
from radiobone.features.region import TextureRegion

EPSILON = float(np.spacing(1.0))
DEPRECATED = frozenset({"StandardDeviation"})


def firstorder(region: TextureRegion) -> dict[str, float]:
    """Compute the first-order features of a region.

    Parameters
    ----------
    region : TextureRegion
        Finite intensities.

    Returns
    -------
    dict
        Feature name to value, in the unit of the intensities or its powers.
    """
    values = region.intensities
    shifted = values + region.voxel_array_shift if region.voxel_array_shift else values
    energy = _dot(shifted, shifted)
    return {
        **order_statistics(values),
        **moments(values),
        **_histogram(region.grid.counts),
        "Energy": energy,
        "RootMeanSquared": math.sqrt(energy / values.size),
        "TotalEnergy": energy * math.prod(reversed(region.spacing_mm)),
    }


def order_statistics(values: npt.NDArray[np.float64]) -> dict[str, float]:
    """Percentiles and what is derived from them, of values of shape (n,)."""
    ordered = ascending(values)
    p10, p25, median, p75, p90 = (_percentile(ordered, percent) for percent in (10, 25, 50, 75, 90))
    lowest, highest = float(ordered[0]), float(ordered[-1])
    low, high = np.searchsorted(ordered, p10, side="left"), np.searchsorted(ordered, p90, side="right")
    robust = ordered[low:high]
    return {
        "10Percentile": p10,
        "90Percentile": p90,
        "InterquartileRange": p75 - p25,
        "Maximum": highest,
        "Median": median,
        "Minimum": lowest,
        "Range": highest - lowest,
        "RobustMeanAbsoluteDeviation": _mean_absolute_deviation(robust),
    }


def _mean_absolute_deviation(values: npt.NDArray[np.float64]) -> float:
    """NaN, which no table takes, where no value is left: of two values none lies between the percentiles."""
    return float(np.mean(np.abs(values - values.mean()))) if values.size else math.nan


def _percentile(ordered: npt.NDArray[np.float64], percent: float) -> float:
    """Interpolate between the two nearest values, from the nearer one, as numpy does."""
    place = percent / 100 * (ordered.size - 1)
    below = int(place)
    part = place - below
    low, high = float(ordered[below]), float(ordered[min(below + 1, ordered.size - 1)])
    return high - (high - low) * (1 - part) if part >= 0.5 else low + (high - low) * part


def moments(values: npt.NDArray[np.float64]) -> dict[str, float]:
    """Mean, variance, skewness and kurtosis (3 for a normal distribution), of values of shape (n,)."""
    mean = float(values.mean())
    centred = values - mean
    squared = centred * centred
    variance = float(squared.mean())
    scale = variance if variance > 0 else 1.0  # a constant region has skewness and kurtosis 0
    return {
        "Kurtosis": _dot(squared, squared) / values.size / scale**2,
        "Mean": mean,
        "MeanAbsoluteDeviation": float(np.abs(centred).mean()),
        "Skewness": _dot(squared, centred) / values.size / scale**1.5,
        "StandardDeviation": math.sqrt(variance),
        "Variance": variance,
    }


def _dot(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> float:
    return float(np.einsum("i,i->", a, b))  # on one thread, always in the same order


def _histogram(level_counts: npt.NDArray[np.int64]) -> dict[str, float]:
    p = level_counts / level_counts.sum()
    return {
        "Entropy": float(-np.sum(p * np.log2(p + EPSILON))),
        "Uniformity": float(np.sum(p**2)),
    }
