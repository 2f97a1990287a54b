"""What is perturbed: an image and its region, with what every repeat asks of them found once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Volume
from radiobone.imaging.crop import Box, bounding_box
from radiobone.imaging.perturb.base import OnImage

SURROUNDINGS_VOXELS = 40


@dataclass(frozen=True, eq=False)
class Subject:
    """An image and its region.

    Attributes
    ----------
    image : Volume
        Finite intensities.
    mask : Volume
        Not zero inside the region, on the image's grid.
    """

    image: Volume
    mask: Volume
    _settled: dict[tuple[OnImage, int | None], OnImage] = field(default_factory=dict, repr=False)

    @cached_property
    def box(self) -> Box:
        """Box of the region."""
        return bounding_box(self.mask.array)

    @cached_property
    def centre(self) -> npt.NDArray[np.float64]:
        """Centre of mass (x, y, z) of the region, in voxels."""
        places = np.nonzero(self.mask.array[self.box.slices])
        return np.array([low + place.mean() for low, place in zip(self.box.low, places, strict=True)])[::-1]

    @cached_property
    def volume_mm3(self) -> float:
        """Volume of the region's voxels."""
        return int(np.count_nonzero(self.mask.array[self.box.slices])) * self.mask.voxel_volume_mm3

    def settled(self, step: OnImage, plane: int | None) -> OnImage:
        """Return a step with what it takes from the image, measured within 40 voxels round the region's box."""
        key = (step, plane)
        if key not in self._settled:
            near = self.box.grown(SURROUNDINGS_VOXELS, self.image.shape)
            self._settled[key] = step.settled(self.image.array[near.slices], plane)
        return self._settled[key]
