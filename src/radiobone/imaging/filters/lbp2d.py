"""Local binary patterns in slices: which neighbours on a circle are at least as bright as the pixel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from radiobone.core.volume import Volume
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.base import ImageFilter

Method = Literal["default", "ror", "uniform", "var"]
FloatArray = NDArray[np.float64]
DECIMALS = 5  # of the neighbours' positions


class LBP2D(ImageFilter):
    """Local binary patterns, slice by slice, in the image's own type.

    Neighbours between pixels are interpolated linearly; beyond the image they are 0.

    Attributes
    ----------
    radius : float
        Of the circle, in pixels.
    samples : int
        Neighbours on the circle.
    method : {"default", "ror", "uniform", "var"}
        The pattern as a binary number; the least of its rotations; the number of bright neighbours where
        these follow each other, else one more than there are samples; the variance of the neighbours instead of a
        pattern (undefined where they are all equal).
    axis : {0, 1, 2}
        Axis (z, y, x) across the slices where the settings name no plane.

    References
    ----------
    Ojala T, Pietikäinen M, Mäenpää T. IEEE Trans Pattern Anal Mach Intell 2002;24:971–987.
    """

    kind: Literal["LBP2D"] = "LBP2D"
    radius: float = Field(default=1.0, gt=0)
    samples: int = Field(default=8, ge=1, le=30)
    method: Method = "uniform"
    axis: Literal[0, 1, 2] = 0

    def names(self, plane: int | None) -> tuple[str, ...]:
        """Return the one name."""
        return ("lbp-2D",)

    def images(self, volume: Volume, plane: int | None, box: Box) -> Iterator[tuple[str, NDArray[Any]]]:
        """Yield the image of patterns."""
        axis = 0 if volume.is_2d else self.axis if plane is None else plane
        order = [0, 1, 2]
        order[0], order[axis] = order[axis], order[0]
        across, rows, columns = (box.slices[i] for i in order)
        slices = volume.array.transpose(order)[across].astype(np.float64)
        patterns = np.stack([self._patterns(plain, rows, columns) for plain in slices]).transpose(order)
        yield "lbp-2D", patterns if volume.is_2d else _as_stored(patterns, volume.array.dtype)

    def _patterns(self, image: FloatArray, rows: slice, columns: slice) -> FloatArray:
        neighbours = _on_circle(image, rows, columns, self.samples, float(np.float32(self.radius)))
        if self.method == "var":
            return _variance(neighbours)
        bright = neighbours - image[rows, columns, None] >= 0
        if self.method in ("default", "ror"):
            numbers = (bright * 2 ** np.arange(self.samples)).sum(axis=-1)
            return (_least_rotation(numbers, self.samples) if self.method == "ror" else numbers).astype(float)
        changes = (bright[..., 1:] != bright[..., :-1]).sum(axis=-1)
        return np.where(changes <= 2, bright.sum(axis=-1), self.samples + 1).astype(float)


def _as_stored(patterns: FloatArray, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Give patterns the image's type, unless that would turn what is undefined into a number."""
    return patterns.astype(dtype) if dtype.kind == "f" or np.isfinite(patterns).all() else patterns


def _variance(neighbours: FloatArray) -> FloatArray:
    """Variance by running sums, so that rounding is scikit-image's; NaN where it is 0."""
    n_samples = neighbours.shape[-1]
    total, squares = np.zeros(neighbours.shape[:-1]), np.zeros(neighbours.shape[:-1])
    for sample in range(n_samples):
        value = neighbours[..., sample]
        total += value
        squares += value * value
    variance = (squares - total * total / n_samples) / n_samples
    return np.where(variance != 0, variance, np.nan)


def _on_circle(image: FloatArray, rows: slice, columns: slice, samples: int, radius: float) -> FloatArray:
    """Intensities round each pixel, shape (n_rows, n_columns, samples)."""
    angles = 2 * np.pi * np.arange(samples, dtype=float) / samples
    margin = int(np.ceil(radius)) + 1
    padded = np.pad(image, margin)
    row, column = (np.arange(s.start, s.stop, dtype=float) for s in (rows, columns))
    shifts = zip(
        np.round(-radius * np.sin(angles), DECIMALS), np.round(radius * np.cos(angles), DECIMALS), strict=True
    )
    found = [_interpolated(padded, row + down, column + right, margin) for down, right in shifts]
    return np.stack(found, axis=-1)


def _interpolated(padded: FloatArray, row: FloatArray, column: FloatArray, margin: int) -> FloatArray:
    """Intensities between pixels, at every crossing of the rows and columns."""
    above, left = np.floor(row), np.floor(column)
    down, right = (row - above)[:, None], (column - left)[None]
    upper, lower = ((edge + margin).astype(np.intp) for edge in (above, np.ceil(row)))
    first, second = ((edge + margin).astype(np.intp) for edge in (left, np.ceil(column)))
    top = (1 - right) * padded[np.ix_(upper, first)] + right * padded[np.ix_(upper, second)]
    bottom = (1 - right) * padded[np.ix_(lower, first)] + right * padded[np.ix_(lower, second)]
    return np.asarray((1 - down) * top + down * bottom)


def _least_rotation(numbers: NDArray[np.int64], samples: int) -> NDArray[np.int64]:
    least = numbers
    for _ in range(samples - 1):
        numbers = (numbers >> 1) | ((numbers & 1) << (samples - 1))
        least = np.minimum(least, numbers)
    return least
