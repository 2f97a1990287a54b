"""IBSI's grey level co-occurrence features (family LFYI)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from radiobone.features.glcm import PART_CELLS, both_ways, probability_features
from radiobone.features.ibsi.aggregate import over_aggregations
from radiobone.features.ibsi.region import Region
from radiobone.features.region import TextureRegion

FloatArray = npt.NDArray[np.float64]

# IBSI's name to that of the formula in ``features.glcm``; some features are the same number under two names.
NAMES: Mapping[str, str] = MappingProxyType(
    {
        "joint_max": "MaximumProbability",
        "joint_avg": "JointAverage",
        "joint_var": "SumSquares",
        "joint_entr": "JointEntropy",
        "diff_avg": "DifferenceAverage",
        "diff_var": "DifferenceVariance",
        "diff_entr": "DifferenceEntropy",
        "sum_avg": "SumAverage",
        "sum_var": "ClusterTendency",
        "sum_entr": "SumEntropy",
        "energy": "JointEnergy",
        "contrast": "Contrast",
        "dissimilarity": "DifferenceAverage",
        "inv_diff": "Id",
        "inv_diff_norm": "Idn",
        "inv_diff_mom": "Idm",
        "inv_diff_mom_norm": "Idmn",
        "inv_var": "InverseVariance",
        "corr": "Correlation",
        "auto_corr": "Autocorrelation",
        "clust_tend": "ClusterTendency",
        "clust_shade": "ClusterShade",
        "clust_prom": "ClusterProminence",
        "info_corr1": "Imc1",
        "info_corr2": "Imc2",
    }
)


def cooccurrence(region: Region) -> dict[str, float]:
    """Compute the co-occurrence features in every aggregation asked for.

    Parameters
    ----------
    region : Region
        Grey levels.

    Returns
    -------
    dict
        IBSI's name to value.

    Raises
    ------
    RoiTooSmall
        If no two voxels are neighbours.
    """
    return over_aggregations("cm", region, _features)


def _features(view: TextureRegion, merged: bool) -> Iterator[dict[str, FloatArray]]:
    """Features of the matrices of one slice or volume; a matrix without pairs has none."""
    parts: Iterator[FloatArray] = (both_ways(part, symmetrical=True) for part in view.pairs(PART_CELLS))
    for counts in _added_up(parts) if merged else parts:
        filled = counts[counts.any(axis=(1, 2))]
        if len(filled):
            p = filled / filled.sum(axis=(1, 2), keepdims=True)
            values = probability_features(p, view.grid.levels)
            yield {name: values[formula] for name, formula in NAMES.items()}


def _added_up(parts: Iterator[FloatArray]) -> Iterator[FloatArray]:
    """Merge the matrices of all directions into one; without directions it has no pairs."""
    total = np.zeros((1, 1, 1))
    for part in parts:
        total = total + part.sum(axis=0, keepdims=True)
    yield total
