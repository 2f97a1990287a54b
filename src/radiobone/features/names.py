"""Names of the features that settings give, without measuring a region."""

from __future__ import annotations

from radiobone.features.registry import (
    FAMILIES,
    BoneFamily,
    PlanarFamily,
    ShapeFamily,
    TextureFamily,
    default_names,
)
from radiobone.features.settings import ExtractionSettings


def expected_names(settings: ExtractionSettings, *, is_2d: bool = False) -> tuple[str, ...]:
    """Return the names of all features, in the order of ``extract_features``.

    A region may lack some of the family bone; see there.

    Parameters
    ----------
    settings : ExtractionSettings
        What is measured.
    is_2d : bool
        Whether the images are single 2D images.
    """
    plane = _plane(settings, is_2d=is_2d)
    shape = [
        f"original_{choice.name}_{name}"
        for choice in settings.families
        if isinstance(family := FAMILIES[choice.name], ShapeFamily)
        and (plane is not None if family.flat else not is_2d)
        for name in choice.features or default_names(choice.name)
    ]
    textures = [
        f"{image}_{choice.name}_{name}"
        for entry in settings.images
        for image in entry.names(_plane(settings.of_image(entry), is_2d=is_2d))
        for choice in settings.families
        if isinstance(FAMILIES[choice.name], TextureFamily)
        for name in choice.features or default_names(choice.name)
    ]
    planar, bones = (
        [
            f"original_{choice.name}_{name}"
            for choice in settings.families
            if isinstance(FAMILIES[choice.name], kind)
            for name in choice.features or default_names(choice.name)
        ]
        for kind in (PlanarFamily, BoneFamily)
    )
    return (*shape, *planar, *bones, *textures)


def _plane(settings: ExtractionSettings, *, is_2d: bool) -> int | None:
    return 0 if is_2d and settings.plane is None else settings.plane
