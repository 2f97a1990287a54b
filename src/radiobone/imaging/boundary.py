"""What filters see beyond the border of an image, and how much of an image they must see."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import ResourceLimit, RoiTooSmall
from radiobone.imaging.crop import Box

MAX_VOXELS_SEEN = 300_000_000  # some 2.4 GB for each copy in double precision
FloatArray = npt.NDArray[np.float64]
Boundary = Literal["mirror", "zero", "nearest", "periodic"]
"""Beyond the border: the image mirrored (c b a | a b c), zeros, its outermost voxel, or its other end."""

_OF_SCIPY: Mapping[Boundary, str] = MappingProxyType(
    {"mirror": "reflect", "zero": "constant", "nearest": "nearest", "periodic": "wrap"}
)


def surroundings(box: Box, reach: Sequence[int], shape: tuple[int, ...], boundary: Boundary) -> Box:
    """Return the part of an image that decides a filter's response in a box.

    Filtered by itself, with the same boundary, the part has the whole image's response inside the box.

    Parameters
    ----------
    box : Box
        Where the response is wanted.
    reach : sequence of int, (z, y, x)
        How many voxels the filter looks to each side; for filters in succession, the sum.
    shape : tuple of int, (n_z, n_y, n_x)
        Of the image.
    boundary : Boundary
        What is beyond the image.
    """
    low, high = [], []
    for first, last, margin, size in zip(box.low, box.high, reach, shape, strict=True):
        beyond = first < margin or last + margin >= size
        whole = boundary == "periodic" and beyond  # the other end is seen
        low.append(0 if whole else max(first - margin, 0))
        high.append(size - 1 if whole else min(last + margin, size - 1))
    return Box((low[0], low[1], low[2]), (high[0], high[1], high[2]))


def extended(array: npt.NDArray[Any], box: Box, reach: Sequence[int], boundary: Boundary) -> FloatArray:
    """Cut out a box with margins on all sides, also where they lie beyond the image.

    Parameters
    ----------
    array : ndarray, shape (n_z, n_y, n_x)
        The image.
    box : Box
        Inside the image.
    reach : sequence of int, (z, y, x)
        Width of the margins, of any size.
    boundary : Boundary
        What is beyond the image.

    Returns
    -------
    ndarray of float64
        Of the box's shape plus twice the reach.
    """
    found = array
    for axis, size in enumerate(array.shape):
        places = np.arange(box.low[axis] - reach[axis], box.high[axis] + reach[axis] + 1)
        found = np.take(found, _inside(places, size, boundary), axis=axis)
        if boundary == "zero":
            outside = (places < 0) | (places >= size)
            found[(slice(None),) * axis + (outside,)] = 0
    return found.astype(np.float64)


def _inside(places: npt.NDArray[np.int64], size: int, boundary: Boundary) -> npt.NDArray[np.int64]:
    """Where in an axis the values beyond its ends come from."""
    if boundary == "periodic":
        return places % size
    if boundary == "mirror":
        turned = places % (2 * size)
        return np.minimum(turned, 2 * size - 1 - turned)
    return np.clip(places, 0, size - 1)


def correlate(data: FloatArray, weights: Sequence[float], axis: int, boundary: Boundary) -> FloatArray:
    """Sum neighbours along one axis, with weights that are centred on each voxel.

    Parameters
    ----------
    data : ndarray of float64
        The image.
    weights : sequence of float
        An odd number; the first belongs to the neighbour of lowest index.
    axis : int
        z, y, x = 0, 1, 2.
    boundary : Boundary
        What is beyond the image.
    """
    from scipy.ndimage import correlate1d  # slow to import, and few ask for these filters

    filtered: FloatArray = correlate1d(
        data, np.asarray(weights, dtype=np.float64), axis=axis, mode=_OF_SCIPY[boundary], cval=0.0
    )
    return filtered


def check_reach(reach: Sequence[int], shape: Sequence[int], what: str) -> None:
    """Refuse a filter that would see little but what is made up beyond the image.

    Raises
    ------
    RoiTooSmall
        If the filter looks further to each side than the image is long.
    """
    for axis, (margin, size) in enumerate(zip(reach, shape, strict=True)):
        if margin > size:
            raise RoiTooSmall(
                f"The image has {size} voxels along {'zyx'[axis]}, and {what} looks {margin} voxels to each side: it "
                "would see little but what is made up beyond the border. Choose a smaller filter, leave it out, or "
                "filter each slice by itself."
            )


def check_whole(shape: Sequence[int], what: str) -> None:
    """Refuse an image that takes too much memory for a filter that sees all of it.

    Raises
    ------
    ResourceLimit
    """
    n_voxels = math.prod(shape)
    if n_voxels > MAX_VOXELS_SEEN:
        raise ResourceLimit(
            f"{what} sees the whole image, which has {n_voxels:.2g} voxels on the features' grid; the cap is "
            f"{MAX_VOXELS_SEEN:.0e}. Use larger voxels, cut the image to the part that matters, or leave {what} out."
        )
