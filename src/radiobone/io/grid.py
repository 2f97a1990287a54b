"""Bringing a mask onto the image's grid without touching a single value."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from radiobone.core.validation import check_same_grid
from radiobone.core.volume import Volume
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


def reoriented(mask: Volume, image: Volume) -> Volume:
    """Return the mask with its axes in the image's order and sense; unchanged if no axes match."""
    matrix = _axes(mask).T @ _axes(image)  # rows: the mask's axes x, y, z; columns: the image's
    order = np.abs(matrix).argmax(axis=0)
    signs = np.sign(matrix[order, range(3)])
    if sorted(order) != [0, 1, 2] or np.abs(matrix[order, range(3)]).min() < ALIGNED:
        return mask
    if (order == [0, 1, 2]).all() and (signs > 0).all():
        return mask
    array = mask.array.transpose([2 - order[2 - axis] for axis in range(3)])
    flipped = tuple(axis for axis in range(3) if signs[2 - axis] < 0)
    spacing_xyz = np.asarray(mask.spacing_mm[::-1])[order]
    directions = _axes(mask)[:, order] * signs
    last = np.where(signs < 0, np.asarray(array.shape[::-1]) - 1, 0)
    origin = np.asarray(mask.origin_mm) - directions @ (last * spacing_xyz)
    return replace(
        mask,
        array=np.flip(array, flipped),
        spacing_mm=(float(spacing_xyz[2]), float(spacing_xyz[1]), float(spacing_xyz[0])),
        origin_mm=(float(origin[0]), float(origin[1]), float(origin[2])),
        direction=tuple(float(value) for value in directions.ravel()),
    )


def _axes(volume: Volume) -> npt.NDArray[np.float64]:
    return np.asarray(volume.direction, dtype=float).reshape(3, 3)
