"""What IBSI's families measure: a region by its two masks, its intensities and its grey levels."""

from __future__ import annotations

from collections.abc import Sequence
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

    @cached_property
    def _slices(self) -> tuple[TextureRegion, ...]:
        return tuple(self._view(grid, plane=AXIAL) for grid in slices_of(self.grid))

    def views(self, dimension: Dimension) -> Sequence[TextureRegion]:
        """Regions whose matrices are counted apart: the slices in 2D, else one."""
        if dimension == "2D":
            return self._slices
        return (self._slices_together,) if dimension == "2_5D" else (self._volume,)

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """What families without directions are computed for: 2D, 2.5D and 3D, each once, as asked for."""
        return tuple(dict.fromkeys(split(name)[0] for name in self.settings.aggregations))

    def _view(self, grid: LevelGrid, plane: int | None) -> TextureRegion:
        return TextureRegion(self.intensities, grid, self.image.spacing_mm, plane, Texture())


def slices_of(grid: LevelGrid) -> list[LevelGrid]:
    """Split a region into its axial slices; each keeps the numbering of the whole region's levels."""
    layout = grid.layout
    numbers = layout.inside // layout.strides[AXIAL]
    starts = np.flatnonzero(np.diff(numbers)) + 1
    return [
        _only(grid, Layout(inside, layout.size, layout.strides, layout.box))
        for inside in np.split(layout.inside, starts)
    ]


def _only(grid: LevelGrid, layout: Layout) -> LevelGrid:
    counts = np.bincount(grid.flat[layout.inside], minlength=grid.levels.size + 1)[1:]
    return LevelGrid(layout, grid.flat, grid.levels, counts)


def split(aggregation: str) -> tuple[Dimension, bool]:
    """Split the name of an aggregation into its dimension and whether directions are merged."""
    dimension, _, method = aggregation.rpartition("_")
    return dimension, method == "comb"  # type: ignore[return-value]
