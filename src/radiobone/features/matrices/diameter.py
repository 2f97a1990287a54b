"""Greatest distances between points of a region's mesh.

The points lie on a lattice of half voxels. The ends of a greatest distance are corners of the convex hull of
all points, and therefore corners of the hull of their own plane, along every axis: few points are left to
compare. Hulls are found in whole numbers, so that no rounding loses a corner.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Diameters:
    """Greatest distances in mm: within a plane across z, y or x (0 where there is no point), and overall."""

    across_z: float
    across_y: float
    across_x: float
    overall: float


def mesh_vertices(mask: npt.NDArray[np.bool_]) -> IntArray:
    """Points half way between an inside voxel and its outside neighbour along an axis.

    Parameters
    ----------
    mask : ndarray of bool, shape (n_z, n_y, n_x)
        The region; outside the array counts as outside.

    Returns
    -------
    ndarray of int, shape (n_points, 3)
        In half voxels (z, y, x).
    """
    padded = np.pad(mask, 1).view(np.uint8)
    n = _find_vertices(padded, np.empty((0, 3), dtype=np.int64))
    vertices = np.empty((n + 1, 3), dtype=np.int64)  # one row is for writing ahead
    _find_vertices(padded, vertices)
    return vertices[:n]


@compiled
def _find_vertices(padded: npt.NDArray[np.uint8], vertices: IntArray) -> int:
    """Write the vertices if there is room for them, and return how many there are."""
    write = len(vertices) > 0
    n_z, n_y, n_x = padded.shape
    n = 0
    for z in range(n_z - 1):
        for y in range(n_y - 1):
            for x in range(n_x - 1):
                here = padded[z, y, x]
                d_z, d_y, d_x = (
                    padded[z + 1, y, x] != here,
                    padded[z, y + 1, x] != here,
                    padded[z, y, x + 1] != here,
                )
                if write and (d_z | d_y | d_x):
                    k = n
                    for axis in range(3):
                        vertices[k, 0], vertices[k, 1], vertices[k, 2] = 2 * z, 2 * y, 2 * x
                        vertices[k, axis] += 1
                        k += int(d_z if axis == 0 else d_y if axis == 1 else d_x)
                n += int(d_z) + int(d_y) + int(d_x)
    return n


def diameters(vertices: IntArray, spacing_mm: tuple[float, float, float]) -> Diameters:
    """Measure the greatest distances between vertices.

    Parameters
    ----------
    vertices : ndarray of int, shape (n_points, 3)
        In half voxels (z, y, x), from ``mesh_vertices``.
    spacing_mm : tuple of float, (z, y, x)
        Edge lengths of one voxel.
    """
    columns = [column - column.min() for column in vertices.T]
    size = tuple(int(column.max()) + 1 for column in columns)
    half_mm = np.asarray(spacing_mm) / 2
    (across_z, z), (across_y, y), (across_x, x) = (
        _in_planes(columns, axis, size, half_mm) for axis in range(3)
    )
    corners = np.sort(np.concatenate([z, y, x]))
    shared = corners[2:][corners[2:] == corners[:-2]]  # corners along all three axes
    ends = np.stack(np.unravel_index(shared, size), axis=1) * half_mm
    from_middle = np.sqrt(np.sum((ends - (ends.min(axis=0) + ends.max(axis=0)) / 2) ** 2, axis=1))
    order = np.argsort(-from_middle, kind="stable")
    overall = float(_farthest(ends[order], from_middle[order]))
    return Diameters(across_z, across_y, across_x, overall)


def _in_planes(
    columns: Sequence[IntArray], axis: int, size: tuple[int, ...], half_mm: FloatArray
) -> tuple[float, IntArray]:
    """Greatest distance within planes across an axis, and the corners of the planes' hulls as flat indices."""
    u, v = (other for other in range(3) if other != axis)
    order = [axis, u, v]
    lowest = np.full((size[axis], size[u]), size[v], dtype=np.int64)
    highest = np.full((size[axis], size[u]), -1, dtype=np.int64)
    _find_ends(columns[axis], columns[u], columns[v], lowest, highest)
    stride = np.array([size[1] * size[2], size[2], 1])[order]
    corners = np.empty(2 * lowest.size, dtype=np.int64)
    squared, n_corners = _scan(lowest, highest, half_mm[u], half_mm[v], stride, corners)
    return math.sqrt(squared), corners[:n_corners]


@compiled
def _find_ends(plane: IntArray, line: IntArray, place: IntArray, lowest: IntArray, highest: IntArray) -> None:
    """Keep the first and last point of every line in every plane: no other can be a corner of a hull."""
    for i in range(plane.size):
        lowest[plane[i], line[i]] = min(lowest[plane[i], line[i]], place[i])
        highest[plane[i], line[i]] = max(highest[plane[i], line[i]], place[i])


@compiled
def _turn(points: IntArray, a: int, b: int, c: int) -> int:
    """Twice the directed area of three points in a plane."""
    u, v = points[a, 0], points[a, 1]
    turn: int = (points[b, 0] - u) * (points[c, 1] - v) - (points[b, 1] - v) * (points[c, 0] - u)
    return turn


@compiled
def _hull(points: IntArray, end: int, chain: IntArray) -> int:
    """Corners of the hull of the first ``end`` points, which are sorted, by Andrew's monotone chain; returns how many."""
    n = 0
    for place in range(end):
        while n >= 2 and _turn(points, chain[n - 2], chain[n - 1], place) <= 0:
            n -= 1
        chain[n] = place
        n += 1
    lower = n
    for place in range(end - 2, -1, -1):
        while n > lower and _turn(points, chain[n - 2], chain[n - 1], place) <= 0:
            n -= 1
        chain[n] = place
        n += 1
    return max(n - 1, 1)


@compiled
def _scan(
    lowest: IntArray, highest: IntArray, u_mm: float, v_mm: float, stride: IntArray, corners: IntArray
) -> tuple[float, int]:
    """Greatest squared distance in any plane; writes the hulls' corners and returns how many there are."""
    greatest, n_corners = 0.0, 0
    n_planes, n_lines = lowest.shape
    points = np.empty((2 * n_lines, 2), dtype=np.int64)
    chain = np.empty(4 * n_lines + 1, dtype=np.int64)
    for plane in range(n_planes):
        end = 0
        for line in range(n_lines):
            if highest[plane, line] >= 0:
                points[end, 0], points[end, 1] = line, lowest[plane, line]
                end += 1
            if highest[plane, line] > lowest[plane, line]:
                points[end, 0], points[end, 1] = line, highest[plane, line]
                end += 1
        for i in range(_hull(points, end, chain) if end > 0 else 0):
            line, place = points[chain[i], 0], points[chain[i], 1]
            corners[n_corners] = plane * stride[0] + line * stride[1] + place * stride[2]
            n_corners += 1
            for j in range(i):
                u = (line - points[chain[j], 0]) * u_mm
                v = (place - points[chain[j], 1]) * v_mm
                greatest = max(greatest, u * u + v * v)
    return greatest, n_corners


@compiled
def _farthest(points: FloatArray, from_middle: FloatArray) -> float:
    """Greatest distance; the points come by falling distance from the middle, which bounds what is left."""
    greatest = 0.0
    for i in range(len(points)):
        if from_middle[i] + from_middle[0] <= greatest:
            break
        for j in range(i):
            if from_middle[i] + from_middle[j] <= greatest:
                break
            z = points[i, 0] - points[j, 0]
            y = points[i, 1] - points[j, 1]
            x = points[i, 2] - points[j, 2]
            greatest = max(greatest, np.sqrt(z * z + y * y + x * x))
    return greatest
