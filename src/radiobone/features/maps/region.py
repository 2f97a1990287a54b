"""What the families of maps measure: levels and intensities of a region, and the neighbourhoods of its voxels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Triple
from radiobone.features.maps.neighbourhoods import IntArray, Neighbourhoods, Window
from radiobone.features.region import Texture


@dataclass(frozen=True, eq=False)
class MapRegion:
    """A region in one image, padded so that every neighbourhood fits, and flattened.

    Attributes
    ----------
    levels : ndarray of uint16, shape (n_all,)
        Grey levels, from 1, of the voxels that count; 0 elsewhere.
    intensities : ndarray of float, shape (n_all,)
        Values of the voxels that count.
    intensity_levels : ndarray of uint16, shape (n_all,)
        Grey levels of the intensities in double precision, which first-order statistics use; in a single
        precision image they can differ from ``levels`` at the edges of bins.
    centres : ndarray of int64, shape (n_voxels,)
        Places of the region's voxels, in raster order.
    shape : tuple of int, (n_z, n_y, n_x)
        Size of the padded box.
    window : Window
        Shape of the neighbourhoods.
    spacing_mm : tuple of float, (z, y, x)
        Edge lengths of one voxel.
    texture : Texture
        How neighbours are counted.
    voxel_array_shift : float
        Added to intensities before they are squared.
    """

    levels: npt.NDArray[np.uint16]
    intensities: npt.NDArray[np.float64]
    intensity_levels: npt.NDArray[np.uint16]
    centres: IntArray
    shape: tuple[int, int, int]
    window: Window
    spacing_mm: Triple
    texture: Texture
    voxel_array_shift: float = 0.0

    @cached_property
    def highest(self) -> int:
        """The highest level that counts."""
        return int(self.levels.max())

    @cached_property
    def n_levels(self) -> int:
        """How many levels there are."""
        return int(np.count_nonzero(np.bincount(self.levels)[1:]))

    @cached_property
    def steps(self) -> IntArray:
        """Distances in the flat arrays to the voxels of a neighbourhood."""
        _, n_y, n_x = self.shape
        strides = np.array([n_y * n_x, n_x, 1])
        return np.asarray(np.asarray(self.window.reach, dtype=np.int64) @ strides, dtype=np.int64)

    def batches(self, size: int) -> Iterator[tuple[slice, Batch]]:
        """Yield the region in batches of ``size`` voxels, each with its place among ``centres``."""
        for first in range(0, self.centres.size, size):
            rows = slice(first, first + size)
            yield rows, Batch(self, self.centres[rows])


@dataclass(frozen=True, eq=False)
class Batch:
    """Some voxels of a region, for whose neighbourhoods features are computed.

    Attributes
    ----------
    region : MapRegion
        The whole region.
    centres : ndarray of int64, shape (n,)
        Places of the voxels in its flat arrays.
    """

    region: MapRegion
    centres: IntArray

    @cached_property
    def around(self) -> Neighbourhoods:
        """Grey levels of the neighbourhoods."""
        region = self.region
        return Neighbourhoods.cut(region.levels, self.centres, region.steps, region.highest)

    def __len__(self) -> int:
        return self.centres.size


def padded(
    box_shape: tuple[int, int, int], counts: npt.NDArray[np.bool_], radius: int, values: npt.NDArray[Any]
) -> npt.NDArray[Any]:
    """Put values of the voxels that count, in raster order, into a flat array with ``radius`` zeros all round."""
    whole = np.zeros([size + 2 * radius for size in box_shape], dtype=values.dtype)
    inner = tuple(slice(radius, radius + size) for size in box_shape)
    whole[inner][counts] = values
    return whole.ravel()
