"""Run length features of every neighbourhood; definitions as in ``features/glrlm.py``."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.maps.neighbourhoods import IntArray
from radiobone.features.maps.region import Batch
from radiobone.features.maps.sizes import SizeArray, size_features
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
    directions = np.zeros((len(batch), len(cells.directions), around.rank.shape[1]), dtype=np.uint16)
    _lengths(around.rank, cells.behind, directions)
    if norm is None:
        return size_features(around, around.rank, directions[:, :, None], NAMES)
    return size_features(
        around, around.rank, directions[:, None], NAMES, lengths_mm(cells.directions, region.spacing_mm, norm)
    )


@compiled
def _lengths(rank: npt.NDArray[np.uint16], behind: IntArray, lengths: SizeArray) -> None:
    """Follow the lines of each direction from cell to cell; those ahead come later in raster order."""
    length, met = np.empty(rank.shape[1], dtype=np.int64), np.empty(rank.shape[1], dtype=np.int64)
    for v in range(rank.shape[0]):
        for k in range(behind.shape[0]):
            if _follow(rank[v], behind[k], length, met):
                for cell in range(length.size):
                    lengths[v, k, cell] = length[cell]


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
