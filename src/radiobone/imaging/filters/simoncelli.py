"""Simoncelli's wavelet: structures of one size, in whatever direction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from radiobone.core.volume import Volume
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.convolutional import Axes, ConvolutionalFilter, Response

FloatArray = npt.NDArray[np.float64]


class Simoncelli(ConvolutionalFilter):
    """Band-pass map of the non-separable Simoncelli wavelet (IBSI 2); the image counts as periodic.

    All of the image matters, so all of it is brought to the features' grid: slow for large images.

    Attributes
    ----------
    level : tuple of int
        Levels of the decomposition; each halves the frequencies of the one before. One image each.

    References
    ----------
    IBSI 2 reference manual (arXiv 2006.05470), non-separable wavelets.
    """

    kind: Literal["Simoncelli"] = "Simoncelli"
    level: tuple[Annotated[int, Field(ge=1, le=8)], ...] = Field(default=(1,), min_length=1)

    @property
    def sees_all(self) -> bool:
        """Whether the whole image decides the value of a voxel: it does."""
        return True

    def responses(self, axes: Axes) -> Iterator[tuple[str, Response]]:
        """Yield one response for each level."""
        for level in self.level:
            yield f"simoncelli-level-{level}", partial(_response, level, axes)


def _response(level: int, axes: Axes, volume: Volume, box: Box) -> FloatArray:
    part = tuple(slice(None) if axis in axes else box.slices[axis] for axis in range(3))
    data: npt.NDArray[Any] = volume.array[part].astype(np.float64)
    shape = [data.shape[axis] for axis in axes]
    spectrum = np.fft.rfftn(data, axes=axes)
    transfer = np.expand_dims(_transfer(shape, level), tuple({0, 1, 2} - set(axes)))
    found: FloatArray = np.fft.irfftn(spectrum * transfer, s=shape, axes=axes)
    inner = tuple(box.slices[axis] if axis in axes else slice(None) for axis in range(3))
    return found[inner]


def _transfer(shape: Sequence[int], level: int) -> FloatArray:
    """Transfer function at the frequencies of a real transform.

    Frequencies run from -1 to 1 over the samples of each axis, both ends included, as the IBSI's reference maps have
    it; with an even number none is zero, and the real response is that to the mean of both signs of the frequency.
    """
    highest = 2.0 ** (1 - level)
    passed = [_band(np.sqrt(_squared_radius(shape, sign)), highest) for sign in (1, -1)]
    return (passed[0] + passed[1]) / 2


def _squared_radius(shape: Sequence[int], sign: int) -> FloatArray:
    """Squared distance from frequency zero, at the frequencies of a real transform or at their negatives."""
    squares = np.zeros((1,) * len(shape))
    for axis, size in enumerate(shape):
        n_kept = size if axis < len(shape) - 1 else size // 2 + 1
        along = np.fft.ifftshift(np.linspace(-1, 1, size) if size > 1 else np.zeros(1))
        squares = squares + np.expand_dims(
            along[sign * np.arange(n_kept) % size] ** 2,
            tuple(other for other in range(len(shape)) if other != axis),
        )
    return squares


def _band(radius: FloatArray, highest: float) -> FloatArray:
    """Pass the frequencies from a quarter of the highest to the highest."""
    inside = (radius >= highest / 4) & (radius <= highest)
    found = np.zeros_like(radius)
    found[inside] = np.cos(np.pi / 2 * np.log2(2 * radius[inside] / highest))
    return found
