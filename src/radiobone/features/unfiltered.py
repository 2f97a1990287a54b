"""The families that are measured once, on the image before any filter: shape, those of single images, and bone."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import DimensionMismatch, RoiTooSmall
from radiobone.features.planar.region import MARGIN_PX, PlanarRegion
from radiobone.features.prepared import Prepared
from radiobone.features.region import ShapeRegion
from radiobone.features.registry import FAMILIES, BoneFamily, PlanarFamily, ShapeFamily, default_names
from radiobone.features.settings import ExtractionSettings, FamilyChoice
from radiobone.features.source import Source
from radiobone.imaging.crop import steps_between
from radiobone.imaging.mask_grid import onto_image


def shape_features(prepared: Prepared, settings: ExtractionSettings) -> Iterator[tuple[str, float]]:
    """Measure the region alone."""
    mask = prepared.shape_mask[prepared.box.slices]
    region = ShapeRegion(mask, prepared.image.spacing_mm, prepared.plane)
    for choice in settings.families:
        family = FAMILIES[choice.name]
        if isinstance(family, ShapeFamily) and _measures_shape(family, choice, prepared):
            yield from named(f"original_{choice.name}", family.compute(region), choice)


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


def planar_features(prepared: Prepared, settings: ExtractionSettings) -> Iterator[tuple[str, float]]:
    """Measure a region in one image, with what lies round it."""
    wanted = [choice for choice in settings.families if isinstance(FAMILIES[choice.name], PlanarFamily)]
    if not wanted:
        return
    region = planar_region(prepared, wanted[0].name)
    for choice in wanted:
        family = FAMILIES[choice.name]
        assert isinstance(family, PlanarFamily)
        yield from named(f"original_{choice.name}", family.compute(region), choice)


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


def bone_features(source: Source, settings: ExtractionSettings) -> Iterator[tuple[str, float]]:
    """Measure a bone on the voxels that were scanned; what is not allowed is missing."""
    for choice in settings.families:
        family = FAMILIES[choice.name]
        if isinstance(family, BoneFamily):
            mask = onto_image(source.image, source.mask, settings.mask)
            wanted = choice.features or default_names(choice.name)
            for name, value in family.compute(source.image, mask, wanted, settings.bone).items():
                yield f"original_{choice.name}_{name}", value


def named(prefix: str, values: dict[str, float], choice: FamilyChoice) -> Iterator[tuple[str, float]]:
    """Yield the wanted features of a family by their full names.

    Raises
    ------
    RoiTooSmall
        If one is no finite number.
    """
    for name in choice.features or default_names(choice.name):
        value: Any = values[name]
        if not math.isfinite(value):
            raise RoiTooSmall(
                f"{prefix}_{name} is {value} for this region: it has too few voxels or too strange a shape for "
                "the definition. Check the mask, or leave the feature out."
            )
        yield f"{prefix}_{name}", float(value)
