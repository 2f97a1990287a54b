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
from radiobone.core.volume import Volume
from radiobone.imaging.boundary import Boundary, check_reach, extended
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.convolutional import Axes, ConvolutionalFilter, Response, axes_of, number
from radiobone.imaging.pooling import Pool, Pooling

ComplexArray = npt.NDArray[np.complex128]
FloatArray = npt.NDArray[np.float64]
HALF_TURN_DEG = 180.0
TRUNCATE = 4.0


class Gabor(ConvolutionalFilter):
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
    boundary: Boundary = "mirror"

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
                pool.add(self._in_slices(volume, box, across, name))
            return pool.result()

        yield name, response

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

    def _in_slices(self, volume: Volume, box: Box, across: int, name: str) -> FloatArray:
        """Response in the slices along one axis."""
        spacing = [volume.spacing_mm[axis] for axis in axes_of(across)]
        kernels = [(self._kernel(turn, spacing, name), times) for turn, times in self._directions().items()]
        reach = [size // 2 for size in kernels[0][0].shape]
        reach.insert(across, 0)
        check_reach(reach, volume.shape, name)
        slices = np.moveaxis(extended(volume.array, box, reach, self.boundary), across, 0)
        found = np.stack([self._pooled(one, kernels) for one in slices])
        return np.moveaxis(found, 0, across)

    def _kernel(self, theta: float, spacing_mm: list[float], name: str) -> ComplexArray:
        """Sample the kernel at the voxels of a plane, shape (rows, columns)."""
        if self.wavelength_mm < 2 * max(spacing_mm):
            raise BadSetting(
                f"Voxels of {max(spacing_mm):g} mm cannot show waves of {self.wavelength_mm:g} mm ({name}): at least "
                "two voxels belong to a wave. Choose a longer wave, or resample to smaller cubic voxels."
            )
        length_mm = self.truncate * self.sigma_mm * max(1.0, 1 / self.gamma)
        reach = [math.floor(length_mm / edge + 0.5) for edge in spacing_mm]
        rows, columns = (
            edge * np.arange(-margin, margin + 1.0) for edge, margin in zip(spacing_mm, reach, strict=True)
        )
        along = columns * math.cos(theta) + rows[:, None] * math.sin(theta)
        beside = rows[:, None] * math.cos(theta) - columns * math.sin(theta)
        width = (along**2 + (self.gamma * beside) ** 2) / (2 * self.sigma_mm**2)
        kernel: ComplexArray = np.exp(2j * np.pi * along / self.wavelength_mm - width)
        return kernel

    def _pooled(self, plane: FloatArray, kernels: list[tuple[ComplexArray, int]]) -> FloatArray:
        """Response of all directions in one slice, which has the kernel's reach as margin."""
        from scipy.fft import fft2, ifft2, next_fast_len  # slow to import, and few ask for this filter

        shape = [next_fast_len(size) for size in plane.shape]
        inner = tuple(
            slice(size - 1, whole) for size, whole in zip(kernels[0][0].shape, plane.shape, strict=True)
        )
        spectrum = fft2(plane, shape)
        pool = Pool(self.rotation_invariance or "average")
        for kernel, times in kernels:
            pool.add(np.abs(ifft2(spectrum * fft2(kernel, shape))[inner]), times)
        return pool.result()
