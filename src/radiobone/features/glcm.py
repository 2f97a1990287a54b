"""Grey level co-occurrence features: which levels are neighbours of which.

Definitions are those of the IBSI reference manual (family LFYI), averaged over directions unless
the directions are merged with weights. Levels that the region lacks play no part.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import RoiTooSmall
from radiobone.features.average import mean_over
from radiobone.features.matrices.diagonals import sums_and_differences
from radiobone.features.matrices.entropies import entropies
from radiobone.features.mcc import maximal_correlation
from radiobone.features.region import TextureRegion
from radiobone.features.rounding import (
    LITTLE_INFORMATION,
    Removed,
    in_their_order,
    information_in_their_order,
    rounding_decides,
)

EPSILON = float(np.spacing(1.0))
DEPRECATED: frozenset[str] = frozenset()
PART_CELLS = 1 << 20  # few enough that a part's matrices stay in the processor's cache
FloatArray = npt.NDArray[np.float64]


def glcm(region: TextureRegion) -> dict[str, float]:
    """Compute the co-occurrence features of a region.

    Parameters
    ----------
    region : TextureRegion
        Grey levels.

    Returns
    -------
    dict
        Feature name to value.

    Raises
    ------
    RoiTooSmall
        If no two voxels of the region are neighbours.
    """
    levels, symmetrical = region.grid.levels, region.texture.symmetrical_glcm
    merged = region.texture.weighting_norm is not None
    found = [
        pair_features(counts, levels, symmetrical=symmetrical, merged=merged)
        for counts in _counts(region)
        if counts.any()
    ]
    if not found:
        raise RoiTooSmall(
            f"No two of the region's {region.intensities.size} voxels are neighbours, so no levels co-occur. "
            "Check the mask, or leave glcm out."
        )
    return mean_over(found)


def _counts(region: TextureRegion) -> Iterator[FloatArray]:
    """Count pairs of levels: matrices of some directions at a time, or a single weighted one."""
    parts = (both_ways(part, region.texture.symmetrical_glcm) for part in region.pairs(PART_CELLS))
    if region.texture.weighting_norm is None:
        yield from parts
        return
    directions = region.offsets()
    unweighted = region.texture.weighting_norm == "no_weighting"
    weights = np.ones(len(directions)) if unweighted else np.exp(-(region.lengths_mm(directions) ** 2))
    n_levels = len(region.grid.levels)
    merged = np.zeros((1, n_levels, n_levels))
    first = 0
    for part in parts:
        merged += np.sum(weights[first : first + len(part), None, None] * part, axis=0)
        first += len(part)
    yield merged


def both_ways(pairs: npt.NDArray[np.uint32], symmetrical: bool) -> FloatArray:
    """Return counts of pairs, shape (n_directions, n, n), as numbers; if symmetrical, each pair in both orders."""
    counts = pairs.astype(float)
    return counts + counts.transpose(0, 2, 1) if symmetrical else counts


def pair_features(
    counts: FloatArray, levels: npt.NDArray[np.int64], *, symmetrical: bool, merged: bool = False
) -> dict[str, FloatArray]:
    """Features of co-occurrence matrices, one value per direction; NaN where a direction has no value.

    Parameters
    ----------
    counts : ndarray of float, shape (n_directions, n, n)
        Pairs of levels; directions without any are left out.
    levels : ndarray of int64, shape (n,)
        The levels, ascending; the last is the highest of the region.
    symmetrical : bool
        Whether every matrix equals its transpose.
    merged : bool
        Whether the directions were added up.
    """
    totals = counts.sum(axis=(1, 2))
    met: npt.NDArray[np.bool_] = totals > 0
    p = (counts if met.all() else counts[met]) / totals[met][:, None, None]
    found = {
        **probability_features(p, levels, symmetrical=symmetrical),
        "MCC": maximal_correlation(p, symmetrical=symmetrical),
    }
    if rounding_decides(p, found, symmetrical=symmetrical):
        removed = Removed(int(levels[-1]) - len(levels), int((~met).sum()), merged)
        found |= in_their_order(p, levels.astype(float), removed)
    elif found["Imc2"].min() < LITTLE_INFORMATION:
        removed = Removed(int(levels[-1]) - len(levels), int((~met).sum()), merged)
        found["Imc2"] = information_in_their_order(p, removed)
    return found


def probability_features(
    p: FloatArray, levels: npt.NDArray[np.int64], *, symmetrical: bool = False
) -> dict[str, FloatArray]:
    """Sum over matrices of probabilities, shape (n_directions, n, n): all features but MCC, which takes longest."""
    of_sums, of_differences = sums_and_differences(p, levels)
    px, py = p.sum(axis=2), p.sum(axis=1)
    return {
        **_joint(p, px, py, levels.astype(float)),
        **_sums(of_sums),
        **_differences(of_differences, int(levels[-1])),
        **_information(p, px, py, symmetrical=symmetrical),
    }


def _joint(p: FloatArray, px: FloatArray, py: FloatArray, level: FloatArray) -> dict[str, FloatArray]:
    mean_i, mean_j = px @ level, py @ level
    from_i, from_j = level - mean_i[:, None], level - mean_j[:, None]
    variance_i, variance_j = np.sum(px * from_i**2, axis=1), np.sum(py * from_j**2, axis=1)
    covariance = np.sum(from_i * np.matmul(p, from_j[:, :, None])[:, :, 0], axis=1)
    spread = np.sqrt(variance_i) * np.sqrt(variance_j)
    return {
        "Autocorrelation": (p @ level) @ level,
        "Correlation": np.where(spread > 0, covariance / (spread + EPSILON), 1.0),
        "JointAverage": mean_i,
        "JointEnergy": np.einsum("kij,kij->k", p, p),
        "MaximumProbability": p.max(axis=(1, 2)),
        "SumSquares": variance_i,
    }


def _sums(p: FloatArray) -> dict[str, FloatArray]:
    """Features of the sum of two levels; its mean is that of both levels together."""
    total = np.arange(p.shape[1], dtype=float)
    average = np.sum(p * total, axis=1)
    from_mean = total - average[:, None]
    square = from_mean * from_mean
    return {
        "ClusterProminence": np.sum(p * (square * square), axis=1),
        "ClusterShade": np.sum(p * (square * from_mean), axis=1),
        "ClusterTendency": np.sum(p * square, axis=1),
        "SumAverage": average,
        "SumEntropy": _entropy(p),
    }


def _differences(p: FloatArray, highest: int) -> dict[str, FloatArray]:
    k = np.arange(p.shape[1], dtype=float)
    weights = _weights_of_differences(highest)
    means = dict(zip(weights, np.array(list(weights.values())) @ p.T, strict=True))
    from_average = k - means["DifferenceAverage"][:, None]
    variance = np.sum(p * (from_average * from_average), axis=1)
    return {**means, "DifferenceEntropy": _entropy(p), "DifferenceVariance": variance}


@lru_cache(maxsize=8)
def _weights_of_differences(highest: int) -> dict[str, FloatArray]:
    """Return what each difference of two levels counts in the features that are means over the pairs."""
    k = np.arange(highest, dtype=float)
    inverse_square = np.zeros(highest)
    inverse_square[1:] = 1 / k[1:] ** 2
    return {
        "Contrast": k**2,
        "DifferenceAverage": k,
        "Id": 1 / (1 + k),
        "Idm": 1 / (1 + k**2),
        "Idmn": 1 / (1 + k**2 / highest**2),
        "Idn": 1 / (1 + k / highest),
        "InverseVariance": inverse_square,
    }


def _information(
    p: FloatArray, px: FloatArray, py: FloatArray, *, symmetrical: bool
) -> dict[str, FloatArray]:
    """Joint entropy (IBSI TU9B) and informational measures of correlation (IBSI R8DG and JN9H)."""
    joint, hxy1, hxy2 = entropies(p, px, py, EPSILON, symmetrical=symmetrical)
    marginal = _entropy(px) if symmetrical else np.maximum(_entropy(px), _entropy(py))
    surplus = np.maximum(hxy2 - joint, 0.0)  # rounding can leave -1e-16
    return {
        "Imc1": np.where(marginal > 0, (joint - hxy1) / np.where(marginal > 0, marginal, 1.0), 0.0),
        "Imc2": np.sqrt(1 - np.exp(-2 * surplus)),
        "JointEntropy": joint,
    }


def _entropy(p: FloatArray) -> FloatArray:
    flat = p.reshape(len(p), -1)
    entropy: FloatArray = -np.sum(flat * np.log2(flat + EPSILON), axis=1)
    return entropy
