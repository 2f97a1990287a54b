"""What the families measure: a region's intensities and grey levels, or its shape."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from radiobone.core.settings import Settings
from radiobone.core.volume import Triple
from radiobone.features.matrices.alike import Alike
from radiobone.features.matrices.directions import count_pairs
from radiobone.features.matrices.grid import LevelGrid, Offset, offsets
from radiobone.features.matrices.neighbours import Neighbours, count_neighbours

WeightingNorm = Literal["manhattan", "euclidean", "infinity", "no_weighting"]


class Texture(Settings):
    """How neighbours are chosen and counted.

    Attributes
    ----------
    distances : tuple of int
        Distances in voxels, from 1 (greatest absolute component), at which voxels are neighbours.
    symmetrical_glcm : bool
        Count each pair of the co-occurrence matrix in both directions.
    weighting_norm : str or None
        Merge the directions of GLCM and GLRLM into one matrix, weighted by their length in mm in this
        norm; None computes features per direction and averages them.
    gldm_alpha : int
        Greatest difference of level at which a neighbour counts as dependent.
    """

    distances: tuple[Annotated[int, Field(ge=1)], ...] = Field(default=(1,), min_length=1)
    symmetrical_glcm: bool = True
    weighting_norm: WeightingNorm | None = None
    gldm_alpha: int = Field(default=0, ge=0, le=10_000)


@dataclass(frozen=True, eq=False)
class TextureRegion:
    """A region with intensities, cut to its box.

    Attributes
    ----------
    intensities : ndarray of float, shape (n_voxels,)
        Values inside the region, in raster order.
    grid : LevelGrid
        Its grey levels.
    spacing_mm : tuple of float, (z, y, x)
        Edge lengths of one voxel.
    plane : int or None
        Axis across which voxels are no neighbours; None in 3D.
    texture : Texture
        How neighbours are counted.
    voxel_array_shift : float
        Added to intensities before they are squared.
    """

    intensities: npt.NDArray[np.float64]
    grid: LevelGrid
    spacing_mm: Triple
    plane: int | None
    texture: Texture
    voxel_array_shift: float = 0.0

    @cached_property
    def neighbours(self) -> Neighbours:
        """What the neighbours of the region's voxels are, for the families that ask."""
        return count_neighbours(self.grid, self.offsets(), alpha=self.texture.gldm_alpha)

    @cached_property
    def alike(self) -> Alike:
        """Which voxels have the level of those beside them, for the families that ask."""
        return Alike.of(self.grid, self.offsets(distances=(1,)))

    def offsets(self, *, distances: Sequence[int] | None = None) -> list[Offset]:
        """Offsets to neighbours inside the region's box, one of each opposite pair."""
        reach = self.texture.distances if distances is None else distances
        return offsets(self.grid.layout.box, distances=reach, plane=self.plane)

    def pairs(self, most_cells: int) -> Iterator[npt.NDArray[np.uint32]]:
        """Yield counts of pairs of levels, for as many directions at a time as have ``most_cells`` together."""
        offsets = self.offsets()
        at_once = max(1, most_cells // self.grid.levels.size**2)
        parts = (offsets[first : first + at_once] for first in range(0, len(offsets), at_once))
        yield from (count_pairs(self.grid, part) for part in parts)

    def lengths_mm(self, directions: Sequence[Offset]) -> npt.NDArray[np.float64]:
        """Lengths of offsets in the weighting norm, in mm; all 1 without weighting."""
        return lengths_mm(directions, self.spacing_mm, self.texture.weighting_norm)


def lengths_mm(
    directions: Sequence[Offset], spacing_mm: Triple, norm: WeightingNorm | None
) -> npt.NDArray[np.float64]:
    """Lengths of offsets (z, y, x) in a norm, in mm; all 1 without weighting."""
    steps = np.abs(np.asarray(directions, dtype=float)).reshape(-1, 3) * np.asarray(spacing_mm)
    norms: dict[str, Any] = {
        "manhattan": lambda: steps.sum(axis=1),
        "euclidean": lambda: np.sqrt((steps**2).sum(axis=1)),
        "infinity": lambda: steps.max(axis=1),
    }
    measure = norms.get(norm or "")
    return np.ones(len(steps)) if measure is None else np.asarray(measure())


@dataclass(frozen=True, eq=False)
class ShapeRegion:
    """A region without intensities, cut to its box.

    Attributes
    ----------
    mask : ndarray of bool, shape (n_z, n_y, n_x)
        True inside.
    spacing_mm : tuple of float, (z, y, x)
        Edge lengths of one voxel.
    plane : int or None
        Axis along which a flat region is one voxel thick; None in 3D.
    """

    mask: npt.NDArray[np.bool_]
    spacing_mm: Triple
    plane: int | None = None
