"""Filters written down plainly: one sum over a neighbourhood for each voxel, whole images turned round."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
import numpy.typing as npt

from radiobone.imaging.boundary import Boundary

FloatArray = npt.NDArray[np.float64]
_PADDING = {"mirror": "symmetric", "zero": "constant", "nearest": "edge", "periodic": "wrap"}


def convolve(array: npt.ArrayLike, kernel: npt.NDArray[np.float64], boundary: Boundary) -> FloatArray:
    """Convolve an image with a kernel of three axes.

    Parameters
    ----------
    array : array-like, shape (n_z, n_y, n_x)
        The image.
    kernel : ndarray, shape (m_z, m_y, m_x)
        Real or complex; of an even number of voxels along an axis, the one after the middle is the centre.
    boundary : {"mirror", "zero", "nearest", "periodic"}
        What is beyond the image.
    """
    data = np.asarray(array, dtype=np.float64)
    padded = np.pad(data, [(size, size) for size in kernel.shape], mode=_PADDING[boundary])  # type: ignore[call-overload]
    found = np.zeros(data.shape, dtype=kernel.dtype)
    for tap in product(*map(range, kernel.shape)):
        first = [size + size // 2 - place for size, place in zip(kernel.shape, tap, strict=True)]
        part = tuple(slice(low, low + size) for low, size in zip(first, data.shape, strict=True))
        found = found + kernel[tap] * padded[part]
    return found


def turned(
    array: FloatArray, n_axes: int = 3
) -> Iterator[tuple[FloatArray, Callable[[FloatArray], FloatArray]]]:
    """Turn an image by every combination of right angles, each position once.

    Parameters
    ----------
    array : ndarray, shape (n_z, n_y, n_x)
        The image.
    n_axes : {2, 3}
        Turned are x and y alone, or all axes.

    Yields
    ------
    tuple of ndarray and callable
        The image in a new position, and what turns it back.
    """
    seen = set()
    marks = np.arange(27).reshape(3, 3, 3)
    for turns in product(range(4), repeat=3) if n_axes == 3 else ((0, 0, turn) for turn in range(4)):
        position = _turn(marks, turns).tobytes()
        if position not in seen:
            seen.add(position)
            yield _turn(array, turns), lambda found, turns=turns: _turn_back(found, turns)  # type: ignore[misc]


_PLANES = ((0, 1), (0, 2), (1, 2))


def _turn(array: npt.NDArray[np.generic], turns: tuple[int, ...]) -> npt.NDArray[np.generic]:
    for turn, plane in zip(turns, _PLANES, strict=True):
        array = np.rot90(array, turn, plane)
    return array


def _turn_back(array: npt.NDArray[np.generic], turns: tuple[int, ...]) -> npt.NDArray[np.generic]:
    for turn, plane in zip(turns[::-1], _PLANES[::-1], strict=True):
        array = np.rot90(array, -turn, plane)
    return array
