"""The box round a region, and cutting it out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import EmptyMask
from radiobone.core.volume import Triple, Volume

EIGHT_BYTES = np.dtype(np.uint64)


@dataclass(frozen=True)
class Box:
    """A box of voxels.

    Attributes
    ----------
    low, high : tuple of int, (z, y, x)
        First and last index inside the box, along each axis.
    """

    low: tuple[int, int, int]
    high: tuple[int, int, int]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of voxels along (z, y, x)."""
        z, y, x = (high - low + 1 for low, high in zip(self.low, self.high, strict=True))
        return z, y, x

    @property
    def slices(self) -> tuple[slice, slice, slice]:
        """Index of the box in an array."""
        z, y, x = (slice(low, high + 1) for low, high in zip(self.low, self.high, strict=True))
        return z, y, x

    def grown(self, margin: int, shape: tuple[int, int, int]) -> Box:
        """Return the box with a margin on every side, as far as the image reaches."""
        low = tuple(max(index - margin, 0) for index in self.low)
        high = tuple(min(index + margin, size - 1) for index, size in zip(self.high, shape, strict=True))
        return Box(low, high)  # type: ignore[arg-type]

    def beyond(self, other: Box) -> int:
        """How many voxels the box goes beyond another, on the side where it does so most; 0 if it does not."""
        below = (inner - outer for inner, outer in zip(other.low, self.low, strict=True))
        above = (outer - inner for inner, outer in zip(other.high, self.high, strict=True))
        return max(0, *below, *above)

    def within(self, other: Box) -> Box:
        """Return the box counted from the corner of another that holds it."""
        z, y, x = other.low
        return self.shifted((-z, -y, -x))

    def shifted(self, steps: tuple[int, int, int]) -> Box:
        """Return the box moved by so many voxels along (z, y, x)."""
        low = tuple(index + step for index, step in zip(self.low, steps, strict=True))
        high = tuple(index + step for index, step in zip(self.high, steps, strict=True))
        return Box(low, high)  # type: ignore[arg-type]


def bounding_box(mask: npt.NDArray[Any]) -> Box:
    """Smallest box that holds every voxel of a region.

    Parameters
    ----------
    mask : ndarray, shape (n_z, n_y, n_x)
        Not zero inside the region.

    Raises
    ------
    EmptyMask
        If no voxel is in the region.
    """
    planes = planes_in_use(mask)
    if planes.size == 0:
        raise EmptyMask(
            "The region has no voxels, so there is nothing to measure. Check the mask and its label."
        )
    seen: npt.NDArray[np.bool_] = np.any(mask[planes[0] : planes[-1] + 1], axis=0)
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    z, y, x = ((int(along[0]), int(along[-1])) for along in (planes, rows, columns))
    return Box((z[0], y[0], x[0]), (z[1], y[1], x[1]))


def planes_in_use(array: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
    """Places along the first axis at which anything is not 0.

    Whole numbers that lie in memory without gaps are looked at eight bytes at a time.
    """
    planes = array.reshape(len(array), array.size // max(len(array), 1))
    gapless = array.flags.c_contiguous and array.dtype.kind in "bui"
    if not gapless or planes.shape[1] * array.itemsize % EIGHT_BYTES.itemsize:
        return np.flatnonzero(planes.any(axis=1))
    return np.flatnonzero(np.bitwise_or.reduce(planes.view(EIGHT_BYTES), axis=1))


def crop(volume: Volume, box: Box) -> Volume:
    """Cut a box out of a volume; the origin moves with it."""
    direction = np.asarray(volume.direction).reshape(3, 3)
    step = np.asarray(box.low[::-1]) * np.asarray(volume.spacing_mm[::-1])
    x, y, z = np.asarray(volume.origin_mm) + direction @ step
    origin_mm: Triple = (float(x), float(y), float(z))
    return replace(volume, array=volume.voxels[box.slices], origin_mm=origin_mm)


def planes_across(volume: Volume, mask: Volume) -> Volume:
    """Return the planes along z that a region on the volume's grid crosses, whole."""
    box, (_, n_y, n_x) = bounding_box(mask.array), volume.shape
    return crop(volume, Box((box.low[0], 0, 0), (box.high[0], n_y - 1, n_x - 1)))


def steps_between(outer: Volume, inner: Volume) -> tuple[int, int, int]:
    """Voxels along (z, y, x) from the first voxel of a volume to that of another on the same grid."""
    direction = np.asarray(outer.direction).reshape(3, 3)
    away_mm = direction.T @ (np.asarray(inner.origin_mm) - np.asarray(outer.origin_mm))
    x, y, z = np.rint(away_mm / np.asarray(outer.spacing_mm[::-1])).astype(int).tolist()
    return z, y, x
