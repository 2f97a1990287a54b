"""Magnitude of the intensity gradient."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import SimpleITK as sitk
from numpy.typing import NDArray

from radiobone.core.volume import Volume
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.base import ImageFilter
from radiobone.imaging.itk import to_sitk


class Gradient(ImageFilter):
    """Length of the gradient, from central differences.

    Attributes
    ----------
    use_spacing : bool
        Differences per mm; otherwise per voxel.
    """

    kind: Literal["Gradient"] = "Gradient"
    use_spacing: bool = True

    def names(self, plane: int | None) -> tuple[str, ...]:
        """Return the one name."""
        return ("gradient",)

    def images(self, volume: Volume, plane: int | None, box: Box) -> Iterator[tuple[str, NDArray[Any]]]:
        """Yield the gradient magnitude."""
        gradient = sitk.GradientMagnitudeImageFilter()
        gradient.SetUseImageSpacing(self.use_spacing)
        filtered = gradient.Execute(to_sitk(volume))
        yield "gradient", sitk.GetArrayFromImage(filtered)[box.slices]
