"""From an image and a region to named feature values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import NonFiniteIntensity
from radiobone.core.volume import Volume
from radiobone.core.warnings import SingleSliceRoi, warn
from radiobone.features.checks import as_whole_numbers, check_inputs, check_region, warn_if_constant
from radiobone.features.matrices.grid import LevelGrid
from radiobone.features.prepared import Prepared, layout_of, plane_of
from radiobone.features.region import TextureRegion
from radiobone.features.registry import (
    FAMILIES,
    TextureFamily,
)
from radiobone.features.settings import ExtractionSettings
from radiobone.features.source import Source
from radiobone.features.unfiltered import bone_features, named, planar_features, shape_features
from radiobone.imaging.crop import Box, bounding_box
from radiobone.imaging.discretise import discretise
from radiobone.imaging.filters.base import ImageFilter
from radiobone.imaging.flat_steps import denoised, equalised
from radiobone.imaging.n4 import correct_bias
from radiobone.imaging.normalise import normalise
from radiobone.imaging.resegment import resegment
from radiobone.imaging.segment import segment


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
        Feature name, such as ``wavelet-LLH_glcm_JointEntropy``, to value; finite numbers only. Of the family bone those
        are missing that image or region do not allow, each with a warning (``MeasurementLeftOut``).

    Raises
    ------
    GeometryMismatch, DimensionMismatch, EmptyMask, RoiTooSmall, NonFiniteIntensity, TooManyGrayLevels, ResourceLimit
    """
    return measure(prepare(image, mask, settings), settings)


def measure(prepared: Prepared, settings: ExtractionSettings) -> dict[str, float]:
    """Measure a region after all steps that come before the filters; see ``extract_features``."""
    features = dict(shape_features(prepared, settings))
    features.update(planar_features(prepared, settings))
    features.update(bone_features(prepared.source, settings))
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
    _warn_of_constant(source, image, kept, box)
    return Prepared(image, inside, kept, box, plane, layout_of(kept, box, plane, settings), source)


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
    if plane is None and not image.is_2d and 1 in box.shape:
        warn(
            SingleSliceRoi(
                f"The region has {box.shape} voxels (z, y, x) and is flat: its 3D shape means little. "
                "Use 2D settings, such as the preset 'radiograph'."
            ),
            stacklevel=5,
        )


def _warn_of_constant(source: Source, image: Volume, mask: npt.NDArray[np.bool_], box: Box) -> None:
    """Look at the region as it was read, too: resampling and cutting to whole numbers may part equal values."""
    read = source.mask.shape == source.image.shape
    if not (read and _is_constant(source.image, source.mask.array != 0)):
        _is_constant(image, mask, box)


def _is_constant(image: Volume, mask: npt.NDArray[np.bool_], box: Box | None = None) -> bool:
    slices = (box or bounding_box(mask)).slices
    array, inside = image.voxels[slices], mask[slices]
    first_plane = array[0][inside[0]]
    if not (first_plane == first_plane[0]).all():  # nearly always: the other planes are not looked at
        return False
    return warn_if_constant(array[inside])


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


def _texture_features(
    image_name: str, region: TextureRegion, settings: ExtractionSettings
) -> Iterator[tuple[str, float]]:
    for choice in settings.families:
        family = FAMILIES[choice.name]
        if isinstance(family, TextureFamily):
            yield from named(f"{image_name}_{choice.name}", family.compute(region), choice)
