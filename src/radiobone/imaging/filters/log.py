"""Laplacian of Gaussian: edges and blobs of a chosen size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from radiobone.core.errors import RoiTooSmall
from radiobone.core.volume import Volume
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.base import ImageFilter
from radiobone.imaging.recursive_gaussian import laplacian

MIN_VOXELS = 4  # the recursion looks back at four


class LoG(ImageFilter):
    """Laplacian of Gaussian, normalised across scales.

    Attributes
    ----------
    sigma_mm : tuple of float
        Widths of the Gaussian; one image each. Whole numbers and decimals name their features as written.
    """

    kind: Literal["LoG"] = "LoG"
    sigma_mm: tuple[Annotated[int | float, Field(gt=0)], ...] = Field(min_length=1)

    def names(self, plane: int | None) -> tuple[str, ...]:
        """Return one name for each sigma."""
        return tuple(f"log-sigma-{str(sigma).replace('.', '-')}-mm-3D" for sigma in self.sigma_mm)

    def images(self, volume: Volume, plane: int | None, box: Box) -> Iterator[tuple[str, NDArray[Any]]]:
        """Yield one image for each sigma; a single 2D image is filtered in 2D.

        Raises
        ------
        RoiTooSmall
            If the image has too few voxels along an axis for a sigma.
        BadSetting
            If a sigma is so much smaller than a voxel that the filter vanishes.
        """
        flat = volume.is_2d and volume.shape[0] == 1
        for name, sigma in zip(self.names(plane), self.sigma_mm, strict=True):
            _check_size(volume, sigma, flat=flat)
            yield name, laplacian(volume.array, volume.spacing_mm, sigma, box, flat=flat)


def _check_size(volume: Volume, sigma_mm: float, *, flat: bool) -> None:
    n_axes = 2 if flat else 3
    size, spacing = np.asarray(volume.shape[::-1])[:n_axes], np.asarray(volume.spacing_mm[::-1])[:n_axes]
    needed = np.maximum(np.ceil(sigma_mm / spacing) + 1, MIN_VOXELS)
    if (size < needed).any():
        raise RoiTooSmall(
            f"The image round the region has {size.tolist()} voxels (x, y, z); LoG with sigma {sigma_mm:g} mm "
            f"needs at least {needed.astype(int).tolist()}. Resample to smaller voxels or leave LoG out."
        )
