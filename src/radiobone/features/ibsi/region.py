"""What IBSI's families measure: a region by its two masks, its intensities and its grey levels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Volume
from radiobone.features.ibsi.settings import IbsiSettings
from radiobone.features.matrices.grid import Layout, LevelGrid
from radiobone.features.region import Texture, TextureRegion
from radiobone.imaging.crop import Box, bounding_box
from radiobone.imaging.ibsi_bins import grey_levels

Dimension = Literal["2D", "2_5D", "3D"]
AXIAL = 0  # IBSI's slices lie across z


@dataclass(frozen=True, eq=False)
class Region:
    """A region after all steps that come before the features.

    Attributes
    ----------
    image : Volume
        Intensities in double precision, with the surroundings that local intensity needs.
    outline : ndarray of bool, shape (n_z, n_y, n_x)
        The morphological mask: the region as drawn.
    inside : ndarray of bool, same shape
        The intensity mask: what of it counts.
    settings : IbsiSettings
        What is measured.
    """

    image: Volume
    outline: npt.NDArray[np.bool_]
    inside: npt.NDArray[np.bool_]
    settings: IbsiSettings

    @cached_property
    def box(self) -> Box:
        """Box of the intensity mask."""
        return bounding_box(self.inside)

    @cached_property
    def intensities(self) -> npt.NDArray[np.float64]:
        """Values inside the intensity mask, in raster order."""
        values: npt.NDArray[np.float64] = self.image.array[self.inside]
        return values

    @cached_property
    def levels(self) -> npt.NDArray[np.int64]:
        """Grey levels of the intensities, from 1."""
        return grey_levels(
            self.intensities,
            self.settings.discretisation,
            lower=self.settings.resegmentation.lower,
            max_levels=self.settings.max_gray_levels,
        )

    @cached_property
    def grid(self) -> LevelGrid:
        """The grey levels, laid out."""
        return LevelGrid.of_values(Layout.of(self.inside[self.box.slices]), self.levels)

    @cached_property
    def _volume(self) -> TextureRegion:
        return self._view(self.grid, plane=None)

    @cached_property
    def _slices_together(self) -> TextureRegion:
        return self._view(self.grid, plane=AXIAL)

    def views(self, dimension: Dimension) -> Iterator[TextureRegion]:
        """Yield the regions whose matrices are counted apart: the slices in 2D, which are not kept, else one."""
        if dimension == "2D":
            yield from (self._view(grid, plane=AXIAL) for grid in slices_of(self.grid))
        else:
            yield self._slices_together if dimension == "2_5D" else self._volume

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """What families without directions are computed for: 2D, 2.5D and 3D, each once, as asked for."""
        return tuple(dict.fromkeys(split(name)[0] for name in self.settings.aggregations))

    def _view(self, grid: LevelGrid, plane: int | None) -> TextureRegion:
        return TextureRegion(self.intensities, grid, self.image.spacing_mm, plane, Texture())


def slices_of(grid: LevelGrid) -> Iterator[LevelGrid]:
    """Yield the axial slices of a region; each keeps the numbering of the whole region's levels.

    The padding round the region is in every slice, so no step within a plane leaves the slice's part of the array.
    """
    layout, plane = grid.layout, grid.layout.strides[AXIAL]
    for number in np.unique(layout.inside // plane):
        flat = grid.flat[number * plane : (number + 1) * plane]
        counts = np.bincount(flat, minlength=grid.levels.size + 1)[1:]
        yield LevelGrid(Layout(flat > 0, layout.strides, (1, *layout.box[1:])), flat, grid.levels, counts)


def split(aggregation: str) -> tuple[Dimension, bool]:
    """Split the name of an aggregation into its dimension and whether directions are merged."""
    dimension, _, method = aggregation.rpartition("_")
    return dimension, method == "comb"  # type: ignore[return-value]
