"""An image and its region before they are put on the grid of the features, for filters that look far."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from radiobone.core.volume import Triple, Volume
from radiobone.features.settings import ExtractionSettings
from radiobone.imaging.crop import bounding_box, crop
from radiobone.imaging.resample import resample


@dataclass(frozen=True, eq=False)
class Source:
    """What the grid of the features is laid on.

    Attributes
    ----------
    image, mask : Volume
        After all steps that come before resampling.
    settings : ExtractionSettings
        How they are resampled or cut.
    """

    image: Volume
    mask: Volume
    settings: ExtractionSettings
    _wide: dict[int, Volume] = field(default_factory=dict, init=False, repr=False)

    @property
    def margin_voxels(self) -> int | None:
        """What the settings keep round the region, in voxels of the features' grid; None keeps the whole image."""
        if self.settings.resampling is not None:
            return self.settings.resampling.margin_voxels
        return self.settings.crop_margin_voxels

    def gridded(self, margin_voxels: int | None) -> tuple[Volume, Volume]:
        """Return image and mask, resampled if that is asked for, cut to the region and a margin."""
        if self.settings.resampling is not None:
            resampling = self.settings.resampling.model_copy(update={"margin_voxels": margin_voxels})
            return resample(self.image, self.mask, resampling)
        if margin_voxels is not None:
            box = bounding_box(self.mask.array).grown(margin_voxels, self.image.shape)
            return crop(self.image, box), crop(self.mask, box)
        return self.image, self.mask

    def wide(self, image: Volume, margin_voxels: int) -> Volume:
        """Return the image with so many voxels round the region at least, made once.

        Parameters
        ----------
        image : Volume
            What the settings' own margin gives.
        margin_voxels : int
            What is needed.
        """
        if self.margin_voxels is None or margin_voxels <= self.margin_voxels:
            return image
        if margin_voxels not in self._wide:
            self._wide[margin_voxels] = self.gridded(margin_voxels)[0]
        return self._wide[margin_voxels]


def shape_on(image: Volume, spacing_mm: Triple) -> tuple[int, int, int]:
    """Voxels that an image has along (z, y, x) on a grid of that spacing."""
    z, y, x = (
        math.ceil(size * old / new)
        for size, old, new in zip(image.shape, image.spacing_mm, spacing_mm, strict=True)
    )
    return z, y, x
