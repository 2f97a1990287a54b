"""Slow, plain versions of what IBSI's families compute cleverly, in words of the reference manual.

Tests hold the fast ones to these on random inputs. Nothing here is used by the product.
"""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Triple

BoolArray = npt.NDArray[np.bool_]
FloatArray = npt.NDArray[np.float64]


def autocorrelation(values: FloatArray, mask: BoolArray, spacing_mm: Triple) -> tuple[float, float]:
    """Moran's I and Geary's C, pair by pair."""
    places = np.argwhere(mask) * np.asarray(spacing_mm)
    inside = values[mask]
    centred = inside - inside.mean()
    weight = product_sum = difference = 0.0
    for a, b in product(range(len(inside)), repeat=2):
        if a != b:
            w = 1 / math.dist(places[a], places[b])
            weight += w
            product_sum += w * centred[a] * centred[b]
            difference += w * (inside[a] - inside[b]) ** 2
    squares = float(np.sum(centred**2))
    n = len(inside)
    return n / weight * product_sum / squares, (n - 1) / (2 * weight) * difference / squares


def ball_means(array: FloatArray, centres: BoolArray, spacing_mm: Triple, radius_mm: float) -> list[float]:
    """Mean of all voxels whose centres lie within a distance of each centre, voxel by voxel."""
    means = []
    for centre in np.argwhere(centres):
        near = [
            float(array[place])
            for place in np.ndindex(array.shape)
            if math.dist(np.asarray(place) * spacing_mm, centre * spacing_mm) <= radius_mm
        ]
        means.append(sum(near) / len(near))
    return means


def edge_distances(mask: BoolArray, plane: int | None) -> npt.NDArray[np.int64]:
    """How often a region can be eroded before a voxel is gone, by steps along the axes."""
    left, found = np.pad(mask, 1), np.zeros(np.add(mask.shape, 2), dtype=np.int64)
    while left.any():
        found[left] += 1
        eroded = left.copy()
        for axis in range(mask.ndim):
            if axis != plane:
                eroded &= np.roll(left, 1, axis) & np.roll(left, -1, axis)
        left = eroded
    return found[1:-1, 1:-1, 1:-1]


def volume_curve(values: FloatArray, low: float, high: float) -> list[tuple[float, float, float]]:
    """Intensity, intensity fraction and volume fraction at every whole number of a range."""
    return [
        (i, (i - low) / (high - low), 1 - float(np.mean(values < i)))
        for i in np.arange(low, high + 1)
    ]  # fmt: skip
