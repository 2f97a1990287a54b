"""From an image and a region to named feature values."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import DimensionMismatch, NonFiniteIntensity, RoiTooSmall
from radiobone.core.volume import Volume
from radiobone.core.warnings import SingleSliceRoi
from radiobone.features.checks import as_whole_numbers, check_inputs, check_region, warn_if_constant
from radiobone.features.matrices.grid import Layout, LevelGrid
from radiobone.features.matrices.limits import check_neighbours
from radiobone.features.planar.region import MARGIN_PX, PlanarRegion
from radiobone.features.region import ShapeRegion, TextureRegion
from radiobone.features.registry import FAMILIES, PlanarFamily, ShapeFamily, TextureFamily, default_names
from radiobone.features.settings import ExtractionSettings, FamilyChoice
from radiobone.features.source import Source, shape_on
from radiobone.imaging.boundary import check_reach, check_whole
from radiobone.imaging.crop import Box, steps_between
from radiobone.imaging.discretise import discretise
from radiobone.imaging.filters.base import ImageFilter
from radiobone.imaging.flat_steps import denoised, equalised
from radiobone.imaging.n4 import correct_bias
from radiobone.imaging.normalise import normalise
from radiobone.imaging.resegment import resegment
from radiobone.imaging.segment import segment


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
        return replace(self, plane=plane, layout=_layout(self.mask, self.box, plane, settings))


def extract_features(image: Volume, mask: Volume, settings: ExtractionSettings) -> dict[str, float]:
    """Extract the features of one region.

    Parameters
    ----------
    image : Volume
        Intensities.
    mask : Volume
        Not zero inside the region, on the image's grid.
    settings : ExtractionSettings
        What is done and measured.

    Returns
    -------
    dict
        Feature name, such as ``wavelet-LLH_glcm_JointEntropy``, to value; finite numbers only.

    Raises
    ------
    GeometryMismatch, DimensionMismatch, EmptyMask, RoiTooSmall, NonFiniteIntensity, TooManyGrayLevels, ResourceLimit
    """
    return measure(prepare(image, mask, settings), settings)


def measure(prepared: Prepared, settings: ExtractionSettings) -> dict[str, float]:
    """Measure a region after all steps that come before the filters; see ``extract_features``."""
    features = dict(_shape_features(prepared, settings))
    features.update(_planar_features(prepared, settings))
    for entry in settings.images:
        own = settings.of_image(entry)
        placed = prepared if own is settings else prepared.measured_by(own)
        image, box = placed.seen_by(entry, placed.box)
        for name, filtered in entry.images(image, placed.plane, box):
            region = texture_region(filtered, placed, own, entry)
            features.update(_texture_features(name, region, settings))
    return features


def prepare(image: Volume, mask: Volume, settings: ExtractionSettings) -> Prepared:
    """Do every step that comes before the filters; see ``extract_features``."""
    source = source_of(image, mask, settings)
    return place(source, *source.gridded(source.margin_voxels))


def source_of(image: Volume, mask: Volume, settings: ExtractionSettings) -> Source:
    """Check image and region, and change intensities as a whole; parameters and errors as for ``extract_features``."""
    drawn = as_whole_numbers(mask)
    image, mask = check_inputs(image, drawn, settings.mask)
    if settings.resampling is not None and not settings.mask.is_strict:
        mask = drawn  # the new grid is laid by the mask's own
    return Source(corrected(image, settings), mask, settings)


def place(source: Source, image: Volume, mask: Volume) -> Prepared:
    """Check a region on the grid of the features, and reduce it to the intensities that count.

    Parameters
    ----------
    source : Source
        Where image and mask come from, with the settings.
    image, mask : Volume
        As ``source`` lays them on the grid.
    """
    settings = source.settings
    inside = mask.array != 0
    box = check_region(inside, settings.roi)
    kept = inside
    if settings.resegmentation is not None:
        kept = resegment(image.array, inside, settings.resegmentation)
        box = check_region(kept, settings.roi)
        if settings.resegmentation.shape_too:
            inside = kept
    if settings.segmentation is not None:
        kept = segment(image.array, kept, settings.segmentation)
        box = check_region(kept, settings.roi)
    plane = plane_of(image, settings)
    _warn_about(image, kept, box, plane)
    return Prepared(image, inside, kept, box, plane, _layout(kept, box, plane, settings), source)


def plane_of(image: Volume, settings: ExtractionSettings) -> int | None:
    """Axis across which nothing is mixed: a single 2D image has its own."""
    return 0 if image.is_2d and settings.plane is None else settings.plane


def _layout(mask: npt.NDArray[np.bool_], box: Box, plane: int | None, settings: ExtractionSettings) -> Layout:
    distances = settings.texture.distances
    check_neighbours(box.shape, distances, plane)
    margin = min(max(distances), max(box.shape))  # no neighbour lies farther than that
    return Layout.of(mask[box.slices], margin=margin)


def corrected(image: Volume, settings: ExtractionSettings) -> Volume:
    """Do the steps that need the whole image and not the region: bias correction, denoising, contrast, normalisation."""
    if settings.bias_correction is not None:
        image = correct_bias(image, settings.bias_correction)
    if settings.denoising is not None:
        image = denoised(image, settings.denoising)
    if settings.contrast is not None:
        image = equalised(image, settings.contrast)
    if settings.normalisation is not None:
        image = normalise(image, settings.normalisation)
    return image


def _warn_about(image: Volume, mask: npt.NDArray[np.bool_], box: Box, plane: int | None) -> None:
    array, inside = image.array[box.slices], mask[box.slices]
    first_plane = array[0][inside[0]]
    if (first_plane == first_plane[0]).all():  # seldom: the other planes are not looked at otherwise
        warn_if_constant(array[inside])
    if plane is None and not image.is_2d and 1 in box.shape:
        warnings.warn(
            SingleSliceRoi(
                f"The region has {box.shape} voxels (z, y, x) and is flat: its 3D shape means little. "
                "Use 2D settings, such as the preset 'radiograph'."
            ),
            stacklevel=5,
        )


def texture_region(
    array: npt.NDArray[Any], prepared: Prepared, settings: ExtractionSettings, entry: ImageFilter
) -> TextureRegion:
    """Give the region grey levels in a filtered image, which is cut to the region's box.

    Raises
    ------
    NonFiniteIntensity
        If the filter made NaN or infinity inside the region.
    TooManyGrayLevels
        If the bins are too narrow for the range of intensities.
    """
    found = array.ravel().take(prepared.places)  # many times faster than by a mask
    values = found.astype(np.float64)
    if not np.isfinite(values).all():
        raise NonFiniteIntensity(
            f"The {type(entry).__name__} image is not finite in {int((~np.isfinite(values)).sum())} voxels of "
            "the region, so its features are undefined. Leave this filter out, or check the intensities."
        )
    bins = settings.discretisation if entry.discretisation is None else entry.discretisation
    levels = discretise(found, bins, max_levels=settings.max_gray_levels)
    return TextureRegion(
        intensities=values,
        grid=LevelGrid.of_values(prepared.layout, levels),
        spacing_mm=prepared.image.spacing_mm,
        plane=prepared.plane,
        texture=settings.texture,
        voxel_array_shift=settings.voxel_array_shift,
    )


def _shape_features(prepared: Prepared, settings: ExtractionSettings) -> Iterator[tuple[str, float]]:
    mask = prepared.shape_mask[prepared.box.slices]
    region = ShapeRegion(mask, prepared.image.spacing_mm, prepared.plane)
    for choice in settings.families:
        family = FAMILIES[choice.name]
        if isinstance(family, ShapeFamily) and _measures_shape(family, choice, prepared):
            yield from _named(f"original_{choice.name}", family.compute(region), choice)


def _measures_shape(family: ShapeFamily, choice: FamilyChoice, prepared: Prepared) -> bool:
    """2D shape is for flat regions in 2D settings, 3D shape for volumes; a family named alone must fit."""
    if not family.flat:
        return not prepared.image.is_2d
    if prepared.plane is None:
        return False
    thickness = prepared.box.shape[prepared.plane]
    if thickness > 1:
        raise RoiTooSmall(
            f"{choice.name} needs a region one voxel thick along axis {prepared.plane} (z, y, x = 0, 1, 2); it is "
            f"{thickness} voxels thick. Leave {choice.name} out, or give one slice."
        )
    return True


def _planar_features(prepared: Prepared, settings: ExtractionSettings) -> Iterator[tuple[str, float]]:
    wanted = [choice for choice in settings.families if isinstance(FAMILIES[choice.name], PlanarFamily)]
    if not wanted:
        return
    region = planar_region(prepared, wanted[0].name)
    for choice in wanted:
        family = FAMILIES[choice.name]
        assert isinstance(family, PlanarFamily)
        yield from _named(f"original_{choice.name}", family.compute(region), choice)


def planar_region(prepared: Prepared, family: str) -> PlanarRegion:
    """Take the one slice that a region lies in, with its surroundings.

    Raises
    ------
    DimensionMismatch
        If the settings work in 3D, or the region has several slices.
    """
    plane = prepared.plane
    if plane is None or prepared.box.shape[plane] > 1:
        raise DimensionMismatch(
            f"The family {family} measures a region in one image, and this one has {prepared.box.shape} voxels (z, y, x)"
            f"{' in settings that work in 3D' if plane is None else ''}. Leave the family out, or give a radiograph or one "
            "slice, with `plane` set."
        )
    wide = prepared.source.wide(prepared.image, MARGIN_PX)
    box = prepared.box.shifted(steps_between(wide, prepared.image))
    mask = np.zeros(wide.shape, dtype=np.bool_)
    mask[box.slices] = prepared.inside
    rows, columns = (edge for axis, edge in enumerate(wide.spacing_mm) if axis != plane)
    pixels = wide.array.take(box.low[plane], axis=plane).astype(np.float64)
    inside: npt.NDArray[np.bool_] = np.moveaxis(mask, plane, 0)[box.low[plane]]
    return PlanarRegion(pixels, inside, (rows, columns))


def _texture_features(
    image_name: str, region: TextureRegion, settings: ExtractionSettings
) -> Iterator[tuple[str, float]]:
    for choice in settings.families:
        family = FAMILIES[choice.name]
        if isinstance(family, TextureFamily):
            yield from _named(f"{image_name}_{choice.name}", family.compute(region), choice)


def _named(prefix: str, values: dict[str, float], choice: FamilyChoice) -> Iterator[tuple[str, float]]:
    for name in choice.features or default_names(choice.name):
        value: Any = values[name]
        if not math.isfinite(value):
            raise RoiTooSmall(
                f"{prefix}_{name} is {value} for this region: it has too few voxels or too strange a shape for "
                "the definition. Check the mask, or leave the feature out."
            )
        yield f"{prefix}_{name}", float(value)
