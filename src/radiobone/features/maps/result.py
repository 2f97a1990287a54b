"""Feature maps as volumes that lie where the region lies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from radiobone.core.counting import counted
from radiobone.core.volume import Volume
from radiobone.core.warnings import UndefinedInMap, warn
from radiobone.features.maps.engine import MapSource
from radiobone.features.settings import ExtractionSettings
from radiobone.imaging.crop import Box, crop, steps_between
from radiobone.imaging.map_pictures import coloured_planes, map_planes

NAMES_SHOWN = 6
CONTEXT_VOXELS = 40


@dataclass(frozen=True, eq=False)
class FeatureMaps(Mapping[str, Volume]):
    """Maps by name, such as ``wavelet-LLH_glcm_Contrast``; each becomes a volume when it is asked for.

    Attributes
    ----------
    image : Volume
        The image before filtering on the maps' grid: the region's box and the radius round it.
    source : MapSource
        Where ``image`` was cut from, for pictures, which show more of it.
    inside : ndarray of bool, shape (n_z, n_y, n_x)
        Where the maps have values.
    settings : ExtractionSettings
        How they were made; ``settings.maps.outside`` is their value elsewhere.
    inside_values : mapping of str to ndarray of float, shape (n_voxels,)
        The values there, in raster order.
    """

    image: Volume
    source: MapSource
    inside: npt.NDArray[np.bool_]
    settings: ExtractionSettings
    inside_values: Mapping[str, npt.NDArray[np.float64]]

    def __getitem__(self, name: str) -> Volume:
        array = np.full(self.inside.shape, float(self.settings.maps.outside))
        array[self.inside] = self.inside_values[name]
        return self.image.with_array(array)

    def __iter__(self) -> Iterator[str]:
        return iter(self.inside_values)

    def __len__(self) -> int:
        return len(self.inside_values)

    def __repr__(self) -> str:
        maps = counted(len(self), "map")
        return f"FeatureMaps({maps} of {int(self.inside.sum())} voxels: {', '.join(list(self)[:3])}{', …' * (len(self) > 3)})"

    @classmethod
    def of(
        cls, source: MapSource, settings: ExtractionSettings, values: Mapping[str, npt.NDArray[np.float64]]
    ) -> FeatureMaps:
        """Place the values of maps, by name and in raster order, where they were made."""
        return cls(crop(source.prepared.image, source.box), source, source.inside, settings, values)

    @cached_property
    def _context(self) -> tuple[Volume, Box]:
        """More of the image, as far as it reaches, and the box of the maps in it."""
        prepared, box = self.source.prepared, self.source.box
        wide = prepared.source.wide(prepared.image, CONTEXT_VOXELS + box.beyond(prepared.box))
        box = box.shifted(steps_between(wide, prepared.image))
        around = box.grown(CONTEXT_VOXELS, wide.shape)
        return crop(wide, around), box.within(around)

    def picture(self, name: str, *, height_px: int = 240) -> npt.NDArray[np.uint8]:
        """Draw a map over the image; see ``map_planes``.

        Returns
        -------
        ndarray of uint8, shape (n_rows, n_columns, 3)
            RGB.
        """
        return map_planes(*self._volumes(name), name, height_px=height_px)

    def coloured(
        self, name: str, limits: tuple[float, float], *, height_px: int = 240
    ) -> npt.NDArray[np.uint8]:
        """Draw a map over the image in colours between two values; see ``coloured_planes``.

        Returns
        -------
        ndarray of uint8, shape (n_rows, n_columns, 3)
            RGB, without a scale.
        """
        return coloured_planes(*self._volumes(name), limits, height_px=height_px)

    def _volumes(self, name: str) -> tuple[Volume, Volume, Volume]:
        """Image, region and map, cut with what surrounds them."""
        context, box = self._context
        values = np.full(context.shape, np.nan)
        values[box.slices][self.inside] = self.inside_values[name]
        region = np.zeros(context.shape, dtype=np.uint8)
        region[box.slices] = self.inside
        return context, context.with_array(region), context.with_array(values)

    @property
    def n_undefined(self) -> dict[str, int]:
        """In how many voxels each map is NaN, since the neighbourhood has too few voxels for the definition."""
        return {name: int(np.isnan(values).sum()) for name, values in self.inside_values.items()}

    def warn_of_undefined(self) -> None:
        """Warn of maps with undefined voxels, those with as many together.

        Warns
        -----
        UndefinedInMap
        """
        alike: dict[int, list[str]] = {}
        for name, n_undefined in self.n_undefined.items():
            alike.setdefault(n_undefined, []).append(name)
        n_voxels = int(self.inside.sum())
        for n_undefined, names in sorted(alike.items()):
            if n_undefined:
                warn(
                    UndefinedInMap(
                        f"{_shown(names)}: undefined (NaN) in {n_undefined} of the region's {n_voxels} voxels, "
                        "whose neighbourhoods hold too few voxels for the definition. Take a larger radius, or a "
                        "mask without thin parts and lone voxels."
                    ),
                    stacklevel=4,
                )


def _shown(names: list[str]) -> str:
    rest = len(names) - NAMES_SHOWN
    return ", ".join(names[:NAMES_SHOWN]) + (f" and {rest} more (n_undefined names all)" if rest > 0 else "")
