"""From a prepared image to the values of its feature maps, one per voxel of the region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import NonFiniteIntensity
from radiobone.core.progress import Progress
from radiobone.features.maps.neighbourhoods import Window
from radiobone.features.maps.region import Batch, MapRegion, padded
from radiobone.features.maps.registry import MAP_FAMILIES
from radiobone.features.maps.settings import MapSettings
from radiobone.features.maps.wanted import Wanted
from radiobone.features.prepared import Prepared
from radiobone.features.settings import ExtractionSettings
from radiobone.imaging.crop import Box
from radiobone.imaging.discretise import discretise
from radiobone.imaging.filters.base import ImageFilter

BATCH_CELLS = 1 << 16  # voxels of the neighbourhoods computed at once: few enough for the processor's cache
FEWEST_BATCHES = 8  # to share among threads
Values = dict[str, npt.NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class MapSource:
    """The part of an image that maps are made of.

    Attributes
    ----------
    prepared : Prepared
        Image and region before filtering.
    box : Box
        The region's box and ``radius`` voxels on every side, as far as the image reaches.
    maps : MapSettings
        The neighbourhood.
    """

    prepared: Prepared
    box: Box
    maps: MapSettings

    @classmethod
    def of(cls, prepared: Prepared, maps: MapSettings) -> MapSource:
        """Surround the region's box."""
        return cls(prepared, prepared.box.grown(maps.radius, prepared.image.shape), maps)

    @property
    def inside(self) -> npt.NDArray[np.bool_]:
        """The region, cut to the box."""
        return self.prepared.mask[self.box.slices]

    @property
    def window(self) -> Window:
        """The shape of the neighbourhoods."""
        return Window(self.maps.radius, self.prepared.plane)


def map_region(
    array: npt.NDArray[Any], source: MapSource, settings: ExtractionSettings, entry: ImageFilter
) -> MapRegion:
    """Give the voxels that count grey levels in a filtered image, which is cut to the source's box.

    Raises
    ------
    NonFiniteIntensity
        If the filter made NaN or infinity where voxels count.
    TooManyGrayLevels
        If the bins are too narrow for the range of intensities.
    """
    counts = source.inside if source.maps.masked else np.ones_like(source.inside)
    found = array[counts]
    values = found.astype(np.float64)
    if not np.isfinite(values).all():
        raise NonFiniteIntensity(
            f"The {type(entry).__name__} image is not finite in {int((~np.isfinite(values)).sum())} voxels of the "
            "neighbourhoods, so its maps are undefined. Leave this filter out, or check the intensities."
        )
    bins = settings.discretisation if entry.discretisation is None else entry.discretisation
    levels, value_levels = (
        discretise(given, bins, max_levels=settings.max_gray_levels).astype(np.uint16)
        for given in (found, values)
    )
    radius, shape = source.maps.radius, source.box.shape
    centres = padded(shape, source.inside, radius, np.ones(int(source.inside.sum()), dtype=np.bool_))
    n_z, n_y, n_x = (size + 2 * radius for size in shape)
    return MapRegion(
        levels=padded(shape, counts, radius, levels),
        intensities=padded(shape, counts, radius, values),
        intensity_levels=padded(shape, counts, radius, value_levels),
        centres=np.flatnonzero(centres),
        shape=(n_z, n_y, n_x),
        window=source.window,
        spacing_mm=source.prepared.image.spacing_mm,
        texture=settings.texture,
        voxel_array_shift=settings.voxel_array_shift,
    )


def map_features(
    source: MapSource,
    settings: ExtractionSettings,
    wanted: Wanted,
    *,
    jobs: int = 1,
    advance: Progress | None = None,
) -> Iterator[tuple[str, npt.NDArray[np.float64]]]:
    """Compute maps, one filtered image after the other.

    Parameters
    ----------
    source : MapSource
        Image and region.
    settings : ExtractionSettings
        How images are filtered and levels found.
    wanted : Wanted
        Which features of which images.
    jobs : int
        Threads; the values do not depend on it.
    advance : Progress, optional
        Called after each batch of voxels; the number of batches is that of ``n_batches``.

    Yields
    ------
    tuple of str and ndarray of float, shape (n_voxels,)
        Name, such as ``wavelet-LLH_glcm_Contrast``, and values in the region in raster order; NaN where a
        feature is undefined.
    """
    for entry in settings.images:
        own = settings.of_image(entry)
        placed = source if own is settings else replace(source, prepared=source.prepared.measured_by(own))
        if not wanted.keys() & set(entry.names(placed.prepared.plane)):
            continue
        image, box = placed.prepared.seen_by(entry, placed.box)
        for name, array in entry.images(image, placed.prepared.plane, box):
            if name in wanted:
                region = map_region(array, placed, own, entry)
                found = _in_threads(region, wanted[name], jobs, advance or Progress())
                yield from ((f"{name}_{feature}", values) for feature, values in found.items())


def n_batches(source: MapSource) -> int:
    """Return how many batches of voxels each filtered image takes."""
    n_voxels = int(source.inside.sum())
    return -(-n_voxels // _batch_size(source.window, n_voxels))


def _batch_size(window: Window, n_voxels: int) -> int:
    return max(1, min(BATCH_CELLS // window.n_cells, -(-n_voxels // FEWEST_BATCHES)))


def _in_threads(
    region: MapRegion, families: Mapping[str, tuple[str, ...]], jobs: int, advance: Progress
) -> Values:
    """Compute batch by batch."""
    names = [f"{family}_{feature}" for family, features in families.items() for feature in features]
    values = {name: np.empty(region.centres.size) for name in names}

    def fill(part: tuple[slice, Batch]) -> None:
        rows, batch = part
        for family, features in families.items():
            found = MAP_FAMILIES[family].compute(batch, frozenset(features))
            for feature in features:
                values[f"{family}_{feature}"][rows] = found[feature]

    with ThreadPoolExecutor(max(1, jobs)) as pool:
        for _ in pool.map(fill, region.batches(_batch_size(region.window, region.centres.size))):
            advance("")
    return values
