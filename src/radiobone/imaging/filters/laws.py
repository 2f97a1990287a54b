"""Laws' kernels: levels, edges, spots, waves and ripples."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field, field_validator, model_validator

from radiobone.core.volume import Triple, Volume
from radiobone.imaging.boundary import surroundings
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.convolutional import (
    Axes,
    Response,
    WithBoundary,
    axes_of,
    check_letters,
)
from radiobone.imaging.pooling import Pooling
from radiobone.imaging.rotations import parity, respond
from radiobone.imaging.separable import SeparableKernel, Weights, convolution, reach_of, responses

_WHOLE: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "L3": (1, 2, 1),
        "E3": (-1, 0, 1),
        "S3": (-1, 2, -1),
        "L5": (1, 4, 6, 4, 1),
        "E5": (-1, -2, 0, 2, 1),
        "S5": (-1, 0, 2, 0, -1),
        "W5": (-1, 2, 0, -2, 1),
        "R5": (1, -4, 6, -4, 1),
    }
)
LAWS: Mapping[str, Weights] = MappingProxyType(
    {name: convolution([tap / math.hypot(*taps) for tap in taps]) for name, taps in _WHOLE.items()}
)


class Laws(WithBoundary):
    """Laws' kernels, one along each axis, and their texture energy (IBSI 2).

    Attributes
    ----------
    kernels : tuple of str
        Such as ``L5S5E5``: the kernels along x, y, z; two of them in 2D. One image each. There are L3, E3, S3, L5, E5,
        S5, W5, R5 (level, edge, spot, wave, ripple), each of length one.
    rotation_invariance : {"max", "average", "min"} or None
        How the responses of all right-angle rotations are put together; None filters as the kernels stand.
    energy_distance : int or None
        Chebyshev distance in voxels over which absolute responses are averaged; None gives the response itself.
    boundary : {"mirror", "zero", "nearest", "periodic"}
        What is beyond the border of the image, and of the response whose energy is taken.

    References
    ----------
    IBSI 2 reference manual (arXiv 2006.05470), Laws kernels.
    """

    kind: Literal["Laws"] = "Laws"
    kernels: tuple[str, ...] = Field(min_length=1)
    rotation_invariance: Pooling | None = None
    energy_distance: int | None = Field(default=None, ge=1)

    @field_validator("kernels")
    @classmethod
    def _known(cls, kernels: tuple[str, ...]) -> tuple[str, ...]:
        for name in kernels:
            unknown = [part for part in _parts(name) if part not in LAWS]
            if unknown or not name:
                raise ValueError(
                    f"{name!r} is not made of Laws' kernels. Write one for each axis (x, y, z), such as L5S5E5; "
                    f"there are {', '.join(LAWS)}"
                )
        return kernels

    @model_validator(mode="after")
    def _not_nothing(self) -> Laws:
        for name in self.kernels if self.rotation_invariance == "average" else ():
            if any(parity(LAWS[part]) < 0 for part in _parts(name)):
                raise ValueError(
                    f"the average of {name} over all rotations is zero everywhere, since E3, E5 and W5 change sign "
                    "when they are turned round. Use rotation_invariance: max"
                )
        return self

    def responses(self, axes: Axes) -> Iterator[tuple[str, Response]]:
        """Yield one response for each kernel."""
        turned = f"-{self.rotation_invariance}" if self.rotation_invariance else ""
        energy = f"-energy-{self.energy_distance}" if self.energy_distance else ""
        for kernel in self.kernels:
            check_letters(f"The Laws kernel {kernel}", len(_parts(kernel)), axes)
            name = f"laws-{kernel}{turned}{energy}-{self.boundary}"
            yield name, partial(self._response, _kernel(kernel), axes)

    def reach(self, spacing_mm: Triple, plane: int | None) -> tuple[int, int, int]:
        """How far the kernels, and the energy, go from the voxel."""
        axes = axes_of(plane)
        kernels = reach_of(
            [_kernel(kernel) for kernel in self.kernels], axes, turned=self.rotation_invariance is not None
        )
        z, y, x = (
            margin + (self.energy_distance or 0) * (axis in axes) for axis, margin in enumerate(kernels)
        )
        return z, y, x

    def _response(
        self, kernel: SeparableKernel, axes: Axes, volume: Volume, box: Box
    ) -> npt.NDArray[np.float64]:
        if self.energy_distance is None:
            return respond(volume.array, box, kernel, axes, self.boundary, self.rotation_invariance)
        width = 2 * self.energy_distance + 1
        mean = (((1 / width,) * width,),) * len(axes)
        near = surroundings(box, reach_of([mean], axes), volume.shape, self.boundary)
        found = respond(volume.array, near, kernel, axes, self.boundary, self.rotation_invariance)
        ((_, energy),) = responses(np.abs(found), box.within(near), [mean], axes, self.boundary)
        return energy


def _kernel(kernel: str) -> SeparableKernel:
    """Return a kernel such as L5S5E5 with its axes in the order z, y, x."""
    return tuple((LAWS[part],) for part in _parts(kernel)[::-1])


def _parts(kernel: str) -> list[str]:
    return re.findall(r"..?", kernel)
