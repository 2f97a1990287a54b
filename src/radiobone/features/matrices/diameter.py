"""Greatest distances between points of a region's mesh.

The points lie on a lattice of half voxels. The ends of a greatest distance are corners of the convex hull of
all points, and therefore corners of the hull of their own plane, along every axis: few points are left to
compare. Hulls are found in whole numbers, so that no rounding loses a corner.
"""

from __future__ import annotations

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
    mask : ndarray of bool, any number of axes
        The region; outside the array counts as outside.

    Returns
    -------
    ndarray of int, shape (n_points, n_axes)
        In half voxels.
    """
    padded = np.pad(mask, 1).astype(np.int8)
    found = []
    for axis in range(mask.ndim):
        place = 2 * np.argwhere(np.diff(padded, axis=axis))
        place[:, axis] += 1
        found.append(place)
    return np.concatenate(found)


def diameters(vertices: IntArray, spacing_mm: tuple[float, float, float]) -> Diameters:
    """Measure the greatest distances between vertices.

    Parameters
    ----------
    vertices : ndarray of int, shape (n_points, 3)
        In half voxels (z, y, x), from ``mesh_vertices``.
    spacing_mm : tuple of float, (z, y, x)
        Edge lengths of one voxel.
    """
    vertices = vertices - vertices.min(axis=0)
    size = vertices.max(axis=0) + 1
    half_mm = np.asarray(spacing_mm) / 2
    corner = np.ones(len(vertices), dtype=np.bool_)
    in_planes = [_in_planes(vertices, axis, size, half_mm, corner) for axis in range(3)]
    ends = vertices[corner] * half_mm
    from_middle = np.sqrt(np.sum((ends - (ends.min(axis=0) + ends.max(axis=0)) / 2) ** 2, axis=1))
    order = np.argsort(-from_middle, kind="stable")
    overall = float(_farthest(ends[order], from_middle[order]))
    return Diameters(in_planes[0], in_planes[1], in_planes[2], overall)


def _in_planes(
    vertices: IntArray, axis: int, size: IntArray, half_mm: FloatArray, corner: npt.NDArray[np.bool_]
) -> float:
    """Greatest distance within planes across an axis; ``corner`` stays True at corners of their hulls alone."""
    u, v = (other for other in range(3) if other != axis)
    order = np.lexsort((vertices[:, v], vertices[:, u], vertices[:, axis]))
    keep = np.zeros(len(vertices), dtype=np.bool_)
    squared = _scan(vertices[order][:, [axis, u, v]], half_mm[u], half_mm[v], order, keep)
    corner &= keep
    return float(np.sqrt(squared))


@compiled
def _turn(points: IntArray, a: int, b: int, c: int) -> int:
    """Twice the directed area of three points in a plane."""
    (u, v), (u_b, v_b), (u_c, v_c) = points[a, 1:], points[b, 1:], points[c, 1:]
    turn: int = (u_b - u) * (v_c - v) - (v_b - v) * (u_c - u)
    return turn


@compiled
def _hull(points: IntArray, first: int, end: int, chain: IntArray) -> int:
    """Corners of the hull of sorted points, by Andrew's monotone chain; returns how many there are."""
    n = 0
    for place in range(first, end):
        while n >= 2 and _turn(points, chain[n - 2], chain[n - 1], place) <= 0:
            n -= 1
        chain[n] = place
        n += 1
    lower = n
    for place in range(end - 2, first - 1, -1):
        while n > lower and _turn(points, chain[n - 2], chain[n - 1], place) <= 0:
            n -= 1
        chain[n] = place
        n += 1
    return max(n - 1, 1)


@compiled
def _scan(points: IntArray, u_mm: float, v_mm: float, order: IntArray, keep: npt.NDArray[np.bool_]) -> float:
    """Greatest squared distance in any plane; marks the hulls' corners."""
    greatest = 0.0
    chain = np.empty(2 * len(points) + 2, dtype=np.int64)
    first = 0
    for end in range(1, len(points) + 1):
        if end < len(points) and points[end, 0] == points[first, 0]:
            continue
        n = _hull(points, first, end, chain)
        for i in range(n):
            keep[order[chain[i]]] = True
            for j in range(i):
                u = (points[chain[i], 1] - points[chain[j], 1]) * u_mm
                v = (points[chain[i], 2] - points[chain[j], 2]) * v_mm
                greatest = max(greatest, u * u + v * v)
        first = end
    return greatest


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
