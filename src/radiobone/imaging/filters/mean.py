"""Mean of the neighbourhood: smooths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field, field_validator

from radiobone.core.volume import Triple, Volume
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.convolutional import Axes, Response, WithBoundary, axes_of
from radiobone.imaging.separable import SeparableKernel, reach_of, responses


class Mean(WithBoundary):
    """Mean over a cube of voxels round each (IBSI 2).

    Attributes
    ----------
    support_voxels : int
        Edge of the cube, an odd number.
    boundary : {"mirror", "zero", "nearest", "periodic"}
        What is beyond the border of the image.

    References
    ----------
    IBSI 2 reference manual (arXiv 2006.05470), mean filter.
    """

    kind: Literal["Mean"] = "Mean"
    support_voxels: int = Field(ge=3)

    @field_validator("support_voxels")
    @classmethod
    def _odd(cls, value: int) -> int:
        if value % 2 == 0:
            raise ValueError("must be odd, so that the cube has a voxel in its middle")
        return value

    def responses(self, axes: Axes) -> Iterator[tuple[str, Response]]:
        """Yield the one response."""

        def response(volume: Volume, box: Box) -> npt.NDArray[np.float64]:
            ((_, filtered),) = responses(volume.array, box, [self._kernel(axes)], axes, self.boundary)
            return filtered

        yield f"mean-support-{self.support_voxels}-{self.boundary}", response

    def reach(self, spacing_mm: Triple, plane: int | None) -> tuple[int, int, int]:
        """How far the kernel goes from its middle."""
        axes = axes_of(plane)
        return reach_of([self._kernel(axes)], axes)

    def _kernel(self, axes: Axes) -> SeparableKernel:
        return (((1 / self.support_voxels,) * self.support_voxels,),) * len(axes)
