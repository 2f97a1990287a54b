"""How deep voxels lie below the surface of a region, in mm, on voxels of any shape."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.core.lazy import lazily
from radiobone.core.volume import Triple

ndimage = lazily("scipy.ndimage")  # slow to import


def depth_mm(mask: npt.NDArray[np.bool_], spacing_mm: Triple) -> npt.NDArray[np.float64]:
    """Distance of the centre of each voxel inside a region to its surface, which is made of voxel faces.

    Exact on voxels of any shape. Beyond the array counts as outside.

    Parameters
    ----------
    mask : ndarray of bool, shape (n_z, n_y, n_x)
        True inside.
    spacing_mm : tuple of float, (z, y, x)
        Edge lengths of one voxel.

    Returns
    -------
    ndarray of float64, shape (n_z, n_y, n_x)
        In mm; 0 outside.
    """
    found = _least(np.pad(mask, 1), spacing_mm, to_face=0.5)
    return np.ascontiguousarray(found[1:-1, 1:-1, 1:-1])


def point_distance_mm(inside: npt.NDArray[np.bool_], spacing_mm: Triple) -> npt.NDArray[np.float64]:
    """Distance of each point inside to the nearest point outside, between the points themselves.

    Parameters
    ----------
    inside : ndarray of bool, shape (n_z, n_y, n_x)
        At least one point is outside.
    spacing_mm : tuple of float, (z, y, x)
        Steps between points.
    """
    return _least(inside, spacing_mm, to_face=0.0)


def _least(inside: npt.NDArray[np.bool_], spacing_mm: Triple, to_face: float) -> npt.NDArray[np.float64]:
    square = np.where(inside, np.inf, 0.0)
    for axis in (
        2,
        1,
        0,
    ):  # the square of a distance is a sum over the axes, so its least is found axis by axis
        lines = np.ascontiguousarray(np.moveaxis(square, axis, -1))
        nearest = np.empty_like(lines)
        n = lines.shape[-1]
        _sweep(lines.reshape(-1, n), nearest.reshape(-1, n), float(spacing_mm[axis]), to_face)
        square = np.moveaxis(nearest, -1, axis)
    return np.asarray(np.sqrt(square))


@compiled
def _sweep(
    lines: npt.NDArray[np.float64], nearest: npt.NDArray[np.float64], step_mm: float, to_face: float
) -> None:
    """For each place on a line, the least sum of a place's value and the square of the way there, less a part of a step."""
    for row in range(lines.shape[0]):
        n = lines.shape[1]
        for place in range(n):
            least = lines[row, place]
            for away in range(1, n):
                way = (away - to_face) * step_mm
                if way * way >= least:
                    break
                if place - away >= 0:
                    least = min(least, lines[row, place - away] + way * way)
                if place + away < n:
                    least = min(least, lines[row, place + away] + way * way)
            nearest[row, place] = least


def within_mm(mask: npt.NDArray[np.bool_], distance_mm: float, spacing_mm: Triple) -> npt.NDArray[np.bool_]:
    """Widen a region by a distance.

    Parameters
    ----------
    mask : ndarray of bool, shape (n_z, n_y, n_x)
        True inside.
    distance_mm : float
        How far, between voxel centres.
    spacing_mm : tuple of float, (z, y, x)
        Edge lengths of one voxel.
    """
    away = ndimage.distance_transform_edt(~mask, sampling=spacing_mm)
    return np.asarray(away <= distance_mm, dtype=np.bool_)
