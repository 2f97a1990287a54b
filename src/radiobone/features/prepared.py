"""An image and its region as the families get them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Volume
from radiobone.features.matrices.grid import Layout
from radiobone.features.matrices.limits import check_neighbours
from radiobone.features.settings import ExtractionSettings
from radiobone.features.source import Source, shape_on
from radiobone.imaging.boundary import check_reach, check_whole
from radiobone.imaging.crop import Box, steps_between
from radiobone.imaging.filters.base import ImageFilter


@dataclass(frozen=True, eq=False)
class Prepared:
    """An image and its region after all steps that come before the filters.

    Attributes
    ----------
    image : Volume
        What the filters get.
    shape_mask, mask : ndarray of bool, shape (n_z, n_y, n_x)
        The region whose shape is measured, and the one whose intensities are.
    box : Box
        Box of ``mask``.
    plane : int or None
        Axis across which nothing is mixed.
    layout : Layout
        Where the region's voxels lie for the texture families.
    source : Source
        What the image was cut from.
    """

    image: Volume
    shape_mask: npt.NDArray[np.bool_]
    mask: npt.NDArray[np.bool_]
    box: Box
    plane: int | None
    layout: Layout
    source: Source

    def seen_by(self, entry: ImageFilter, box: Box) -> tuple[Volume, Box]:
        """Return the image as far as a filter looks beyond a box, and the box in it."""
        spacing_mm = self.image.spacing_mm
        own, whole = entry.reach(spacing_mm, self.plane), shape_on(self.source.image, spacing_mm)
        if not any(own) and not entry.sees_all:
            return self.image, box
        if entry.sees_all:
            check_whole(whole, type(entry).__name__)
        check_reach(own, whole, type(entry).__name__)
        reach = self.source.settings.reach_voxels(spacing_mm, self.plane, whole)
        wide = self.source.wide(self.image, reach + box.beyond(self.box))
        return wide, box.shifted(steps_between(wide, self.image))

    @cached_property
    def inside(self) -> npt.NDArray[np.bool_]:
        """The region, cut to its box."""
        return self.mask[self.box.slices]

    @cached_property
    def places(self) -> npt.NDArray[np.intp]:
        """Places of the region's voxels in its flattened box, in raster order."""
        return np.flatnonzero(self.inside)

    def measured_by(self, settings: ExtractionSettings) -> Prepared:
        """Return the same image and region for another plane and other distances."""
        plane = plane_of(self.image, settings)
        return replace(self, plane=plane, layout=layout_of(self.mask, self.box, plane, settings))


def plane_of(image: Volume, settings: ExtractionSettings) -> int | None:
    """Axis across which nothing is mixed: a single 2D image has its own."""
    return 0 if image.is_2d and settings.plane is None else settings.plane


def layout_of(
    mask: npt.NDArray[np.bool_], box: Box, plane: int | None, settings: ExtractionSettings
) -> Layout:
    """Lay the region's voxels out for the texture families."""
    distances = settings.texture.distances
    check_neighbours(box.shape, distances, plane)
    margin = min(max(distances), max(box.shape))  # no neighbour lies farther than that
    return Layout.of(mask[box.slices], margin=margin)
