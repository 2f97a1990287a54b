"""Images reduced to a few pixels, so that copies of one image can be told from images that are merely alike."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

PICTURE_SIDE = 64
COMPARED_SIDE = 32
VOLUME_SIDE = 16
FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Turn:
    """One way of turning or mirroring an image by whole quarters.

    Attributes
    ----------
    name : str
        In words; the first of all turns leaves the image as it is.
    axes : tuple of int
        Order of the axes.
    flips : tuple of int
        Axes that are then reversed.
    """

    name: str
    axes: tuple[int, ...]
    flips: tuple[int, ...]

    def of(self, images: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Turn images, shape (n, side, side) or (n, side, side, side)."""
        moved = images.transpose(0, *(axis + 1 for axis in self.axes))
        return np.flip(moved, tuple(axis + 1 for axis in self.flips)) if self.flips else moved


PICTURE_TURNS = (
    Turn("as it is", (0, 1), ()),
    Turn("mirrored left to right", (0, 1), (1,)),
    Turn("mirrored top to bottom", (0, 1), (0,)),
    Turn("rotated by 180°", (0, 1), (0, 1)),
    Turn("rotated by 90°", (1, 0), (0,)),
    Turn("rotated by 270°", (1, 0), (1,)),
    Turn("transposed", (1, 0), ()),
    Turn("transposed across", (1, 0), (0, 1)),
)


def _volume_turns() -> Iterator[Turn]:
    """All flips of a volume, and these with y and x exchanged (quarters in the axial plane)."""
    for axes in ((0, 1, 2), (0, 2, 1)):
        for chosen in product((False, True), repeat=3):
            flips = tuple(axis for axis, reverse in enumerate(chosen) if reverse)
            words = [f"reversed along {'zyx'[axis]}" for axis in flips]
            exchanged = ["y and x exchanged"] if axes != (0, 1, 2) else []
            yield Turn(", ".join(exchanged + words) or "as it is", axes, flips)


VOLUME_TURNS = tuple(_volume_turns())


def turns_of(images: npt.NDArray[Any]) -> tuple[Turn, ...]:
    """Return the turns of reduced pictures, or of reduced volumes."""
    return PICTURE_TURNS if images.ndim == 3 else VOLUME_TURNS


def reduced(array: npt.NDArray[Any], side: int | None = None) -> FloatArray:
    """Average an image over the cells of a square or cubic grid, whatever its shape.

    The image is cut into ``side`` equal parts along each axis; a pixel that lies in two parts counts for each by its
    share. The aspect ratio is given up, so that a quarter turn of an oblong image stays a quarter turn.

    Parameters
    ----------
    array : ndarray, shape (n_y, n_x), (1, n_y, n_x) or (n_z, n_y, n_x)
        Values that are not finite count as the smallest that is.
    side : int, optional
        `PICTURE_SIDE` of a picture and `VOLUME_SIDE` of a volume.

    Returns
    -------
    ndarray of float32, shape (side, side) or (side, side, side)
    """
    values = np.asarray(array)
    values = values[0] if values.ndim == 3 and len(values) == 1 else values
    side = side or (PICTURE_SIDE if values.ndim == 2 else VOLUME_SIDE)
    means = _finite(values)
    for axis in range(means.ndim):
        means = _averaged(means, axis, side)
    return means.astype(np.float32)


def _finite(values: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    means = values.astype(np.float64)
    bad = ~np.isfinite(means)
    if bad.any():
        means[bad] = means[~bad].min() if not bad.all() else 0.0
    return means


def _averaged(values: npt.NDArray[np.float64], axis: int, side: int) -> npt.NDArray[np.float64]:
    """Mean over ``side`` equal parts of an axis, as differences of the running integral at their edges."""
    lines = np.moveaxis(values, axis, -1)
    length = lines.shape[-1]
    integral = np.concatenate([np.zeros((*lines.shape[:-1], 1)), np.cumsum(lines, axis=-1)], axis=-1)
    edges = np.linspace(0, length, side + 1)
    below = np.minimum(edges.astype(int), length - 1)
    share = edges - below
    at_edges = integral[..., below] * (1 - share) + integral[..., below + 1] * share
    return np.moveaxis(np.diff(at_edges, axis=-1) * (side / length), -1, axis)


def halved(images: FloatArray, side: int = COMPARED_SIDE) -> FloatArray:
    """Average reduced pictures to fewer pixels, shape (n, side, side); volumes stay as they are."""
    if images.ndim != 3 or images.shape[1] == side:
        return images
    step = images.shape[1] // side
    cells = images.reshape(len(images), side, step, side, step)
    return np.asarray(cells.mean(axis=(2, 4)), dtype=np.float32)


def standardised(images: npt.NDArray[Any]) -> FloatArray:
    """Return rows of mean 0 and length 1, whose products are correlations; zeros of an even image.

    Parameters
    ----------
    images : ndarray, shape (n, …)

    Returns
    -------
    ndarray of float32, shape (n, n_values)
    """
    rows = np.ascontiguousarray(images).reshape(len(images), -1).astype(np.float64)
    rows -= rows.mean(axis=1, keepdims=True)
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    even = length <= 1e-6 * np.maximum(
        np.abs(images.reshape(len(images), -1)).max(axis=1, keepdims=True), 1e-30
    )
    return np.where(even, 0.0, rows / np.where(even, 1.0, length)).astype(np.float32)


def pixel_digest(array: npt.NDArray[Any]) -> str:
    """SHA-256 of the shape and the values of an image, whatever type they are stored in.

    Two files of different formats with the same pixels have one digest.

    Parameters
    ----------
    array : ndarray
        Any shape and number type.
    """
    values = np.asarray(array)
    whole = values.dtype.kind in "iub" or bool(
        np.isfinite(values).all() and (values == np.rint(values)).all()
    )
    digest = hashlib.sha256(repr(values.shape).encode())
    digest.update(np.ascontiguousarray(values, dtype="<i8" if whole else "<f8").tobytes())
    return digest.hexdigest()
