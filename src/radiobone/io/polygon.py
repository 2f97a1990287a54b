"""Which pixel centres lie inside closed contours, by the even-odd rule."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def fill(contours: Sequence[FloatArray], shape: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Rasterise closed contours together: a contour inside another one is a hole.

    Each edge flips every pixel of a row that lies beyond its crossing; a pixel flipped an odd number
    of times is inside. So holes, keyholes and separate pieces need no special case. A centre exactly on
    the outline belongs to the side of growing indices: of two regions that share an edge, exactly one
    gets it.

    Parameters
    ----------
    contours : sequence of ndarray, shape (n_points, 2)
        Corners as (y, x) in pixel indices; pixel centres are at whole numbers. The last point is joined
        to the first.
    shape : tuple of int, (n_y, n_x)
        Size of the raster.

    Returns
    -------
    ndarray of bool, shape (n_y, n_x)
    """
    n_y, n_x = shape
    start = np.concatenate([np.empty((0, 2)), *contours])
    end = np.concatenate([np.empty((0, 2)), *(np.roll(contour, -1, axis=0) for contour in contours)])
    downwards = (start[:, 0] > end[:, 0])[:, None]  # so that an edge cuts alike from both of its sides
    start, end = np.where(downwards, end, start), np.where(downwards, start, end)
    rows, edge = _crossed_rows(start[:, 0], end[:, 0], n_y)
    share = (rows - start[edge, 0]) / (end[edge, 0] - start[edge, 0])
    crossing = start[edge, 1] + share * (end[edge, 1] - start[edge, 1])
    first_beyond = np.clip(np.ceil(crossing), 0, n_x).astype(np.intp)
    flips = np.zeros((n_y, n_x + 1), dtype=np.int32)
    np.add.at(flips, (rows, first_beyond), 1)
    inside: npt.NDArray[np.bool_] = np.cumsum(flips, axis=1)[:, :n_x] % 2 == 1
    return inside


def _crossed_rows(
    start_y: FloatArray, end_y: FloatArray, n_y: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Rows of pixel centres that each edge crosses, its upper end counted and its lower end not."""
    first = np.clip(np.ceil(start_y), 0, n_y).astype(np.intp)
    beyond = np.clip(np.ceil(end_y), 0, n_y).astype(np.intp)
    counts = beyond - first
    edge = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    return first[edge] + within, edge
