"""Which labels a mask holds and where, found in one pass over its voxels."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.core.volume import Cut
from radiobone.imaging.crop import planes_in_use

MOST_VALUES = 1 << 20
FAR = 1 << 40


def label_boxes(array: npt.NDArray[np.integer]) -> dict[int, Cut]:
    """Find the positive values of a label map, in growing order, and the box of each.

    Parameters
    ----------
    array : ndarray of int, shape (n_z, n_y, n_x)
        0 is background.

    Returns
    -------
    dict
        Index of the box by value; all of the array where there are too many values for a table of them.
    """
    planes = planes_in_use(array)
    if planes.size == 0:
        return {}
    first = int(planes[0])
    array = array[first : int(planes[-1]) + 1]
    highest = int(array.max())
    if highest > MOST_VALUES:
        everywhere = (slice(None), slice(None), slice(None))
        return {int(value): everywhere for value in np.unique(array) if value > 0}
    boxes = np.tile(np.array([FAR, -1], dtype=np.int64), (max(highest, 0) + 1, 3)).reshape(-1, 3, 2)
    _scan(array, boxes)
    boxes[:, 0] += first
    found = np.flatnonzero(boxes[:, 1, 1] >= 0)
    return {int(value): _slices(boxes[value]) for value in found}


def _slices(box: npt.NDArray[np.int64]) -> Cut:
    z, y, x = (slice(int(low), int(high) + 1) for low, high in box)
    return z, y, x


@compiled
def _scan(array: npt.NDArray[Any], boxes: npt.NDArray[np.int64]) -> None:
    """Widen the box of each positive value; rows of background alone are passed over quickly."""
    for z in range(array.shape[0]):
        for y in range(array.shape[1]):
            row = array[z, y]
            any_bit = row[0]
            for x in range(row.size):
                any_bit |= row[x]
            if any_bit == 0:
                continue
            for x in range(row.size):
                label = row[x]
                if label <= 0:
                    continue
                box = boxes[label]
                box[0, 0] = min(box[0, 0], z)
                box[0, 1] = max(box[0, 1], z)
                box[1, 0] = min(box[1, 0], y)
                box[1, 1] = max(box[1, 1], y)
                box[2, 0] = min(box[2, 0], x)
                box[2, 1] = max(box[2, 1], x)
