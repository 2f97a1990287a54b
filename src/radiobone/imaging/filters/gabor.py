"""Gabor filters: stripes of one width and direction."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from radiobone.core.errors import BadSetting
from radiobone.core.volume import Triple, Volume
from radiobone.imaging.boundary import extended
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.convolutional import Axes, Response, WithBoundary, axes_of, number
from radiobone.imaging.pooling import Pool, Pooling

ComplexArray = npt.NDArray[np.complex128]
FloatArray = npt.NDArray[np.float64]
HALF_TURN_DEG = 180.0
TRUNCATE = 4.0


class Gabor(WithBoundary):
    """Magnitude of the response to a Gabor kernel, a wave under a Gaussian, in planes (IBSI 2).

    Attributes
    ----------
    sigma_mm : float
        Width of the Gaussian along the wave.
    wavelength_mm : float
        Length of the wave (lambda).
    gamma : float
        Width along the wave through width along its crests.
    theta_deg : float
        Direction of the wave, from x towards y; with rotation invariance, of the first.
    theta_step_deg : float or None
        With rotation invariance, the angle from one direction to the next, through a whole turn.
    rotation_invariance : {"max", "average", "min"} or None
        How the responses of all directions, and in 3D of the three planes through each voxel, are put together. None
        takes one direction in the slices along z (or along the settings' plane).
    truncate : float
        Where the kernel ends, in sigmas along its longer axis.
    boundary : {"mirror", "zero", "nearest", "periodic"}
        What is beyond the border of the image.

    References
    ----------
    IBSI 2 reference manual (arXiv 2006.05470), Gabor filter.
    """

    kind: Literal["Gabor"] = "Gabor"
    sigma_mm: float = Field(gt=0)
    wavelength_mm: float = Field(gt=0)
    gamma: float = Field(default=1.0, gt=0)
    theta_deg: float = 0.0
    theta_step_deg: float | None = Field(default=None, gt=0, le=HALF_TURN_DEG)
    rotation_invariance: Pooling | None = None
    truncate: float = Field(default=TRUNCATE, ge=1, le=10)

    @model_validator(mode="after")
    def _steps_are_pooled(self) -> Gabor:
        if (self.theta_step_deg is None) != (self.rotation_invariance is None):
            raise ValueError(
                "theta_step_deg and rotation_invariance go together: the first gives the directions, the second how "
                "their responses are put together. Give both, or neither for one direction"
            )
        if self.theta_step_deg is not None and not (2 * HALF_TURN_DEG / self.theta_step_deg).is_integer():
            raise ValueError(
                f"theta_step_deg = {self.theta_step_deg:g} does not divide a whole turn of 360 degrees"
            )
        return self

    def responses(self, axes: Axes) -> Iterator[tuple[str, Response]]:
        """Yield the one response."""
        step = "" if self.theta_step_deg is None else f"-step-{number(self.theta_step_deg)}"
        turned = "" if self.rotation_invariance is None else f"-{self.rotation_invariance}"
        cut = "" if self.truncate == TRUNCATE else f"-truncate-{number(self.truncate)}"
        name = (
            f"gabor-sigma-{number(self.sigma_mm)}-lambda-{number(self.wavelength_mm)}-gamma-{number(self.gamma)}"
            f"-theta-{number(self.theta_deg)}{step}{turned}{cut}-{self.boundary}"
        )

        def response(volume: Volume, box: Box) -> FloatArray:
            pool = Pool(self.rotation_invariance or "average")
            for across in self._across(axes):
                pool.add(self._in_slices(volume, box, across))
            return pool.result()

        yield name, response

    def reach(self, spacing_mm: Triple, plane: int | None) -> tuple[int, int, int]:
        """How far the kernels go from their middle, over all planes."""
        planes = [self._reach_in(spacing_mm, across) for across in self._across(axes_of(plane))]
        z, y, x = (max(margins) for margins in zip(*planes, strict=True))
        return z, y, x

    def _reach_in(self, spacing_mm: Triple, across: int) -> tuple[int, int, int]:
        """How far a kernel in the slices across an axis goes from its middle."""
        length_mm = self.truncate * self.sigma_mm * max(1.0, 1 / self.gamma)
        z, y, x = (
            0 if axis == across else math.floor(length_mm / edge_mm + 0.5)
            for axis, edge_mm in enumerate(spacing_mm)
        )
        return z, y, x

    def _across(self, axes: Axes) -> tuple[int, ...]:
        """Axes whose slices are filtered."""
        if len(axes) == 2:
            return tuple({0, 1, 2} - set(axes))
        return (0,) if self.rotation_invariance is None else (0, 1, 2)

    def _directions(self) -> Counter[float]:
        """Angles, in radians, with how often each comes; opposite ones have the same magnitude."""
        if self.theta_step_deg is None:
            return Counter({math.radians(self.theta_deg): 1})
        n = round(2 * HALF_TURN_DEG / self.theta_step_deg)
        turns = (self.theta_deg + place * self.theta_step_deg for place in range(n))
        return Counter(math.radians(round(turn % HALF_TURN_DEG, 9)) for turn in turns)

    def _in_slices(self, volume: Volume, box: Box, across: int) -> FloatArray:
        """Response in the slices along one axis."""
        from scipy.fft import fft2, next_fast_len  # slow to import, and few ask for this filter

        reach = self._reach_in(volume.spacing_mm, across)
        rows_mm, columns_mm = (
            volume.spacing_mm[axis] * np.arange(-reach[axis], reach[axis] + 1.0) for axis in axes_of(across)
        )
        self._check_voxels(max(volume.spacing_mm[axis] for axis in axes_of(across)))
        slices = np.moveaxis(extended(volume.array, box, reach, self.boundary), across, 0)
        inner = tuple(
            slice(reach[axis], size - reach[axis])
            for axis, size in zip(axes_of(across), slices.shape[1:], strict=True)
        )
        shape = [next_fast_len(size) for size in slices.shape[1:]]
        transfers = [
            (_transfer(self._kernel(theta, rows_mm[:, None], columns_mm), shape), times)
            for theta, times in self._directions().items()
        ]
        found = np.stack([self._pooled(fft2(one, shape), transfers, inner) for one in slices])
        return np.moveaxis(found, 0, across)

    def _check_voxels(self, largest_mm: float) -> None:
        if self.wavelength_mm < 2 * largest_mm:
            raise BadSetting(
                f"Voxels of {largest_mm:g} mm cannot show waves of {self.wavelength_mm:g} mm, as Gabor asks for: two "
                "voxels at least belong to a wave. Choose a longer wavelength_mm, or resample to smaller cubic voxels."
            )

    def _kernel(self, theta: float, rows_mm: FloatArray, columns_mm: FloatArray) -> ComplexArray:
        """Sample the kernel at the voxels of a plane, shape (rows, columns)."""
        along = columns_mm * math.cos(theta) + rows_mm * math.sin(theta)
        beside = rows_mm * math.cos(theta) - columns_mm * math.sin(theta)
        width = (along**2 + (self.gamma * beside) ** 2) / (2 * self.sigma_mm**2)
        kernel: ComplexArray = np.exp(2j * np.pi * along / self.wavelength_mm - width)
        return kernel

    def _pooled(
        self, spectrum: ComplexArray, transfers: list[tuple[FloatArray, int]], inner: tuple[slice, ...]
    ) -> FloatArray:
        """Response of all directions in one slice."""
        from scipy.fft import ifft

        pool = Pool(self.rotation_invariance or "average")
        for transfer, times in transfers:
            rows = ifft(spectrum * transfer, axis=0, overwrite_x=True)[inner[0]]
            response = ifft(rows, axis=1, overwrite_x=True)[:, inner[1]]
            pool.add(np.sqrt(response.real**2 + response.imag**2), times)
        return pool.result()


def _transfer(kernel: ComplexArray, shape: list[int]) -> FloatArray:
    """Transform a kernel about its middle; it is real, since opposite weights are conjugate."""
    from scipy.fft import fft2

    padded = np.zeros(shape, dtype=np.complex128)
    padded[: kernel.shape[0], : kernel.shape[1]] = kernel
    middle = [-(size // 2) for size in kernel.shape]
    transfer: FloatArray = fft2(np.roll(padded, middle, axis=(0, 1))).real
    return transfer
