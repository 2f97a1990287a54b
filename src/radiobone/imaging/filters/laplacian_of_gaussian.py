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
from radiobone.core.volume import Triple, Volume
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.convolutional import Axes, Response, WithBoundary, axes_of, number
from radiobone.imaging.separable import SeparableKernel, Weights, responses

TRUNCATE = 4.0


class LaplacianOfGaussian(WithBoundary):
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

    def responses(self, axes: Axes) -> Iterator[tuple[str, Response]]:
        """Yield one response for each sigma."""
        cut = "" if self.truncate == TRUNCATE else f"-truncate-{number(self.truncate)}"
        for sigma_mm in self.sigma_mm:
            name = f"laplacian-sigma-{number(sigma_mm)}-mm{cut}-{self.boundary}"
            yield name, partial(self._response, sigma_mm, axes)

    def reach(self, spacing_mm: Triple, plane: int | None) -> tuple[int, int, int]:
        """How far the widest kernel goes from its middle."""
        axes, widest = axes_of(plane), max(self.sigma_mm)
        z, y, x = (
            _reach(widest / edge, self.truncate) if axis in axes else 0
            for axis, edge in enumerate(spacing_mm)
        )
        return z, y, x

    def _response(self, sigma_mm: float, axes: Axes, volume: Volume, box: Box) -> npt.NDArray[np.float64]:
        spacing = [volume.spacing_mm[axis] for axis in axes]
        kernels = _kernels(sigma_mm, spacing, self.truncate)
        parts = responses(volume.array, box, kernels, axes, self.boundary)
        whole: npt.NDArray[np.float64] = sum(part for _, part in parts)  # type: ignore[assignment]
        return whole


def _kernels(sigma_mm: float, spacing_mm: list[float], truncate: float) -> list[SeparableKernel]:
    """Return the separable kernels whose sum is the Laplacian of Gaussian: one for each second derivative."""
    sigmas = [sigma_mm / edge_mm for edge_mm in spacing_mm]
    if not all(_reach(sigma, truncate) for sigma in sigmas):
        raise BadSetting(
            f"A Laplacian of Gaussian with sigma {sigma_mm:g} mm ends within the voxel, which measures up to "
            f"{max(spacing_mm):g} mm. Choose a larger sigma, or resample to smaller voxels."
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


def _reach(sigma: float, truncate: float) -> int:
    """Voxels from the middle of a kernel to its end, sigma in voxels."""
    return math.floor(truncate * sigma + 0.5)


def _sampled(sigma: float, truncate: float) -> tuple[Weights, Weights]:
    """Return a Gaussian and its second derivative at the voxels, sigma in voxels."""
    reach = _reach(sigma, truncate)
    places = np.arange(-reach, reach + 1, dtype=np.float64)
    gaussian = np.exp(-((places / sigma) ** 2) / 2) / (math.sqrt(2 * math.pi) * sigma)
    curvature = gaussian * ((places / sigma) ** 2 - 1) / sigma**2
    return tuple(gaussian.tolist()), tuple(curvature.tolist())
