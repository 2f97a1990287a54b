"""Cubic B-spline interpolation on a grid that is turned against the image's.

The spline is that of ``imaging.bspline``, which is faster where the grids are parallel. ITK has it too, and takes
several times as long.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.imaging.bspline import spline_coefficients
from radiobone.imaging.spline_support import axis_support

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def turned_spline(
    array: npt.NDArray[Any], first: FloatArray, steps: FloatArray, shape: tuple[int, int, int]
) -> FloatArray:
    """Interpolate an image on a turned grid.

    Parameters
    ----------
    array : ndarray, shape (n_z, n_y, n_x)
        Finite intensities.
    first : ndarray of float, shape (3,), (z, y, x)
        Where the first new voxel lies, in voxels of ``array``.
    steps : ndarray of float, shape (3, 3)
        Column k: the way (z, y, x) from a new voxel to the next along axis k, in voxels of ``array``.
    shape : tuple of int, (z, y, x)
        Number of new voxels.

    Returns
    -------
    ndarray of float, of that shape
        Beyond the outermost voxels' faces, the nearest voxel's value.
    """
    z, y, x = (axis_support(np.arange(size, dtype=np.float64), size) for size in array.shape)
    values = np.ascontiguousarray(array, dtype=np.float64)
    found = np.empty(shape)
    _evaluate(spline_coefficients(values, (z, y, x)), values, first, np.ascontiguousarray(steps), found)
    return found


@compiled
def _weigh(place: float, n: int, weights: FloatArray, indices: IntArray) -> None:
    """Write the weights and indices of the four coefficients round a place; mirrored at the borders."""
    middle = int(np.floor(place))
    w = place - middle
    cubic = w * w * w / 6.0
    before = 1.0 / 6.0 + 0.5 * w * (w - 1.0) - cubic
    after = w + before - 2.0 * cubic
    weights[0], weights[1], weights[2], weights[3] = before, 1.0 - before - after - cubic, after, cubic
    period = max(2 * (n - 1), 1)
    for k in range(4):
        index = middle - 1 + k
        if index < 0 or index >= n:
            index = abs(index) % period
            index = min(index, period - index) if n > 1 else 0
        indices[k] = index


@compiled
def _evaluate(
    c: FloatArray, values: FloatArray, first: FloatArray, steps: FloatArray, out: FloatArray
) -> None:
    weights, indices = np.empty((3, 4)), np.empty((3, 4), dtype=np.int64)
    place, nearest = np.empty(3), np.empty(3, dtype=np.int64)
    for k in range(out.shape[0]):
        for j in range(out.shape[1]):
            for i in range(out.shape[2]):
                inside = True
                for axis in range(3):
                    place[axis] = first[axis] + steps[axis, 0] * k + steps[axis, 1] * j + steps[axis, 2] * i
                    n = c.shape[axis]
                    inside &= -0.5 <= place[axis] < n - 0.5
                    nearest[axis] = min(max(int(np.floor(place[axis] + 0.5)), 0), n - 1)
                if not inside:
                    out[k, j, i] = values[nearest[0], nearest[1], nearest[2]]
                    continue
                for axis in range(3):
                    _weigh(place[axis], c.shape[axis], weights[axis], indices[axis])
                total = 0.0
                for r in range(4):
                    for q in range(4):
                        line = c[indices[0, r], indices[1, q]]
                        along = (
                            weights[2, 0] * line[indices[2, 0]]
                            + weights[2, 1] * line[indices[2, 1]]
                            + weights[2, 2] * line[indices[2, 2]]
                            + weights[2, 3] * line[indices[2, 3]]
                        )
                        total += weights[0, r] * weights[1, q] * along
                out[k, j, i] = total
