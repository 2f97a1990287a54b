"""Magnitude of the intensity gradient."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import SimpleITK as sitk

from radiobone.core.volume import Volume
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

    def images(self, volume: Volume, plane: int | None) -> Iterator[tuple[str, Volume]]:
        """Yield the gradient magnitude."""
        gradient = sitk.GradientMagnitudeImageFilter()
        gradient.SetUseImageSpacing(self.use_spacing)
        filtered = gradient.Execute(to_sitk(volume))
        yield "gradient", volume.with_array(sitk.GetArrayFromImage(filtered))
