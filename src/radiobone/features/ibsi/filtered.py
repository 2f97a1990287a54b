"""A region in filtered images (chapter 2 of IBSI)."""

from __future__ import annotations

from collections.abc import Iterator

from radiobone.core.volume import Triple, Volume
from radiobone.features.ibsi.region import Region
from radiobone.features.ibsi.settings import Family, IbsiSettings, Resegmentation
from radiobone.features.source import shape_on
from radiobone.imaging.boundary import check_whole
from radiobone.imaging.crop import crop
from radiobone.imaging.filters.original import Original

OF_ORIGINAL: frozenset[Family] = frozenset({"morph", "loc", "ivh"})
"""Families of the image as it is alone: they ask for its shape, its neighbourhood in mm or its units."""


def regions(region: Region) -> Iterator[tuple[str, Region]]:
    """Yield the region in each image of the settings, by the image's name.

    Filtered images hold the box of the region alone, and their grey levels start at their own minimum.

    Parameters
    ----------
    region : Region
        In the image as it is, with what filters look at round it.

    Raises
    ------
    BadSetting, RoiTooSmall
        If a filter fits neither voxels nor image.
    """
    settings = region.settings
    of_responses = settings.model_copy(
        update={"resegmentation": Resegmentation(), "discretisation": settings.response_discretisation}
    )
    plane = settings.filter_plane(is_2d=region.image.is_2d)
    part, place = crop(region.image, region.box), region.box.slices
    for entry in settings.images:
        if isinstance(entry, Original):
            yield "original", region
            continue
        for name, array in entry.images(region.image, plane, region.box):
            image = part.with_array(array)
            yield name, Region(image, region.outline[place], region.inside[place], of_responses)


def reach_mm(settings: IbsiSettings, image: Volume) -> float | None:
    """How far the filters look beyond a region, in mm; None if one of them sees the whole image.

    Parameters
    ----------
    settings : IbsiSettings
        Grid and filters.
    image : Volume
        Before it is put on the grid.
    """
    filters = [entry for entry in settings.images if not isinstance(entry, Original)]
    spacing_mm, plane = _grid_spacing_mm(settings, image), settings.filter_plane(is_2d=image.is_2d)
    for entry in filters:
        if entry.sees_all:
            check_whole(shape_on(image, spacing_mm), type(entry).__name__)
            return None
    reaches = [entry.reach(spacing_mm, plane) for entry in filters]
    far = [(voxels + 1) * edge for reach in reaches for voxels, edge in zip(reach, spacing_mm, strict=True)]
    return max(far, default=0.0)


def _grid_spacing_mm(settings: IbsiSettings, image: Volume) -> Triple:
    """Voxel size (z, y, x) on which filters work."""
    if settings.interpolation is None:
        return image.spacing_mm
    new = zip(settings.interpolation.spacing_xyz_mm[::-1], image.spacing_mm, image.shape, strict=True)
    z, y, x = (old if edge == 0 or size == 1 else edge for edge, old, size in new)
    return z, y, x
