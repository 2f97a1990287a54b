"""Names of the features that settings give, without measuring a region."""

from __future__ import annotations

import numpy as np

from radiobone.core.volume import Volume
from radiobone.features.registry import FAMILIES, ShapeFamily, default_names
from radiobone.features.settings import ExtractionSettings
from radiobone.imaging.crop import bounding_box

EDGE_VOXELS = 16
EDGE_MM = 1000.0  # so large that every filter fits into a few voxels


def expected_names(settings: ExtractionSettings, *, is_2d: bool = False) -> tuple[str, ...]:
    """Return the names of all features, in the order of ``extract_features``.

    Parameters
    ----------
    settings : ExtractionSettings
        What is measured.
    is_2d : bool
        Whether the images are single 2D images.
    """
    plane = 0 if is_2d and settings.plane is None else settings.plane
    shape = [
        f"original_{choice.name}_{name}"
        for choice in settings.families
        if isinstance(family := FAMILIES[choice.name], ShapeFamily)
        and (plane is not None if family.flat else not is_2d)
        for name in choice.features or default_names(choice.name)
    ]
    textures = [
        f"{image}_{choice.name}_{name}"
        for image in _image_names(settings, is_2d=is_2d, plane=plane)
        for choice in settings.families
        if not isinstance(FAMILIES[choice.name], ShapeFamily)
        for name in choice.features or default_names(choice.name)
    ]
    return (*shape, *textures)


def _image_names(settings: ExtractionSettings, *, is_2d: bool, plane: int | None) -> list[str]:
    """Names of the filtered images, found by filtering a small one."""
    thickness = 1 if is_2d else EDGE_VOXELS
    values = np.linspace(1.0, 2.0, thickness * EDGE_VOXELS**2).reshape(thickness, EDGE_VOXELS, EDGE_VOXELS)
    volume = Volume(values, (EDGE_MM, EDGE_MM, EDGE_MM), is_2d=is_2d)
    whole = bounding_box(np.ones_like(values))
    return [name for entry in settings.images for name, _ in entry.images(volume, plane, whole)]
