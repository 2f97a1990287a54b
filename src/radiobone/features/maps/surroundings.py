"""How every voxel of a neighbourhood compares with its neighbours, for dependences and tone differences."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.maps.neighbourhoods import IntArray
from radiobone.features.maps.region import Batch

FloatArray = npt.NDArray[np.float64]


def compare(batch: Batch) -> tuple[FloatArray, FloatArray]:
    """Count like neighbours, and sum the differences from the neighbours' mean.

    Parameters
    ----------
    batch : Batch
        Of n voxels, in whose neighbourhoods a voxel has up to m neighbours.

    Returns
    -------
    dependences : ndarray of float, shape (n, 1, most_levels, m + 1)
        Entry [v, 0, i, k]: voxels of rank i + 1 with k neighbours of about the same level.
    differences : ndarray of float, shape (n, most_levels)
        Sum over the voxels of a rank; a voxel without neighbours adds 0.
    """
    region, around = batch.region, batch.around
    ahead = region.window.steps(region.window.directions(region.texture.distances))
    steps = np.concatenate([ahead, -ahead])
    dependences = np.zeros((len(batch), 1, around.most_levels, steps.size + 1))
    differences = np.zeros((len(batch), around.most_levels))
    _compare(
        around.cube, around.place, around.n_inside, around.level, steps, region.texture.gldm_alpha,
        dependences, differences,
    )  # fmt: skip
    return dependences, differences


@compiled
def _compare(
    cube: npt.NDArray[np.uint16],
    place: IntArray,
    n_inside: IntArray,
    level: FloatArray,
    steps: IntArray,
    alpha: int,
    dependences: FloatArray,
    differences: FloatArray,
) -> None:
    for v in range(n_inside.size):
        for i in range(n_inside[v]):
            own = place[v, i]
            rank = np.int64(cube[v, own]) - 1
            met, alike, total = 0, 0, 0.0
            for step in steps:
                other = np.int64(cube[v, own + step]) - 1
                if other >= 0:
                    met += 1
                    total += level[v, other]
                    alike += abs(level[v, other] - level[v, rank]) <= alpha
            dependences[v, 0, rank, alike] += 1
            if met > 0:
                differences[v, rank] += abs(level[v, rank] - total / met)
