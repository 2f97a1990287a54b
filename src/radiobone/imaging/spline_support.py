"""Which voxels along an axis a cubic B-spline takes its values from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
PlaceArray = npt.NDArray[np.uint64]  # unsigned, since a negative place would have to be looked for each time

MARGIN = 40  # voxels for the filter to get going; its memory of what lies farther off is 1e-23


@dataclass(frozen=True, eq=False)
class AxisSupport:
    """Where the new voxels along one axis take their values from.

    Attributes
    ----------
    part : slice
        The old voxels that matter.
    starts_at_border : bool
        Whether ``part`` begins with the image's first voxel.
    wanted : slice
        Where in ``part`` the coefficients are needed; around them the filter gets going.
    weights : ndarray of float, shape (n_new, 4)
    indices : ndarray of uint64, shape (n_new, 4)
        Old voxels, counted from the beginning of ``wanted``; mirrored at the borders.
    inside : ndarray of bool, shape (n_new,)
        Whether the new voxel's centre lies in the image.
    """

    part: slice
    starts_at_border: bool
    wanted: slice
    weights: FloatArray
    indices: PlaceArray
    inside: npt.NDArray[np.bool_]


def axis_support(position: FloatArray, n_old: int) -> AxisSupport:
    """Find weights and neighbours of positions along an axis.

    Parameters
    ----------
    position : ndarray of float, shape (n_new,)
        In old voxels; the centre of the first is 0.
    n_old : int
        Length of the axis.
    """
    inside = (position >= -0.5) & (position < n_old - 0.5)
    first = np.floor(position.astype(np.float32)).astype(np.int64) - 1  # ITK looks for it in single precision
    w = position - (first + 1)
    cubic = (1.0 / 6.0) * w * w * w
    before = (1.0 / 6.0) + 0.5 * w * (w - 1.0) - cubic
    after = w + before - 2.0 * cubic
    weights = np.stack([before, 1.0 - before - after - cubic, after, cubic], axis=1)
    indices = first[:, None] + np.arange(4)
    period = max(2 * (n_old - 1), 1)
    indices = np.where(inside[:, None], np.abs(indices) % period, 0)
    indices = np.minimum(indices, period - indices) if n_old > 1 else np.zeros_like(indices)
    first_wanted, last_wanted = (
        int(indices[inside].min(initial=n_old - 1)),
        int(indices[inside].max(initial=0)),
    )
    low, high = max(first_wanted - MARGIN, 0), min(last_wanted + MARGIN, n_old - 1)
    return AxisSupport(
        part=slice(low, high + 1),
        starts_at_border=low == 0,
        wanted=slice(first_wanted - low, last_wanted + 1 - low),
        weights=weights,
        indices=np.where(inside[:, None], indices - first_wanted, 0).astype(np.uint64),
        inside=inside,
    )


def clear_outside(array: npt.NDArray[Any], inside: Sequence[npt.NDArray[np.bool_]]) -> None:
    """Set voxels of a lattice to 0 where their place along any axis lies outside the image.

    Parameters
    ----------
    array : ndarray, shape (n_z, n_y, n_x)
        Changed in place.
    inside : sequence of ndarray of bool, shapes (n_z,), (n_y,), (n_x,)
        Which places lie inside.
    """
    for axis, is_inside in enumerate(inside):
        if not is_inside.all():
            array[(slice(None),) * axis + (~is_inside,)] = 0
