"""Undecimated separable wavelets with the IBSI's boundaries and rotation invariance."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import product
from typing import Literal

import numpy as np
import numpy.typing as npt
import pywt
from pydantic import Field, field_validator

from radiobone.core.volume import Triple, Volume
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.convolutional import (
    Axes,
    Response,
    WithBoundary,
    axes_of,
    check_letters,
)
from radiobone.imaging.pooling import Pooling
from radiobone.imaging.rotations import respond
from radiobone.imaging.separable import Chain, convolution, reach_of
from radiobone.imaging.stationary_wavelet import DiscreteWavelet


class SeparableWavelet(WithBoundary):
    """Undecimated separable wavelets of IBSI 2; ``Wavelet`` is that of pyradiomics.

    Attributes
    ----------
    wavelet : str
        PyWavelets' name of a discrete wavelet, such as haar, db2 or coif1.
    level : int
        The decomposition level; the levels before it are low passes along every axis.
    bands : tuple of str
        Low (L) or high pass (H) along x, y, z, such as ``LHL``; two letters in 2D. One image each. None named means
        all, or with rotation invariance those that differ.
    rotation_invariance : {"max", "average", "min"} or None
        How the responses of all right-angle rotations are put together; None filters as the band stands.
    boundary : {"mirror", "zero", "nearest", "periodic"}
        What is beyond the border of the image, and of each level's low pass.

    References
    ----------
    IBSI 2 reference manual (arXiv 2006.05470), separable wavelets.
    """

    kind: Literal["SeparableWavelet"] = "SeparableWavelet"
    wavelet: DiscreteWavelet = "coif1"
    level: int = Field(default=1, ge=1, le=8)
    bands: tuple[str, ...] = ()
    rotation_invariance: Pooling | None = None

    @field_validator("bands")
    @classmethod
    def _of_letters(cls, bands: tuple[str, ...]) -> tuple[str, ...]:
        for band in bands:
            if len(band) not in (2, 3) or set(band) - set("LH"):
                raise ValueError(f"{band!r} is not a band: write L or H for each axis (x, y, z), such as LHL")
        return bands

    def responses(self, axes: Axes) -> Iterator[tuple[str, Response]]:
        """Yield one response for each band."""
        turned = f"-{self.rotation_invariance}" if self.rotation_invariance else ""
        for band in self.bands or self._all_bands(len(axes)):
            check_letters(f"The wavelet band {band}", len(band), axes)
            name = f"separablewavelet-{self.wavelet}-{band}-level-{self.level}{turned}-{self.boundary}"
            yield name, partial(self._response, band, axes)

    def reach(self, spacing_mm: Triple, plane: int | None) -> tuple[int, int, int]:
        """How far the filters of all levels go from the voxel."""
        axes = axes_of(plane)
        return reach_of([(self._chain("L"),) * len(axes)], axes)

    def _all_bands(self, n_axes: int) -> list[str]:
        bands = ["".join(letters) for letters in product("LH", repeat=n_axes)]
        if self.rotation_invariance is None:
            return bands
        return [band for band in bands if "".join(sorted(band, reverse=True)) == band]

    def _response(self, band: str, axes: Axes, volume: Volume, box: Box) -> npt.NDArray[np.float64]:
        kernel = tuple(self._chain(letter) for letter in band[::-1])
        return respond(volume.array, box, kernel, axes, self.boundary, self.rotation_invariance)

    def _chain(self, letter: str) -> Chain:
        """Return the filters along one axis, level after level, with ever more room between the taps."""
        found = pywt.Wavelet(self.wavelet)
        last = found.dec_lo if letter == "L" else found.dec_hi
        taps = [found.dec_lo] * (self.level - 1) + [last]
        return tuple(convolution(one, step=2**depth) for depth, one in enumerate(taps))
