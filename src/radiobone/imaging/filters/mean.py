"""Mean of the neighbourhood: smooths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field, field_validator

from radiobone.core.volume import Volume
from radiobone.imaging.boundary import Boundary
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.convolutional import Axes, ConvolutionalFilter, Response
from radiobone.imaging.separable import check_size, responses


class Mean(ConvolutionalFilter):
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
    boundary: Boundary = "mirror"

    @field_validator("support_voxels")
    @classmethod
    def _odd(cls, value: int) -> int:
        if value % 2 == 0:
            raise ValueError("must be odd, so that the cube has a voxel in its middle")
        return value

    def responses(self, axes: Axes) -> Iterator[tuple[str, Response]]:
        """Yield the one response."""
        kernel = (((1 / self.support_voxels,) * self.support_voxels,),) * len(axes)

        def response(volume: Volume, box: Box) -> npt.NDArray[np.float64]:
            check_size(volume.shape, [kernel], axes, name)
            ((_, filtered),) = responses(volume.array, box, [kernel], axes, self.boundary)
            return filtered

        name = f"mean-support-{self.support_voxels}-{self.boundary}"
        yield name, response
