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
    norm = region.texture.weighting_norm
    cells = region.window.pairs((1,))
    longest = 2 * region.window.radius + 1
    n_matrices = len(cells.directions) if norm is None else 1
    count = np.zeros((len(batch), n_matrices, around.most_levels, longest))
    weights = lengths_mm(cells.directions, region.spacing_mm, norm)
    _count(around.rank, cells.behind, weights, count)
    lengths = np.tile(np.arange(1.0, longest + 1), (len(batch), 1))
    n_lengths = np.full(len(batch), longest, dtype=np.int64)
    return size_features(count, around.level, around.n_levels, lengths, n_lengths, NAMES)


@compiled
def _count(rank: npt.NDArray[np.uint16], behind: IntArray, weights: FloatArray, count: FloatArray) -> None:
    """Follow the lines from cell to cell; those ahead come later in raster order."""
    length, met = np.empty(rank.shape[1], dtype=np.int64), np.empty(rank.shape[1], dtype=np.int64)
    for v in range(rank.shape[0]):
        for k in range(weights.size):
            if not _follow(rank[v], behind[k], length, met):
                continue
            matrix = count[v, min(k, count.shape[1] - 1)]
            for cell in range(length.size):
                if length[cell] > 0:
                    matrix[np.int64(rank[v, cell]) - 1, length[cell] - 1] += weights[k]


@compiled
def _follow(rank: npt.NDArray[np.uint16], behind: IntArray, length: IntArray, met: IntArray) -> bool:
    """Note the length of each run at its last cell, 0 elsewhere; tell whether a line has two cells that count."""
    has_line = False
    for cell in range(rank.size):
        before = behind[cell]
        length[cell] = rank[cell] > 0
        met[cell] = length[cell]
        if before >= 0:
            met[cell] += met[before]
            if rank[cell] == rank[before] and rank[cell] > 0:
                length[cell] += length[before]
                length[before] = 0
        has_line |= met[cell] > 1
    return has_line
