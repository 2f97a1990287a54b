"""Which maps are asked for: features of images, by name, family or pattern."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from radiobone.core.errors import BadSetting
from radiobone.core.near_names import nearest
from radiobone.features.maps.registry import MAP_FAMILIES
from radiobone.features.registry import default_names, feature_names
from radiobone.features.settings import ExtractionSettings

ORIGINAL = "original"
Wanted = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Name of an image to name of a family to names of features."""


def all_maps(settings: ExtractionSettings, plane: int | None, images: Sequence[str] | None = None) -> Wanted:
    """Return every map that settings name, as pyradiomics makes them; of some images, or of all.

    Parameters
    ----------
    settings : ExtractionSettings
        Their families with maps; shapes have none.
    plane : int or None
        Axis across which filters mix nothing.
    images : sequence of str, optional
        Names of filtered images.

    Raises
    ------
    BadSetting
        If the settings name no family that has maps.
    """
    families = {
        choice.name: choice.features or default_names(choice.name)
        for choice in settings.families
        if choice.name in MAP_FAMILIES
    }
    if not families:
        raise BadSetting(
            "The settings name shape features alone, and shape has no maps: it is of the whole region. "
            f"Name one of {', '.join(MAP_FAMILIES)}."
        )
    return dict.fromkeys(images or _images(settings, plane), families)


def chosen_maps(settings: ExtractionSettings, plane: int | None, features: Sequence[str]) -> Wanted:
    """Find the maps that names mean.

    Parameters
    ----------
    settings : ExtractionSettings
        Which filtered images there are.
    plane : int or None
        Axis across which filters mix nothing.
    features : sequence of str
        ``glcm_Contrast``, or ``glcm`` for all of the family, of the original image; ``wavelet-LLH_glcm_Contrast``
        or ``wavelet-LLH_glcm`` of another. ``*`` and ``?`` stand for any part of a name.

    Raises
    ------
    BadSetting
        If a name means no map.
    """
    images = _images(settings, plane)
    chosen: dict[str, dict[str, tuple[str, ...]]] = {}
    for asked in features:
        found = list(_meant(asked, images))
        if not found:
            raise BadSetting(_unknown(asked, images))
        for image, family, feature in found:
            own = chosen.setdefault(image, {})
            own[family] = tuple(dict.fromkeys((*own.get(family, ()), feature)))
    return chosen


def _images(settings: ExtractionSettings, plane: int | None) -> list[str]:
    planes = [settings.of_image(entry).plane for entry in settings.images]
    return [
        name
        for entry, own in zip(settings.images, planes, strict=True)
        for name in entry.names(plane if own == settings.plane else own)
    ]


def _meant(asked: str, images: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Find the maps that one name means; a family alone leaves deprecated features out."""
    parts = asked.split("_")
    if parts[0] in MAP_FAMILIES:
        parts = [ORIGINAL, *parts]
    if len(parts) not in (2, 3):
        return
    for image in (name for name in images if fnmatchcase(name, parts[0])):
        for family in (name for name in MAP_FAMILIES if fnmatchcase(name, parts[1])):
            names = default_names(family) if len(parts) == 2 else feature_names(family)
            pattern = "*" if len(parts) == 2 else parts[2]
            yield from ((image, family, name) for name in names if fnmatchcase(name, pattern))


def _unknown(asked: str, images: Sequence[str]) -> str:
    known = [
        *MAP_FAMILIES,
        *(f"{family}_{name}" for family in MAP_FAMILIES for name in feature_names(family)),
    ]
    near = nearest(asked, [*known, *(f"{image}_{name}" for image in images for name in known)])
    meant = f" Was {near[0]} meant?" if near else ""
    return (
        f"There is no map {asked!r} under these settings.{meant} A map is named by family and feature, "
        "such as glcm_Contrast; by the family alone, for all its features; or with a filtered image first, "
        f"such as {images[-1]}_glcm_Contrast. Families: {', '.join(MAP_FAMILIES)}. Images of these settings: "
        f"{', '.join(images)}."
    )
