"""Tone difference features of every neighbourhood; definitions as in ``features/ngtdm.py``."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.maps.neighbourhoods import IntArray
from radiobone.features.maps.region import Batch
from radiobone.features.ngtdm import COARSENESS_OF_FLAT

FloatArray = npt.NDArray[np.float64]
BLOCK = 64  # neighbourhoods compared together: enough for wide registers, few enough for the smallest cache

NAMES = ("Busyness", "Coarseness", "Complexity", "Contrast", "Strength")


def ngtdm(batch: Batch, _wanted: frozenset[str]) -> dict[str, FloatArray]:
    """Compute tone difference features, one value per voxel."""
    region, around = batch.region, batch.around
    cells = region.window.pairs(region.texture.distances)
    differences = np.empty((region.window.n_cells, len(batch)))
    _differences(region.levels, batch.centres, region.steps, cells.first, cells.second, differences)
    values = np.empty((len(NAMES), len(batch)))
    _features(
        around.rank, around.level, around.n_levels, around.n_inside, differences, COARSENESS_OF_FLAT, values
    )
    return dict(zip(NAMES, values, strict=True))


@compiled
def _differences(
    levels: npt.NDArray[np.uint16],
    centres: IntArray,
    steps: IntArray,
    first: IntArray,
    second: IntArray,
    out: FloatArray,
) -> None:
    """Compare each cell with its neighbours' mean: one pair of cells in many neighbourhoods at once."""
    own = np.zeros((steps.size, BLOCK), dtype=np.int32)
    met, total, n_met = np.empty_like(own), np.empty_like(own), np.empty_like(own)
    for start in range(0, centres.size, BLOCK):
        here = centres[start : start + BLOCK]
        for cell in range(steps.size):
            for v in range(here.size):
                own[cell, v] = np.int32(levels[here[v] + steps[cell]])
        _sum_neighbours(own, first, second, met, total, n_met)
        for cell in range(steps.size):
            for v in range(here.size):
                mean = total[cell, v] / max(n_met[cell, v], np.int32(1))
                out[cell, start + v] = abs(own[cell, v] - mean) if n_met[cell, v] > 0 else 0.0


@compiled
def _sum_neighbours(
    own: npt.NDArray[np.int32],
    first: IntArray,
    second: IntArray,
    met: npt.NDArray[np.int32],
    total: npt.NDArray[np.int32],
    n_met: npt.NDArray[np.int32],
) -> None:
    """Sum neighbours' levels and count them; all arrays have the shape (n_cells, n_voxels)."""
    total[:], n_met[:] = 0, 0
    for cell in range(own.shape[0]):
        for v in range(own.shape[1]):
            met[cell, v] = np.int32(own[cell, v] > 0)
    for p in range(first.size):
        for one, other in ((first[p], second[p]), (second[p], first[p])):
            for v in range(own.shape[1]):
                total[one, v] += own[other, v]  # levels are positive: 0 where nothing counts
                n_met[one, v] += met[other, v]


@compiled
def _features(
    rank: npt.NDArray[np.uint16],
    level: FloatArray,
    n_levels: IntArray,
    n_inside: IntArray,
    differences: FloatArray,
    coarseness_of_flat: float,
    values: FloatArray,
) -> None:
    n_cells = rank.shape[1]
    count, sums = np.empty(n_cells + 1), np.empty(n_cells + 1)
    for v in range(n_levels.size):
        count[: n_levels[v] + 1], sums[: n_levels[v] + 1] = 0.0, 0.0
        for cell in range(n_cells):
            count[rank[v, cell]] += 1
            sums[rank[v, cell]] += differences[cell, v]
        present = slice(1, n_levels[v] + 1)
        _measure(
            level[v, : n_levels[v]],
            count[present],
            sums[present],
            n_inside[v],
            coarseness_of_flat,
            values[:, v],
        )


@compiled
def _measure(
    level: FloatArray,
    count: FloatArray,
    sums: FloatArray,
    n_voxels: int,
    coarseness_of_flat: float,
    out: FloatArray,
) -> None:
    """Compute the features of one neighbourhood from the voxels and summed differences of each level.

    The spread is of rounded probabilities, as ``features.ngtdm`` has it: where levels times counts are equal, busyness is
    decided by that rounding.
    """
    rough, total, spread, pairs, change, strength = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for i in range(level.size):
        rough += count[i] * sums[i] / n_voxels
        total += sums[i]
        for j in range(i):  # every pair stands for two, and a level beside itself adds nothing
            gap, both = level[i] - level[j], count[i] + count[j]
            spread += abs(level[i] * (count[i] / n_voxels) - level[j] * (count[j] / n_voxels))
            pairs += count[i] * count[j] * gap * gap
            change += gap * (count[i] * sums[i] + count[j] * sums[j]) / both
            strength += both * gap * gap
    n_pairs = level.size * (level.size - 1)
    out[0] = rough / (2 * spread) if spread > 0 else 0.0
    out[1] = 1 / rough if rough > 0 else coarseness_of_flat
    out[2] = 2 * change / n_voxels
    out[3] = 2 * pairs / n_voxels**3 * total / n_pairs if n_pairs > 0 else 0.0
    out[4] = 2 * strength / n_voxels / total if total > 0 else 0.0
