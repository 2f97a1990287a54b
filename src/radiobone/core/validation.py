"""Is a grid one that can be measured on, and do two grids agree."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import (
    BadSpacing,
    DimensionMismatch,
    GeometryMismatch,
    NonOrthogonalGrid,
    UnreadableImage,
)
from radiobone.core.volume import Volume
from radiobone.core.warnings import GeometrySnapped, ImplausibleSpacing, warn

FloatArray = npt.NDArray[np.float64]

SAME_GRID_VOXELS = 1e-4  # rounding of headers: float32 in NIfTI, 16 characters in DICOM
SNAP_VOXELS = 0.05  # no voxel centre comes nearer to another voxel
RIGHT_ANGLE_TOLERANCE = 1e-3
POSSIBLE_SPACING_MM = (1e-6, 1e6)  # atoms to kilometres
RESAMPLE_OR_PAIR = (
    "Pair the mask with the image it was drawn on, or have it resampled to the image, nearest neighbour "
    "(`mask: {correct_grid: true}` in the settings; `correctMask` in a pyradiomics parameter file)."
)
PLAUSIBLE_SPACING_MM = (0.01, 20.0)


def check_spacing(spacing_mm: Sequence[float], what: str) -> None:
    """Refuse spacing that is not positive and finite; warn of spacing that cannot be a patient's.

    Parameters
    ----------
    spacing_mm : sequence of float
        Edge lengths of one voxel as the file gives them, in any order.
    what : str
        The file, for the message.

    Raises
    ------
    BadSpacing
        If a length is zero, negative, not finite, or no length of anything (``POSSIBLE_SPACING_MM``).
    """
    shown = " × ".join(f"{length:g}" for length in spacing_mm)
    least, most = POSSIBLE_SPACING_MM
    if not all(least <= length <= most for length in spacing_mm):
        raise BadSpacing(
            f"{what}: the header gives a voxel spacing of {shown} mm. Distances, volumes and texture all "
            "depend on it. Correct the header, or convert the image again from its source."
        )
    low, high = PLAUSIBLE_SPACING_MM
    if not all(low <= length <= high for length in spacing_mm):
        warn(
            ImplausibleSpacing(
                f"{what}: a voxel spacing of {shown} mm is possible and unlikely "
                f"(expected {low:g} to {high:g}). Check that the header is in millimetres."
            ),
            stacklevel=2,
        )


def real_numbers(array: npt.NDArray[Any], what: str) -> npt.NDArray[Any]:
    """Return an array in a type that is computed with; most are as they are.

    Parameters
    ----------
    array : ndarray
        Truth values become 0 and 1, half precision becomes single, extended becomes double, and the order of
        bytes the machine's.
    what : str
        What it is, for the message.

    Raises
    ------
    UnreadableImage
        If it holds complex numbers, words, dates or objects.
    """
    kind = array.dtype.kind
    if kind not in "buif":
        raise UnreadableImage(
            f"{what} holds values of the type {array.dtype}, and real numbers are needed. Convert it first, such as "
            "with array.astype(float)."
        )
    if kind == "b":
        return array.astype(np.uint8)
    if kind == "f" and array.dtype.itemsize not in (4, 8):
        return array.astype(np.float32 if array.dtype.itemsize < 4 else np.float64)
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def check_direction(direction: Sequence[float], what: str) -> None:
    """Refuse image axes that are not at right angles.

    Parameters
    ----------
    direction : sequence of 9 float
        Row-major 3 × 3 matrix; columns are the image axes.

    Raises
    ------
    NonOrthogonalGrid
        If two axes are not at right angles, or an axis is not of length one.
    """
    matrix = np.asarray(direction, dtype=float).reshape(3, 3)
    worst = float(np.abs(matrix.T @ matrix - np.eye(3)).max())
    if not worst <= RIGHT_ANGLE_TOLERANCE:
        raise NonOrthogonalGrid(
            f"{what}: the image axes are not at right angles (off by {worst:.3g}, allowed "
            f"{RIGHT_ANGLE_TOLERANCE:g}), as after a gantry tilt. Distances in the grid would be wrong. "
            "Resample the image to a straight grid first."
        )


def index_to_world(volume: Volume, index: npt.ArrayLike) -> FloatArray:
    """Position of voxel indices in the patient.

    Parameters
    ----------
    volume : Volume
        The grid.
    index : array-like, shape (n, 3)
        Voxel indices (z, y, x), not necessarily whole.

    Returns
    -------
    ndarray, shape (n, 3)
        Positions (x, y, z) in mm.
    """
    steps = np.asarray(index, dtype=float)[:, ::-1] * np.asarray(volume.spacing_mm[::-1])
    matrix = np.asarray(volume.direction, dtype=float).reshape(3, 3)
    return np.asarray(steps @ matrix.T + np.asarray(volume.origin_mm))


def world_to_index(volume: Volume, world_mm: npt.ArrayLike) -> FloatArray:
    """Voxel indices of positions in the patient; the inverse of ``index_to_world``.

    Parameters
    ----------
    volume : Volume
        The grid.
    world_mm : array-like, shape (n, 3)
        Positions (x, y, z) in mm.

    Returns
    -------
    ndarray, shape (n, 3)
        Indices (z, y, x), not necessarily whole.
    """
    matrix = np.asarray(volume.direction, dtype=float).reshape(3, 3)
    offset = np.asarray(world_mm, dtype=float) - np.asarray(volume.origin_mm)
    steps = np.linalg.solve(matrix, offset.T).T
    return np.asarray((steps / np.asarray(volume.spacing_mm[::-1]))[:, ::-1])


def grid_distance_voxels(image: Volume, mask: Volume) -> float:
    """Largest distance between the same corner of two grids of one shape, in the image's smallest spacing."""
    corners = np.array(list(product(*((0, n - 1) for n in image.shape))))
    apart_mm = np.linalg.norm(index_to_world(image, corners) - index_to_world(mask, corners), axis=1)
    spacing_apart = np.abs(np.subtract(image.spacing_mm, mask.spacing_mm)).max()
    return float(max(apart_mm.max(), spacing_apart) / min(image.spacing_mm))


def check_same_grid(image: Volume, mask: Volume, what: str = "mask") -> None:
    """Refuse a mask that does not lie on the image's grid.

    Parameters
    ----------
    image, mask : Volume
        With their axes in the same order and sense.
    what : str
        The mask's file, for the message.

    Raises
    ------
    DimensionMismatch
        If one is a single 2D image and the other a volume.
    GeometryMismatch
        If the number of voxels differs, or a corner lies more than 5 % of a voxel apart.

    Warns
    -----
    GeometrySnapped
        If the grids differ by less than that and more than by rounding.
    """
    if image.is_2d != mask.is_2d:
        names = {True: "a 2D image", False: "a volume"}
        raise DimensionMismatch(
            f"{what}: the image is {names[image.is_2d]} and the mask is {names[mask.is_2d]}. "
            "Which slice is meant cannot be told. Save both with the same number of dimensions."
        )
    if image.shape != mask.shape:
        raise GeometryMismatch(
            f"{what}: the mask has {_size(mask)} voxels (x × y × z), the image {_size(image)}. They are not of "
            f"the same scan or one was cropped or resampled. {RESAMPLE_OR_PAIR}"
        )
    apart = grid_distance_voxels(image, mask)
    if apart <= SAME_GRID_VOXELS:
        return
    found = f"{what}: mask and image are up to {apart:.3g} voxels apart ({_difference(image, mask)})"
    if not apart <= SNAP_VOXELS:
        raise GeometryMismatch(
            f"{found}; {SNAP_VOXELS:g} is allowed. The region would lie on other tissue than was drawn. "
            f"{RESAMPLE_OR_PAIR}"
        )
    warn(GeometrySnapped(f"{found}. The image's grid was taken for both."), stacklevel=2)


def _size(volume: Volume) -> str:
    return " × ".join(str(n) for n in volume.shape[::-1])


def _difference(image: Volume, mask: Volume) -> str:
    pairs = {
        "spacing": (image.spacing_mm[::-1], mask.spacing_mm[::-1]),
        "origin": (image.origin_mm, mask.origin_mm),
        "direction": (image.direction, mask.direction),
    }
    told = [f"{name} {_numbers(b)} against {_numbers(a)}" for name, (a, b) in pairs.items() if a != b]
    return "; ".join(told)


def _numbers(values: Sequence[float]) -> str:
    return "(" + ", ".join(f"{value:.7g}" for value in values) + ")"
