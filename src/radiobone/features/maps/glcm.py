"""Co-occurrence features of every neighbourhood; definitions as in ``features/glcm.py``.

As pyradiomics does in its maps, Idmn and Idn take the highest level of the whole region, not of the neighbourhood.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.maps.mcc import second_roots
from radiobone.features.maps.neighbourhoods import IntArray
from radiobone.features.maps.pairs import pair_matrices
from radiobone.features.maps.region import Batch
from radiobone.features.region import lengths_mm

EPSILON = float(np.spacing(1.0))
CHANCE = 1e-13  # bits of shared information that are rounding alone
RARE = 1e-3  # probability of a level, squared far above the eps of entropies
FloatArray = npt.NDArray[np.float64]

NAMES = (
    "Autocorrelation", "JointAverage", "SumSquares", "Correlation", "JointEnergy", "MaximumProbability", "JointEntropy",
    "ClusterProminence", "ClusterShade", "ClusterTendency", "SumAverage", "SumEntropy",
    "Contrast", "DifferenceAverage", "DifferenceEntropy", "DifferenceVariance", "Id", "Idm", "Idmn", "Idn",
    "InverseVariance", "Imc1", "Imc2",
)  # fmt: skip


def glcm(batch: Batch, wanted: frozenset[str]) -> dict[str, FloatArray]:
    """Compute co-occurrence features, one value per voxel; NaN where no two voxels are neighbours."""
    region, texture = batch.region, batch.region.texture
    cells = region.window.pairs(texture.distances)
    norm = texture.weighting_norm
    weights = np.ones(len(cells.directions))
    if norm not in (None, "no_weighting"):
        weights = np.exp(-(lengths_mm(cells.directions, region.spacing_mm, norm) ** 2))
    values = np.empty((len(batch), len(NAMES)))
    mcc = np.empty(len(batch))
    for rows, pairs in pair_matrices(
        batch.around, cells, weights, symmetrical=texture.symmetrical_glcm, merged=norm is not None
    ):
        part = batch.around[rows]
        _normalise(pairs, part.n_levels)
        _features(pairs, part.level, part.n_levels, region.highest, values[rows])
        if "MCC" in wanted:
            one_level = 1.0 if region.n_levels == 1 else 0.0
            second_roots(
                pairs, part.n_levels, symmetrical=texture.symmetrical_glcm, one_level=one_level, out=mcc[rows]
            )
    return {**{name: values[:, column] for column, name in enumerate(NAMES)}, "MCC": mcc}


@compiled
def _normalise(pairs: FloatArray, n_levels: IntArray) -> None:
    """Turn counts into probabilities; an empty matrix stays."""
    for v in range(n_levels.size):
        n = n_levels[v]
        for k in range(pairs.shape[1]):
            total = 0.0
            for i in range(n):
                for j in range(n):
                    total += pairs[v, k, i, j]
            if total > 0:
                for i in range(n):
                    for j in range(n):
                        pairs[v, k, i, j] /= total


@compiled
def _features(
    pairs: FloatArray, level: FloatArray, n_levels: IntArray, highest: int, values: FloatArray
) -> None:
    """Average the features over the directions in which the neighbourhood has pairs."""
    one = np.empty(values.shape[1])
    px, py = np.empty(pairs.shape[2]), np.empty(pairs.shape[2])
    of_sums, of_differences = np.empty(2 * highest + 1), np.empty(highest + 1)
    for v in range(n_levels.size):
        n, n_met = n_levels[v], 0
        values[v] = 0.0
        span = int(level[v, n - 1] - level[v, 0])
        for k in range(pairs.shape[1]):
            p = pairs[v, k, :n, :n]
            entropy = _margins(
                p, level[v], px[:n], py[:n], of_sums[: 2 * span + 1], of_differences[: span + 1]
            )
            if np.isnan(entropy):
                continue
            n_met += 1
            _joint(p, level[v], px[:n], py[:n], one)
            one[6] = entropy
            _sums(of_sums[: 2 * span + 1], 2 * level[v, 0], one)
            _differences(of_differences[: span + 1], highest, one)
            _information(p, px[:n], py[:n], entropy, one)
            values[v] += one
        values[v] /= n_met  # NaN where no direction has any


@compiled
def _margins(
    p: FloatArray,
    level: FloatArray,
    px: FloatArray,
    py: FloatArray,
    of_sums: FloatArray,
    of_differences: FloatArray,
) -> float:
    """Sum probabilities by row, column, sum and difference of levels; return the entropy, NaN of an empty matrix."""
    px[:], py[:], of_sums[:], of_differences[:] = 0.0, 0.0, 0.0, 0.0
    entropy, empty = 0.0, True
    for i in range(px.size):
        for j in range(px.size):
            one = p[i, j]
            if one > 0:
                empty = False
                entropy -= one * math.log2(one + EPSILON)
                px[i] += one
                py[j] += one
                of_sums[int(level[i] + level[j] - 2 * level[0])] += one
                of_differences[int(abs(level[i] - level[j]))] += one
    return np.nan if empty else entropy


@compiled
def _joint(p: FloatArray, level: FloatArray, px: FloatArray, py: FloatArray, out: FloatArray) -> None:
    mean_i, mean_j = 0.0, 0.0
    for i in range(px.size):
        mean_i += px[i] * level[i]
        mean_j += py[i] * level[i]
    variance_i, variance_j = 0.0, 0.0
    for i in range(px.size):
        variance_i += px[i] * (level[i] - mean_i) ** 2
        variance_j += py[i] * (level[i] - mean_j) ** 2
    product, covariance, energy, most = 0.0, 0.0, 0.0, 0.0
    for i in range(px.size):
        for j in range(px.size):
            one = p[i, j]
            product += one * level[i] * level[j]
            covariance += one * (level[i] - mean_i) * (level[j] - mean_j)
            energy += one * one
            most = max(most, one)
    spread = math.sqrt(variance_i) * math.sqrt(variance_j)
    out[0], out[1], out[2] = product, mean_i, variance_i
    out[3] = covariance / (spread + EPSILON) if spread > 0 else 1.0
    out[4], out[5] = energy, most


@compiled
def _sums(p: FloatArray, lowest: float, out: FloatArray) -> None:
    average, entropy = 0.0, 0.0
    for k in range(p.size):
        average += p[k] * (lowest + k)
        if p[k] > 0:
            entropy -= p[k] * math.log2(p[k] + EPSILON)
    second, third, fourth = 0.0, 0.0, 0.0
    for k in range(p.size):
        apart = lowest + k - average
        square = p[k] * apart * apart
        second += square
        third += square * apart
        fourth += square * apart * apart
    out[7], out[8], out[9], out[10], out[11] = fourth, third, second, average, entropy


@compiled
def _differences(p: FloatArray, highest: int, out: FloatArray) -> None:
    out[12:21] = 0.0
    average = 0.0
    for k in range(p.size):
        average += p[k] * k
    for k in range(p.size):
        if p[k] > 0:
            out[12] += p[k] * k * k
            out[14] -= p[k] * math.log2(p[k] + EPSILON)
            out[15] += p[k] * (k - average) ** 2
            out[16] += p[k] / (1 + k)
            out[17] += p[k] / (1 + k * k)
            out[18] += p[k] / (1 + k * k / (highest * highest))
            out[19] += p[k] / (1 + k / highest)
            if k > 0:
                out[20] += p[k] / (k * k)
    out[13] = average


@compiled
def _information(p: FloatArray, px: FloatArray, py: FloatArray, joint: float, out: FloatArray) -> None:
    """Informational measures; the entropy of independent levels is the sum of the entropies of both sides."""
    of_rows, of_columns, rarest = 0.0, 0.0, 1.0
    for i in range(px.size):
        if px[i] > 0:
            of_rows -= px[i] * math.log2(px[i] + EPSILON)
            rarest = min(rarest, px[i])
        if py[i] > 0:
            of_columns -= py[i] * math.log2(py[i] + EPSILON)
            rarest = min(rarest, py[i])
    first = second = of_rows + of_columns
    if rarest < RARE:  # the eps of the definition counts
        first, second = _independent(p, px, py)
    marginal = max(of_rows, of_columns)
    out[21] = (joint - first) / marginal if marginal > 0 else 0.0
    out[22] = math.sqrt(1 - math.exp(-2 * (second - joint))) if second - joint > CHANCE else 0.0


@compiled
def _independent(p: FloatArray, px: FloatArray, py: FloatArray) -> tuple[float, float]:
    """Entropies HXY1 and HXY2 as they are defined."""
    first, second = 0.0, 0.0
    for i in range(px.size):
        for j in range(px.size):
            if px[i] > 0 and py[j] > 0:
                bits = math.log2(px[i] * py[j] + EPSILON)
                first -= p[i, j] * bits
                second -= px[i] * py[j] * bits
    return first, second
