"""What the families in two dimensions measure: a region in one image, with what lies round it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Volume
from radiobone.imaging.crop import Box, bounding_box

MARGIN_PX = 40
"""What is seen round a region at least, where the image has it: as far as the longest kernel of the families goes."""


@dataclass(frozen=True, eq=False)
class PlanarRegion:
    """A region in one image.

    Attributes
    ----------
    pixels : ndarray of float64, shape (n_rows, n_columns)
        The image, or the part of it round the region.
    mask : ndarray of bool, shape (n_rows, n_columns)
        True inside the region.
    spacing_mm : tuple of float, (rows, columns)
        Edge lengths of a pixel. An image that does not tell them has 1 mm, with a warning: lengths are pixels then.
    """

    pixels: npt.NDArray[np.float64]
    mask: npt.NDArray[np.bool_]
    spacing_mm: tuple[float, float]

    @cached_property
    def inside(self) -> npt.NDArray[np.float64]:
        """Intensities in the region, in raster order."""
        return self.pixels[self.mask]

    @cached_property
    def centred(self) -> npt.NDArray[np.float64]:
        """The image less the mean of the region, shape (n_rows, n_columns)."""
        return np.asarray(self.pixels - self.inside.mean())

    @cached_property
    def box(self) -> Box:
        """Box of the region, as filters take it, with one slice."""
        return bounding_box(self.mask[np.newaxis])

    def in_region(self, boxed: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Values in the region of an image, shape (1, n, m), that was cut to its box."""
        inside: npt.NDArray[np.float64] = boxed[0][self.mask[self.box.slices[1:]]]
        return inside

    @property
    def per_pixel(self) -> Volume:
        """The centred image on a grid of 1 mm, so that lengths of filters count pixels."""
        return Volume(self.centred[np.newaxis], is_2d=True)
