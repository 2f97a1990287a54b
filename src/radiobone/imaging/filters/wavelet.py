"""Undecimated (stationary) wavelet decomposition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pywt
from pydantic import Field, field_validator

from radiobone.core.volume import Volume
from radiobone.imaging.filters.base import ImageFilter


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
    wavelet: str = "coif1"
    level: int = Field(default=1, ge=1, le=8)
    start_level: int = Field(default=0, ge=0, le=8)

    @field_validator("wavelet")
    @classmethod
    def _known(cls, name: str) -> str:
        if name not in pywt.wavelist(kind="discrete"):
            raise ValueError("not a discrete wavelet of PyWavelets, such as coif1, haar or db2")
        return name

    def images(self, volume: Volume, plane: int | None) -> Iterator[tuple[str, Volume]]:
        """Yield the sub-bands, named by their passes along x, y, z; the low pass of all axes comes last."""
        axes = tuple(axis for axis in (2, 1, 0) if axis != plane)
        low = "a" * len(axes)
        data = _even(volume.array)
        for _ in range(self.start_level):
            data = pywt.swtn(data, self.wavelet, level=1, axes=axes)[0][low]
        for number in range(1, self.level + 1):
            bands = pywt.swtn(data, self.wavelet, level=1, axes=axes)[0]
            data = bands.pop(low)
            prefix = "wavelet" if number == 1 else f"wavelet{number}"
            for name, band in bands.items():
                yield f"{prefix}-{_letters(name)}", volume.with_array(_trimmed(band, volume))
        prefix = "wavelet" if self.level == 1 else f"wavelet{self.level}"
        yield f"{prefix}-{_letters(low)}", volume.with_array(_trimmed(data, volume))


def _even(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Add one wrapped voxel along odd axes, since the transform needs even lengths."""
    return np.pad(array, [(0, size % 2) for size in array.shape], "wrap")


def _trimmed(band: npt.NDArray[Any], volume: Volume) -> npt.NDArray[Any]:
    n_z, n_y, n_x = volume.shape
    return band[:n_z, :n_y, :n_x]


def _letters(name: str) -> str:
    return name.replace("a", "L").replace("d", "H")
