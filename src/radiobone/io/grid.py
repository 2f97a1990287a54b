"""Bringing a mask onto the image's grid without touching a single value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from radiobone.core.validation import check_same_grid
from radiobone.core.volume import Cut, Volume
from radiobone.imaging.mask_grid import MaskReading

ALIGNED = 0.999  # cosine above which two axes are the same axis


def onto_grid(mask: Volume, image: Volume, what: str, reading: MaskReading | None = None) -> Volume:
    """Turn and flip the mask's axes to the image's, then hold the two grids together.

    Files of one scan often store the axes in another order or sense (DICOM against NIfTI); turning them
    is exact. Nothing is resampled.

    Parameters
    ----------
    mask : Volume
        As its file has it.
    image : Volume
        The grid wanted.
    what : str
        The mask's file, for messages.
    reading : MaskReading, optional
        How far the grids may differ. A mask that may be resampled keeps its own grid here, and so does one within a
        stated tolerance.

    Returns
    -------
    Volume
        The mask's values with the image's geometry.

    Raises
    ------
    GeometryMismatch, DimensionMismatch
    """
    if reading is not None and reading.correct_grid:
        return mask
    turned = reoriented(mask, image)
    if reading is not None and not reading.is_strict:
        return turned
    check_same_grid(image, turned, what)
    return replace(image, array=turned.array)


@dataclass(frozen=True)
class Turn:
    """How the axes of one array become those of another.

    Attributes
    ----------
    order : tuple of int, (z, y, x)
        The axis of the first that becomes each axis of the other.
    flipped : tuple of int
        Axes of the other that run the other way.
    """

    order: tuple[int, int, int] = (0, 1, 2)
    flipped: tuple[int, ...] = ()

    @classmethod
    def between(cls, mask: Volume, image: Volume) -> Self:
        """Find the turn that gives a mask's axes the order and sense of an image's; none if no axes match."""
        matrix = _axes(mask).T @ _axes(image)  # rows: the mask's axes x, y, z; columns: the image's
        order = np.abs(matrix).argmax(axis=0)
        if sorted(order) != [0, 1, 2] or np.abs(matrix[order, range(3)]).min() < ALIGNED:
            return cls()
        z, y, x = (2 - int(order[2 - axis]) for axis in range(3))
        return cls((z, y, x), tuple(axis for axis in range(3) if matrix[order[2 - axis], 2 - axis] < 0))

    def of_array(self, array: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return a view of an array, turned."""
        return np.flip(array.transpose(self.order), self.flipped)

    def of_box(self, box: Cut, shape: tuple[int, int, int]) -> Cut:
        """Return where a box of an array of that shape lies in the turned array; its ends are indices from 0 on."""
        ends = [
            (box[axis].indices(shape[axis])[:2], shape[axis], number in self.flipped)
            for number, axis in enumerate(self.order)
        ]
        z, y, x = (
            slice(size - high, size - low) if back else slice(low, high) for (low, high), size, back in ends
        )
        return z, y, x


def reoriented(mask: Volume, image: Volume) -> Volume:
    """Return the mask with its axes in the image's order and sense; unchanged if no axes match."""
    turn = Turn.between(mask, image)
    if turn == Turn():
        return mask
    order = np.array([2 - axis for axis in turn.order[::-1]])
    signs = np.array([-1.0 if 2 - axis in turn.flipped else 1.0 for axis in range(3)])
    array = turn.of_array(mask.array)
    spacing_xyz = np.asarray(mask.spacing_mm[::-1])[order]
    directions = _axes(mask)[:, order] * signs
    last = np.where(signs < 0, np.asarray(array.shape[::-1]) - 1, 0)
    origin = np.asarray(mask.origin_mm) - directions @ (last * spacing_xyz)
    return replace(
        mask,
        array=array,
        spacing_mm=(float(spacing_xyz[2]), float(spacing_xyz[1]), float(spacing_xyz[0])),
        origin_mm=(float(origin[0]), float(origin[1]), float(origin[2])),
        direction=tuple(float(value) for value in directions.ravel()),
    )


def _axes(volume: Volume) -> npt.NDArray[np.float64]:
    return np.asarray(volume.direction, dtype=float).reshape(3, 3)
