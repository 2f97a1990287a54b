"""Run length features of every neighbourhood; definitions as in ``features/glrlm.py``."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.maps.neighbourhoods import IntArray
from radiobone.features.maps.region import Batch
from radiobone.features.maps.sizes import size_features
from radiobone.features.region import lengths_mm

FloatArray = npt.NDArray[np.float64]

NAMES = (
    "GrayLevelNonUniformity", "GrayLevelNonUniformityNormalized", "GrayLevelVariance",
    "RunLengthNonUniformity", "RunLengthNonUniformityNormalized", "RunVariance", "RunEntropy", "RunPercentage",
    "HighGrayLevelRunEmphasis", "LowGrayLevelRunEmphasis", "LongRunEmphasis", "ShortRunEmphasis",
    "LongRunHighGrayLevelEmphasis", "LongRunLowGrayLevelEmphasis",
    "ShortRunHighGrayLevelEmphasis", "ShortRunLowGrayLevelEmphasis",
)  # fmt: skip


def glrlm(batch: Batch, _wanted: frozenset[str]) -> dict[str, FloatArray]:
    """Compute run length features, one value per voxel; NaN where no two voxels lie on one line."""
    region, around = batch.region, batch.around
    window, norm = region.window, region.texture.weighting_norm
    directions = window.directions((1,))
    longest = 2 * window.radius + 1
    n_matrices = len(directions) if norm is None else 1
    count = np.zeros((len(batch), n_matrices, around.most_levels, longest))
    _count(
        around.cube,
        around.place,
        around.n_inside,
        np.array(directions, dtype=np.int64),
        window.steps(directions),
        lengths_mm(directions, region.spacing_mm, norm),
        np.array(window.padded, dtype=np.int64),
        count,
    )
    lengths = np.tile(np.arange(1.0, longest + 1), (len(batch), 1))
    n_lengths = np.full(len(batch), longest, dtype=np.int64)
    return size_features(count, around.level, around.n_levels, lengths, n_lengths, NAMES)


@compiled
def _count(
    cube: npt.NDArray[np.uint16],
    place: IntArray,
    n_inside: IntArray,
    directions: IntArray,
    steps: IntArray,
    weights: FloatArray,
    shape: IntArray,
    count: FloatArray,
) -> None:
    length = np.zeros(cube.shape[1], dtype=np.int64)
    for v in range(n_inside.size):
        inside, rank = place[v, : n_inside[v]], cube[v]
        for k in range(steps.size):
            if not _has_line(rank, inside, directions[k], steps[k], shape):
                continue
            matrix = count[v, min(k, count.shape[1] - 1)]
            for one in inside:
                so_far = length[one - steps[k]] + 1 if rank[one - steps[k]] == rank[one] else 1
                length[one] = so_far
                if rank[one + steps[k]] != rank[one]:  # here the run ends
                    matrix[np.int64(rank[one]) - 1, so_far - 1] += weights[k]


@compiled
def _has_line(
    rank: npt.NDArray[np.uint16], inside: IntArray, direction: IntArray, step: int, shape: IntArray
) -> bool:
    """Tell whether a line along the direction holds two voxels, adjacent or not."""
    for one in inside:
        if rank[one + step] > 0:
            return True
    for one in inside:
        z, rest = divmod(one, shape[1] * shape[2])
        y, x = divmod(rest, shape[2])
        z, y, x, far = z + direction[0], y + direction[1], x + direction[2], one + step
        while 0 <= z < shape[0] and 0 <= y < shape[1] and 0 <= x < shape[2]:
            if rank[far] > 0:
                return True
            z, y, x, far = z + direction[0], y + direction[1], x + direction[2], far + step
    return False
