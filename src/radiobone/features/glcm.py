"""Grey level co-occurrence features: which levels are neighbours of which.

Definitions are those of the IBSI reference manual (family LFYI), averaged over directions unless
the directions are merged with weights. Levels that the region lacks play no part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import RoiTooSmall
from radiobone.features.average import mean_over
from radiobone.features.matrices.glcm import cooccurrence
from radiobone.features.matrices.grid import Offset
from radiobone.features.matrices.tally import tally
from radiobone.features.mcc import maximal_correlation
from radiobone.features.region import TextureRegion

EPSILON = float(np.spacing(1.0))
DEPRECATED: frozenset[str] = frozenset()
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
    levels, symmetrical = region.present_levels, region.texture.symmetrical_glcm
    found = [pair_features(m, levels, symmetrical=symmetrical) for m in _matrices(region) if m.sum() > 0]
    if not found:
        raise RoiTooSmall(
            f"No two of the region's {region.intensities.size} voxels are neighbours, so no levels co-occur. "
            "Check the mask, or leave glcm out."
        )
    return mean_over(found)


def _matrices(region: TextureRegion) -> Iterator[FloatArray]:
    """Count pairs of present levels: one matrix per direction or a single weighted one.

    One at a time, since of many levels a single matrix takes tens of megabytes.
    """
    directions = region.offsets()
    if region.texture.weighting_norm is None:
        yield from (_pairs_along(region, offset) for offset in directions)
        return
    unweighted = region.texture.weighting_norm == "no_weighting"
    weights = np.ones(len(directions)) if unweighted else np.exp(-(region.lengths_mm(directions) ** 2))
    n_present = len(region.present_levels)
    merged = np.zeros((n_present, n_present))
    for weight, offset in zip(weights, directions, strict=True):
        merged += weight * _pairs_along(region, offset)
    yield merged


def _pairs_along(region: TextureRegion, offset: Offset) -> FloatArray:
    present = region.present_levels - 1
    counts = cooccurrence(region.grid, offset)[np.ix_(present, present)].astype(float)
    return counts + counts.T if region.texture.symmetrical_glcm else counts


def pair_features(
    counts: FloatArray, levels: npt.NDArray[np.int64], *, symmetrical: bool
) -> dict[str, float]:
    """Features of one co-occurrence matrix.

    Parameters
    ----------
    counts : ndarray of float, shape (n, n)
        Pairs of levels, not all zero.
    levels : ndarray of int, shape (n,)
        The levels, ascending; the last is the highest of the region.
    symmetrical : bool
        Whether ``counts`` equals its transpose.
    """
    p = counts / counts.sum()
    row, column = np.nonzero(p)
    pairs = _Pairs(levels[row].astype(float), levels[column].astype(float), p[row, column])
    return {
        **_joint(pairs),
        **_difference(pairs, int(levels[-1])),
        **_information(p, pairs.p, row, column),
        "MCC": maximal_correlation(p, symmetrical=symmetrical),
    }


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Pairs of levels that occur: first and second level, and probability; shape (n_pairs,)."""

    i: FloatArray
    j: FloatArray
    p: FloatArray

    def mean(self, values: FloatArray) -> float:
        return float(np.sum(self.p * values))

    def grouped(self, key: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Values of a whole-numbered key that occur, and their probabilities."""
        p = tally(key.astype(np.int64), self.p)
        found = np.flatnonzero(p)
        return found.astype(float), p[found]


def _joint(pairs: _Pairs) -> dict[str, float]:
    i, j = pairs.i, pairs.j
    mean_i, mean_j = pairs.mean(i), pairs.mean(j)
    variance_i, variance_j = pairs.mean((i - mean_i) ** 2), pairs.mean((j - mean_j) ** 2)
    spread = float(np.sqrt(variance_i) * np.sqrt(variance_j))
    covariance = pairs.mean((i - mean_i) * (j - mean_j))
    sums, p_sum = pairs.grouped(i + j)
    from_mean = sums - mean_i - mean_j
    return {
        "Autocorrelation": pairs.mean(i * j),
        "ClusterProminence": float(np.sum(p_sum * from_mean**4)),
        "ClusterShade": float(np.sum(p_sum * from_mean**3)),
        "ClusterTendency": float(np.sum(p_sum * from_mean**2)),
        "Correlation": covariance / (spread + EPSILON) if spread else 1.0,
        "JointAverage": mean_i,
        "JointEnergy": float(np.sum(pairs.p**2)),
        "JointEntropy": _entropy(pairs.p),
        "MaximumProbability": float(pairs.p.max()),
        "SumAverage": float(np.sum(p_sum * sums)),
        "SumEntropy": _entropy(p_sum),
        "SumSquares": variance_i,
    }


def _difference(pairs: _Pairs, n_levels: int) -> dict[str, float]:
    k, p = pairs.grouped(np.abs(pairs.i - pairs.j))
    average = float(np.sum(p * k))
    apart = k > 0
    return {
        "Contrast": float(np.sum(p * k**2)),
        "DifferenceAverage": average,
        "DifferenceEntropy": _entropy(p),
        "DifferenceVariance": float(np.sum(p * (k - average) ** 2)),
        "Id": float(np.sum(p / (1 + k))),
        "Idm": float(np.sum(p / (1 + k**2))),
        "Idmn": float(np.sum(p / (1 + k**2 / n_levels**2))),
        "Idn": float(np.sum(p / (1 + k / n_levels))),
        "InverseVariance": float(np.sum(p[apart] / k[apart] ** 2)),
    }


def _information(
    p: FloatArray, joint: FloatArray, row: npt.NDArray[np.intp], column: npt.NDArray[np.intp]
) -> dict[str, float]:
    """Informational measures of correlation (IBSI R8DG and JN9H)."""
    px, py = p.sum(axis=1), p.sum(axis=0)
    independent = np.outer(px, py)
    log_independent = np.log2(independent + EPSILON)
    hxy = _entropy(joint)
    hxy1 = float(-np.sum(joint * log_independent[row, column]))
    hxy2 = float(-np.sum(independent * log_independent))
    marginal = max(_entropy(px), _entropy(py))
    surplus = max(hxy2 - hxy, 0.0)  # rounding can leave -1e-16
    return {
        "Imc1": (hxy - hxy1) / marginal if marginal else 0.0,
        "Imc2": float(np.sqrt(1 - np.exp(-2 * surplus))),
    }


def _entropy(p: FloatArray) -> float:
    return float(-np.sum(p * np.log2(p + EPSILON)))
