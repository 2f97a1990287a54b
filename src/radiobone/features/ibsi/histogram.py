"""IBSI's intensity histogram features (family ZVCW): statistics of the grey levels."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.features.ibsi.region import Region
from radiobone.features.ibsi.statistics import describe


def histogram(region: Region) -> dict[str, float]:
    """Compute the histogram features.

    Parameters
    ----------
    region : Region
        Grey levels.

    Returns
    -------
    dict
        IBSI's name to value.
    """
    levels = region.levels
    counts = np.bincount(levels)[1:].astype(float)
    p = counts[counts > 0] / levels.size
    return {
        **{f"ih_{name}": value for name, value in describe(levels.astype(float)).items()},
        "ih_mode": _mode(counts, float(levels.mean())),
        "ih_entropy": float(-np.sum(p * np.log2(p))),
        "ih_uniformity": float(np.sum(p**2)),
        **_gradients(counts),
    }


def _mode(counts: npt.NDArray[np.float64], mean: float) -> float:
    """Return the most frequent level; of several, the one nearest to the mean, and of two as near the lower."""
    candidates = np.flatnonzero(counts == counts.max()) + 1
    return float(candidates[np.argmin(np.abs(candidates - mean))])


def _gradients(counts: npt.NDArray[np.float64]) -> dict[str, float]:
    """Steepest rise and fall of the histogram from level 1 on; one bin alone is flat."""
    slope = np.gradient(counts) if counts.size > 1 else np.zeros(1)
    return {
        "ih_max_grad": float(slope.max()),
        "ih_max_grad_g": float(slope.argmax() + 1),
        "ih_min_grad": float(slope.min()),
        "ih_min_grad_g": float(slope.argmin() + 1),
    }
