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
BLOCK = 4


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
        thickness[box] = _painted(structure[box], (spacing_mm[0] / 2, spacing_mm[1] / 2, spacing_mm[2] / 2))
    return thickness


def _painted(structure: BoolArray, half_mm: Triple) -> npt.NDArray[np.float64]:
    """Diameter of the largest ball that holds each voxel's centre."""
    radius = point_distance_mm(_half_steps(structure), half_mm)
    seen = np.zeros(radius.shape, dtype=np.uint8)
    _clear_hidden(radius, seen, *half_mm)
    centres = np.flatnonzero(seen)
    radii = radius.ravel()[centres]
    largest_first = np.argsort(-radii, kind="stable")
    places = np.stack(np.unravel_index(centres[largest_first], radius.shape), axis=1)
    painted = np.zeros(structure.shape)
    free, left = _to_paint(structure), _in_blocks(structure)
    _paint(np.ascontiguousarray(places), radii[largest_first], painted, free, left, *half_mm)
    return painted


def _to_paint(structure: BoolArray) -> npt.NDArray[np.int32]:
    """Lead from each voxel of a row to itself if it is inside, else to the next; shape (n_z n_y, n_x + 1)."""
    n_z, n_y, n_x = structure.shape
    free = np.tile(np.arange(n_x + 1, dtype=np.int32), (n_z * n_y, 1))
    free[:, :n_x] += ~structure.reshape(-1, n_x)
    return free


def _in_blocks(structure: BoolArray) -> npt.NDArray[np.int64]:
    """Count the voxels inside in blocks of 4 × 4 × 4."""
    counts: npt.NDArray[np.int64] = structure.astype(np.int64)
    for axis, size in enumerate(structure.shape):
        counts = np.add.reduceat(counts, np.arange(0, size, BLOCK), axis=axis)
    return np.ascontiguousarray(counts)


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
def _clear_hidden(
    radius: npt.NDArray[np.float64], seen: npt.NDArray[np.uint8], z_mm: float, y_mm: float, x_mm: float
) -> None:
    """Mark the points whose balls lie inside no ball of a neighbouring point, which would paint the same and more."""
    n_z, n_y, n_x = radius.shape
    for i in range(1, n_z - 1):
        for j in range(1, n_y - 1):
            for k in range(1, n_x - 1):
                if radius[i, j, k] > 0.0 and not _hidden(radius, i, j, k, z_mm, y_mm, x_mm):
                    seen[i, j, k] = 1


@compiled
def _hidden(
    radius: npt.NDArray[np.float64], i: int, j: int, k: int, z_mm: float, y_mm: float, x_mm: float
) -> bool:
    """Whether a point's ball lies inside the ball of a neighbouring point."""
    own = radius[i, j, k]
    for di in range(-1, 2):
        for dj in range(-1, 2):
            for dk in range(-1, 2):
                other = radius[i + di, j + dj, k + dk]
                if other > own:
                    way = np.sqrt((di * z_mm) ** 2 + (dj * y_mm) ** 2 + (dk * x_mm) ** 2)
                    if other >= own + way - 1e-9:
                        return True
    return False


@compiled
def _paint(
    places: npt.NDArray[np.int64],
    radii: npt.NDArray[np.float64],
    thickness: npt.NDArray[np.float64],
    free: npt.NDArray[np.int32],
    left: npt.NDArray[np.int64],
    z_mm: float,
    y_mm: float,
    x_mm: float,
) -> None:
    """Write into each voxel inside the diameter of the first ball that holds its centre; the largest balls come first.

    ``free`` leads from each voxel of a row to the next that is not yet painted, and ``left`` counts those inside by blocks,
    so that no voxel is looked at often, and few balls that have nothing to paint.
    """
    n_z, n_y, n_x = thickness.shape
    for ball in range(radii.size):
        i, j, k, own = places[ball, 0], places[ball, 1], places[ball, 2], radii[ball]
        limit = own * own * (1.0 + 1e-9)
        low_a, high_a = max(0, int(i - own / z_mm) // 2 - 1), min(n_z, int(i + own / z_mm) // 2 + 2)
        low_b, high_b = max(0, int(j - own / y_mm) // 2 - 1), min(n_y, int(j + own / y_mm) // 2 + 2)
        low_c, high_c = max(0, int(k - own / x_mm) // 2 - 1), min(n_x, int(k + own / x_mm) // 2 + 2)
        if _all_painted(left, low_a, high_a, low_b, high_b, low_c, high_c):
            continue
        for a in range(low_a, high_a):
            way_z = ((2 * a + 1 - i) * z_mm) ** 2
            for b in range(low_b, high_b):
                row = a * n_y + b
                if _next_free(free, row, low_c) >= high_c:
                    continue
                square = limit - way_z - ((2 * b + 1 - j) * y_mm) ** 2
                if square < 0.0:
                    continue
                reach = np.sqrt(square) / x_mm
                c = _next_free(free, row, max(0, int(np.ceil((k - 1 - reach) / 2.0 - 1e-9))))
                last = min(n_x - 1, int(np.floor((k - 1 + reach) / 2.0 + 1e-9)))
                while c <= last:
                    thickness[a, b, c] = 2.0 * own
                    left[a // BLOCK, b // BLOCK, c // BLOCK] -= 1
                    free[row, c] = c + 1
                    c = _next_free(free, row, c + 1)


@compiled
def _all_painted(
    left: npt.NDArray[np.int64], low_a: int, high_a: int, low_b: int, high_b: int, low_c: int, high_c: int
) -> bool:
    """Whether no voxel inside is left to paint in a box."""
    for a in range(low_a // BLOCK, (high_a - 1) // BLOCK + 1):
        for b in range(low_b // BLOCK, (high_b - 1) // BLOCK + 1):
            for c in range(low_c // BLOCK, (high_c - 1) // BLOCK + 1):
                if left[a, b, c] > 0:
                    return False
    return True


@compiled
def _next_free(free: npt.NDArray[np.int32], row: int, place: int) -> int:
    """Follow a row to the next voxel that is not yet painted, and shorten the way for later."""
    end = place
    while free[row, end] != end:
        end = free[row, end]
    while free[row, place] != end:
        onward = free[row, place]
        free[row, place] = end
        place = onward
    return end
