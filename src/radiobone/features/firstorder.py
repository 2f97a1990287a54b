"""First-order statistics: what the intensities are, wherever they are.

Definitions are those of the IBSI reference manual (families UHIW and ZVCW) in the variants that
pyradiomics fixed: kurtosis is not reduced by 3, entropy and uniformity use the grey levels, energy
and root mean square use shifted intensities.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

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
    energy = float(np.sum((values + region.voxel_array_shift) ** 2))
    return {
        **_order_statistics(values),
        **_moments(values),
        **_histogram(region.grid.counts),
        "Energy": energy,
        "RootMeanSquared": math.sqrt(energy / values.size),
        "TotalEnergy": energy * math.prod(reversed(region.spacing_mm)),
    }


def _order_statistics(values: npt.NDArray[np.float64]) -> dict[str, float]:
    p10, p25, p75, p90 = (float(p) for p in np.percentile(values, (10, 25, 75, 90)))
    lowest, highest = float(values.min()), float(values.max())
    robust = values[(values >= p10) & (values <= p90)]
    return {
        "10Percentile": p10,
        "90Percentile": p90,
        "InterquartileRange": p75 - p25,
        "Maximum": highest,
        "Median": float(np.median(values)),
        "Minimum": lowest,
        "Range": highest - lowest,
        "RobustMeanAbsoluteDeviation": float(np.mean(np.abs(robust - robust.mean()))),
    }


def _moments(values: npt.NDArray[np.float64]) -> dict[str, float]:
    mean = float(values.mean())
    centred = values - mean
    squared = centred * centred
    variance = float(squared.mean())
    scale = variance if variance > 0 else 1.0  # a constant region has skewness and kurtosis 0
    return {
        "Kurtosis": float((squared * squared).mean()) / scale**2,
        "Mean": mean,
        "MeanAbsoluteDeviation": float(np.abs(centred).mean()),
        "Skewness": float((squared * centred).mean()) / scale**1.5,
        "StandardDeviation": math.sqrt(variance),
        "Variance": variance,
    }


def _histogram(level_counts: npt.NDArray[np.int64]) -> dict[str, float]:
    p = level_counts / level_counts.sum()
    return {
        "Entropy": float(-np.sum(p * np.log2(p + EPSILON))),
        "Uniformity": float(np.sum(p**2)),
    }
