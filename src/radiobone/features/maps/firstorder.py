"""First-order statistics of every neighbourhood; definitions as in ``features/firstorder.py``."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.maps.neighbourhoods import IntArray
from radiobone.features.maps.region import Batch

EPSILON = float(np.spacing(1.0))
FloatArray = npt.NDArray[np.float64]

NAMES = (
    "Minimum", "10Percentile", "Median", "90Percentile", "Maximum", "Range", "InterquartileRange",
    "RobustMeanAbsoluteDeviation", "Mean", "Variance", "StandardDeviation", "Skewness", "Kurtosis",
    "MeanAbsoluteDeviation", "Energy", "RootMeanSquared", "TotalEnergy", "Entropy", "Uniformity",
)  # fmt: skip


def firstorder(batch: Batch, _wanted: frozenset[str]) -> dict[str, FloatArray]:
    """Compute first-order features, one value per voxel; NaN where no value lies between the percentiles."""
    region = batch.region
    values = np.empty((len(batch), len(NAMES)))
    _statistics(
        region.intensities,
        region.intensity_levels,
        batch.centres,
        region.steps,
        region.voxel_array_shift,
        math.prod(reversed(region.spacing_mm)),
        np.zeros(int(region.intensity_levels.max()) + 1, dtype=np.int64),
        values,
    )
    return {name: values[:, column] for column, name in enumerate(NAMES)}


@compiled
def _statistics(
    intensities: FloatArray,
    levels: npt.NDArray[np.uint16],
    centres: IntArray,
    steps: IntArray,
    shift: float,
    voxel_mm3: float,
    counts: IntArray,
    out: FloatArray,
) -> None:
    near = np.empty(steps.size)
    met = np.empty(steps.size, dtype=np.int64)
    for v in range(centres.size):
        n = 0
        for k in range(steps.size):
            level = np.int64(levels[centres[v] + steps[k]])
            if level > 0:
                near[n] = intensities[centres[v] + steps[k]]
                met[n] = level
                counts[level] += 1
                n += 1
        energy = 0.0
        for i in range(n):
            energy += (near[i] + shift) ** 2
        out[v, 14], out[v, 15], out[v, 16] = energy, math.sqrt(energy / n), energy * voxel_mm3
        _histogram(met[:n], counts, out[v])
        _sort(near[:n])
        _order_statistics(near[:n], out[v])
        _moments(near[:n], out[v])


@compiled
def _histogram(met: IntArray, counts: IntArray, out: FloatArray) -> None:
    """Entropy and uniformity of the levels; the counts are set back to 0."""
    entropy, uniformity = 0.0, 0.0
    for level in met:
        if counts[level] > 0:
            p = counts[level] / met.size
            entropy -= p * math.log2(p + EPSILON)
            uniformity += p * p
            counts[level] = 0
    out[17], out[18] = entropy, uniformity


@compiled
def _sort(values: FloatArray) -> None:
    """Shell's sort, which is fast for a few hundred values."""
    gap = 1
    while gap < values.size // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, values.size):
            one, j = values[i], i
            while j >= gap and values[j - gap] > one:
                values[j] = values[j - gap]
                j -= gap
            values[j] = one
        gap //= 3


@compiled
def _percentile(ordered: FloatArray, percent: float) -> float:
    """Interpolate between the two nearest values, from the nearer one, as numpy does."""
    position = percent / 100 * (ordered.size - 1)
    below = int(position)
    part = position - below
    low, high = float(ordered[below]), float(ordered[min(below + 1, ordered.size - 1)])
    return high - (high - low) * (1 - part) if part >= 0.5 else low + (high - low) * part


@compiled
def _mean_absolute_deviation(values: FloatArray) -> float:
    if values.size == 0:
        return np.nan
    mean = values.mean()
    total = 0.0
    for value in values:
        total += abs(value - mean)
    return total / values.size


@compiled
def _order_statistics(ordered: FloatArray, out: FloatArray) -> None:
    p10, p90 = _percentile(ordered, 10.0), _percentile(ordered, 90.0)
    first, last = 0, ordered.size
    while first < last and ordered[first] < p10:
        first += 1
    while last > first and ordered[last - 1] > p90:
        last -= 1
    lowest, highest = ordered[0], ordered[-1]
    out[0], out[1], out[2], out[3], out[4] = lowest, p10, _percentile(ordered, 50.0), p90, highest
    out[5] = highest - lowest
    out[6] = _percentile(ordered, 75.0) - _percentile(ordered, 25.0)
    out[7] = _mean_absolute_deviation(ordered[first:last])


@compiled
def _moments(ordered: FloatArray, out: FloatArray) -> None:
    """Central moments; equal values have none, whatever rounding makes of their mean."""
    out[8:14] = 0.0
    if ordered[0] == ordered[-1]:
        out[8] = ordered[0]
        return
    n, mean = ordered.size, ordered.mean()
    second, third, fourth = 0.0, 0.0, 0.0
    for value in ordered:
        square = (value - mean) ** 2
        second += square
        third += square * (value - mean)
        fourth += square * square
    variance = second / n
    out[8], out[9], out[10] = mean, variance, math.sqrt(variance)
    out[11], out[12] = third / n / variance**1.5, fourth / n / variance**2
    out[13] = _mean_absolute_deviation(ordered)
