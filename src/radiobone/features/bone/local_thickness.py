"""Local thickness: at each point the diameter of the largest ball that holds it and fits into the structure."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.core.volume import Triple
from radiobone.features.bone.depth import point_distance_mm
from radiobone.imaging.crop import bounding_box

BoolArray = npt.NDArray[np.bool_]


def local_thickness_mm(structure: BoolArray, spacing_mm: Triple) -> npt.NDArray[np.float64]:
    """Fit balls into a structure.

    Their centres lie at voxel centres, faces, edges and corners, and they end at voxel faces: a plate of n voxels along
    an axis is n voxels thick, odd or even. Beyond the array counts as outside.

    Parameters
    ----------
    structure : ndarray of bool, shape (n_z, n_y, n_x)
        True inside.
    spacing_mm : tuple of float, (z, y, x)
        Edge lengths of one voxel.

    Returns
    -------
    ndarray of float64, shape (n_z, n_y, n_x)
        Diameter in mm at each voxel's centre; 0 outside.

    References
    ----------
    Hildebrand and Rüegsegger 1997, doi 10.1046/j.1365-2818.1997.1340694.x
    """
    thickness = np.zeros(structure.shape)
    if structure.any():
        box = bounding_box(structure).slices
        z, y, x = (step / 2 for step in spacing_mm)
        inner = np.zeros(structure[box].shape)
        _paint(point_distance_mm(_half_steps(structure[box]), (z, y, x)), inner, z, y, x)
        thickness[box] = np.where(structure[box], inner, 0.0)
    return thickness


def _half_steps(structure: BoolArray) -> BoolArray:
    """Points at half a voxel's steps: inside if every voxel that they touch is."""
    points: npt.NDArray[Any] = structure
    for axis in range(3):
        along = np.moveaxis(points, axis, 0)
        finer = np.zeros((2 * along.shape[0] + 1, *along.shape[1:]), dtype=bool)
        finer[1::2] = along
        finer[2:-1:2] = along[:-1] & along[1:]
        points = np.moveaxis(finer, 0, axis)
    return np.ascontiguousarray(points)


@compiled
def _paint(
    radius: npt.NDArray[np.float64],
    thickness: npt.NDArray[np.float64],
    z_mm: float,
    y_mm: float,
    x_mm: float,
) -> None:
    """Write into each voxel the diameter of the largest ball that holds its centre."""
    n_z, n_y, n_x = radius.shape
    for i in range(1, n_z - 1):
        for j in range(1, n_y - 1):
            for k in range(1, n_x - 1):
                if radius[i, j, k] > 0.0 and not _hidden(radius, i, j, k, z_mm, y_mm, x_mm):
                    _paint_ball(thickness, radius[i, j, k], i, j, k, z_mm, y_mm, x_mm)


@compiled
def _hidden(
    radius: npt.NDArray[np.float64], i: int, j: int, k: int, z_mm: float, y_mm: float, x_mm: float
) -> bool:
    """Whether a point's ball lies inside the ball of a neighbouring point, which paints the same and more."""
    own = radius[i, j, k]
    for di in range(-1, 2):
        for dj in range(-1, 2):
            for dk in range(-1, 2):
                way = np.sqrt((di * z_mm) ** 2 + (dj * y_mm) ** 2 + (dk * x_mm) ** 2)
                if way > 0.0 and radius[i + di, j + dj, k + dk] >= own + way - 1e-9:
                    return True
    return False


@compiled
def _paint_ball(
    thickness: npt.NDArray[np.float64],
    own: float,
    i: int,
    j: int,
    k: int,
    z_mm: float,
    y_mm: float,
    x_mm: float,
) -> None:
    """Paint the voxels whose centres lie in one ball; they are the odd points along each axis."""
    limit = own * own * (1.0 + 1e-9)
    n_z, n_y, n_x = thickness.shape
    for a in range(max(0, int(i - own / z_mm) // 2 - 1), min(n_z, int(i + own / z_mm) // 2 + 2)):
        way_z = ((2 * a + 1 - i) * z_mm) ** 2
        for b in range(max(0, int(j - own / y_mm) // 2 - 1), min(n_y, int(j + own / y_mm) // 2 + 2)):
            way_zy = way_z + ((2 * b + 1 - j) * y_mm) ** 2
            if way_zy > limit:
                continue
            for c in range(max(0, int(k - own / x_mm) // 2 - 1), min(n_x, int(k + own / x_mm) // 2 + 2)):
                if way_zy + ((2 * c + 1 - k) * x_mm) ** 2 <= limit:
                    thickness[a, b, c] = max(thickness[a, b, c], 2.0 * own)
