"""Laplacian of Gaussian as the IBSI defines it: a sampled kernel, not normalised across scales."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from radiobone.core.errors import BadSetting
from radiobone.core.volume import Volume
from radiobone.imaging.boundary import Boundary
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.convolutional import Axes, ConvolutionalFilter, Response, number
from radiobone.imaging.separable import SeparableKernel, Weights, check_size, responses

TRUNCATE = 4.0


class LaplacianOfGaussian(ConvolutionalFilter):
    """Laplacian of Gaussian of IBSI 2; ``LoG`` is that of pyradiomics.

    The response is per squared voxel; where voxels are not cubes, per squared edge of a cube of the same volume.

    Attributes
    ----------
    sigma_mm : tuple of float
        Widths of the Gaussian; one image each.
    truncate : float
        Where the kernel ends, in sigmas.
    boundary : {"mirror", "zero", "nearest", "periodic"}
        What is beyond the border of the image.

    References
    ----------
    IBSI 2 reference manual (arXiv 2006.05470), Laplacian-of-Gaussian filter.
    """

    kind: Literal["LaplacianOfGaussian"] = "LaplacianOfGaussian"
    sigma_mm: tuple[Annotated[int | float, Field(gt=0)], ...] = Field(min_length=1)
    truncate: float = Field(default=TRUNCATE, ge=1, le=10)
    boundary: Boundary = "mirror"

    def responses(self, axes: Axes) -> Iterator[tuple[str, Response]]:
        """Yield one response for each sigma."""
        cut = "" if self.truncate == TRUNCATE else f"-truncate-{number(self.truncate)}"
        for sigma_mm in self.sigma_mm:
            name = f"laplacian-sigma-{number(sigma_mm)}-mm{cut}-{self.boundary}"
            yield name, partial(self._response, name, sigma_mm, axes)

    def _response(
        self, name: str, sigma_mm: float, axes: Axes, volume: Volume, box: Box
    ) -> npt.NDArray[np.float64]:
        spacing = [volume.spacing_mm[axis] for axis in axes]
        kernels = _kernels([sigma_mm / edge for edge in spacing], spacing, self.truncate, name)
        check_size(volume.shape, kernels, axes, name)
        parts = responses(volume.array, box, kernels, axes, self.boundary)
        whole: npt.NDArray[np.float64] = sum(part for _, part in parts)  # type: ignore[assignment]
        return whole


def _kernels(
    sigmas: list[float], spacing_mm: list[float], truncate: float, name: str
) -> list[SeparableKernel]:
    """Return the separable kernels whose sum is the Laplacian of Gaussian: one for each second derivative."""
    if truncate * min(sigmas) < 1:
        raise BadSetting(
            f"The kernel of {name} ends within the next voxel: voxels of {max(spacing_mm):g} mm cannot show so fine "
            "a structure. Choose a larger sigma, or resample to smaller voxels."
        )
    edge_mm = math.prod(spacing_mm) ** (1 / len(spacing_mm))
    plain, second = [], []
    for sigma, own_mm in zip(sigmas, spacing_mm, strict=True):
        gaussian, curvature = _sampled(sigma, truncate)
        plain.append(gaussian)
        second.append(tuple(weight * (edge_mm / own_mm) ** 2 for weight in curvature))
    return [
        tuple(((second if place == derived else plain)[place],) for place in range(len(sigmas)))
        for derived in range(len(sigmas))
    ]


def _sampled(sigma: float, truncate: float) -> tuple[Weights, Weights]:
    """Return a Gaussian and its second derivative at the voxels, sigma in voxels."""
    reach = math.floor(truncate * sigma + 0.5)
    places = np.arange(-reach, reach + 1, dtype=np.float64)
    gaussian = np.exp(-((places / sigma) ** 2) / 2) / (math.sqrt(2 * math.pi) * sigma)
    curvature = gaussian * ((places / sigma) ** 2 - 1) / sigma**2
    return tuple(gaussian.tolist()), tuple(curvature.tolist())
