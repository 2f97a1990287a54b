"""Undecimated (stationary) wavelet decomposition."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from radiobone.core.volume import Volume
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.base import ImageFilter
from radiobone.imaging.stationary_wavelet import DiscreteWavelet, split


class Wavelet(ImageFilter):
    """Every combination of low and high pass along the axes.

    Attributes
    ----------
    wavelet : str
        PyWavelets' name of a discrete wavelet.
    level : int
        Number of decompositions, each on the low pass of the one before.
    start_level : int
        Decompositions done before the first that is kept.
    """

    kind: Literal["Wavelet"] = "Wavelet"
    wavelet: DiscreteWavelet = "coif1"
    level: int = Field(default=1, ge=1, le=8)
    start_level: int = Field(default=0, ge=0, le=8)

    def names(self, plane: int | None) -> tuple[str, ...]:
        """Return the names of the sub-bands."""
        low, *bands = ("".join(letters) for letters in product("LH", repeat=3 if plane is None else 2))
        prefixes = [self._prefix(number) for number in range(1, self.level + 1)]
        return (*(f"{prefix}-{band}" for prefix in prefixes for band in bands), f"{prefixes[-1]}-{low}")

    @staticmethod
    def _prefix(number: int) -> str:
        return "wavelet" if number == 1 else f"wavelet{number}"

    def images(self, volume: Volume, plane: int | None, box: Box) -> Iterator[tuple[str, NDArray[Any]]]:
        """Yield the sub-bands, named by their passes along x, y, z; the low pass of all axes comes last."""
        axes = [axis for axis in (2, 1, 0) if axis != plane]
        data = _even(volume.array)
        for _ in range(self.start_level):
            data = _low_pass(data, self.wavelet, axes)
        for number in range(1, self.level + 1):
            bands = _bands(data, self.wavelet, axes, box)
            prefix = self._prefix(number)
            lowest = bands.pop("L" * len(axes))
            for name, band in bands.items():
                yield f"{prefix}-{name}", band
            if number < self.level:
                data = _low_pass(data, self.wavelet, axes)
        yield f"{prefix}-{'L' * len(axes)}", lowest


def _even(array: NDArray[Any]) -> NDArray[Any]:
    """Add one wrapped voxel along odd axes, since the transform needs even lengths; single precision stays."""
    precision = np.float32 if array.dtype == np.float32 else np.float64
    return np.pad(array.astype(precision), [(0, size % 2) for size in array.shape], "wrap")


def _low_pass(data: NDArray[Any], wavelet: str, axes: list[int]) -> NDArray[Any]:
    for axis in axes:
        data = split(data, wavelet, axis)[0]
    return data


def _bands(data: NDArray[Any], wavelet: str, axes: list[int], box: Box) -> dict[str, NDArray[Any]]:
    """All bands, cut to the box; the passes along one axis after the other."""
    across = tuple(slice(None) if axis in axes else box.slices[axis] for axis in range(3))
    bands = {"": np.ascontiguousarray(data[across])}
    for axis in axes:
        halves = {name: split(band, wavelet, axis, box.slices[axis]) for name, band in bands.items()}
        bands = {
            name + letter: half
            for name, both in halves.items()
            for letter, half in zip("LH", both, strict=True)
        }
    return bands
