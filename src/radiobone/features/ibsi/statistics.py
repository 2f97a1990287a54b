"""IBSI's intensity-based statistics (family UHIW)."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from radiobone.features.firstorder import moments, order_statistics
from radiobone.features.ibsi.region import Region


def statistics(region: Region) -> dict[str, float]:
    """Compute the statistics of the region's intensities.

    Parameters
    ----------
    region : Region
        Finite intensities.

    Returns
    -------
    dict
        IBSI's name to value.
    """
    values = region.intensities
    energy = float(np.sum(values**2))
    described = {f"stat_{name}": value for name, value in describe(values).items()}
    return {**described, "stat_energy": energy, "stat_rms": math.sqrt(energy / values.size)}


def describe(values: npt.NDArray[np.float64]) -> dict[str, float]:
    """Describe a distribution, by the endings that IBSI's names of statistics and of histograms share.

    Ratios whose denominator is 0 are NaN, which no table takes.
    """
    of_order, of_moments = order_statistics(values), moments(values)
    median, mean, variance = of_order["Median"], of_moments["Mean"], of_moments["Variance"]
    p25, p75 = np.percentile(values, (25, 75))
    return {
        "mean": mean,
        "var": variance,
        "skew": of_moments["Skewness"],
        "kurt": of_moments["Kurtosis"] - 3 if variance > 0 else 0.0,
        "median": median,
        "min": of_order["Minimum"],
        "p10": of_order["10Percentile"],
        "p90": of_order["90Percentile"],
        "max": of_order["Maximum"],
        "iqr": of_order["InterquartileRange"],
        "range": of_order["Range"],
        "mad": of_moments["MeanAbsoluteDeviation"],
        "rmad": of_order["RobustMeanAbsoluteDeviation"],
        "medad": float(np.mean(np.abs(values - median))),
        "cov": math.sqrt(variance) / mean if mean else math.nan,
        "qcod": float((p75 - p25) / (p75 + p25)) if p75 + p25 else math.nan,
    }
