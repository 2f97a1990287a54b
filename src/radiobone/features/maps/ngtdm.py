"""Tone difference features of every neighbourhood; definitions as in ``features/ngtdm.py``."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.maps.neighbourhoods import IntArray
from radiobone.features.maps.region import Batch
from radiobone.features.ngtdm import COARSENESS_OF_FLAT

FloatArray = npt.NDArray[np.float64]

NAMES = ("Busyness", "Coarseness", "Complexity", "Contrast", "Strength")


def ngtdm(batch: Batch, _wanted: frozenset[str]) -> dict[str, FloatArray]:
    """Compute tone difference features, one value per voxel."""
    dependences, differences = batch.compared
    around = batch.around
    voxels = dependences[:, 0].sum(axis=2)
    values = np.empty((len(batch), len(NAMES)))
    _features(voxels, differences, around.level, around.n_levels, around.n_inside, COARSENESS_OF_FLAT, values)
    return {name: values[:, column] for column, name in enumerate(NAMES)}


@compiled
def _features(
    voxels: FloatArray,
    differences: FloatArray,
    level: FloatArray,
    n_levels: IntArray,
    n_inside: IntArray,
    coarseness_of_flat: float,
    values: FloatArray,
) -> None:
    for v in range(n_levels.size):
        n, n_voxels = n_levels[v], n_inside[v]
        p, s = voxels[v, :n] / n_voxels, differences[v, :n]
        rough, total = 0.0, 0.0
        for i in range(n):
            rough += p[i] * s[i]
            total += s[i]
        spread, pairs, change, strength = 0.0, 0.0, 0.0, 0.0
        for i in range(n):
            for j in range(i):  # every pair stands for two, and a level beside itself adds nothing
                gap, both = level[v, i] - level[v, j], p[i] + p[j]
                spread += 2 * abs(level[v, i] * p[i] - level[v, j] * p[j])
                pairs += 2 * p[i] * p[j] * gap * gap
                change += 2 * gap * (p[i] * s[i] + p[j] * s[j]) / both
                strength += 2 * both * gap * gap
        n_pairs = n * (n - 1)
        values[v, 0] = rough / spread if spread > 0 else 0.0
        values[v, 1] = 1 / rough if rough > 0 else coarseness_of_flat
        values[v, 2] = change / n_voxels
        values[v, 3] = pairs * total / n_voxels / n_pairs if n_pairs > 0 else 0.0
        values[v, 4] = strength / total if total > 0 else 0.0
