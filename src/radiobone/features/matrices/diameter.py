"""Greatest distances between points of a region's mesh."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.spatial import ConvexHull, QhullError
from scipy.spatial.distance import pdist

from radiobone.core.volume import Triple

Points = npt.NDArray[np.float64]
FEW = 64  # up to this many points, comparing all pairs is faster than finding the hull


def mesh_vertices(mask: npt.NDArray[np.bool_]) -> Points:
    """Points half way between an inside voxel and its outside neighbour along an axis.

    Parameters
    ----------
    mask : ndarray of bool, any number of axes
        The region; outside the array counts as outside.

    Returns
    -------
    ndarray, shape (n_points, n_axes)
        In voxels; exact halves.
    """
    padded = np.pad(mask, 1).astype(np.int8)
    found = []
    for axis in range(mask.ndim):
        place = np.argwhere(np.diff(padded, axis=axis)).astype(float)
        place[:, axis] += 0.5
        found.append(place)
    return np.concatenate(found)


def greatest_distance(points: Points) -> float:
    """Greatest distance between any two of the points, shape (n_points, n_axes); 0 for a single one."""
    if len(points) > FEW:
        points = _hull(points)
    return float(pdist(points).max(initial=0.0))


def _hull(points: Points) -> Points:
    try:
        corners: Points = points[ConvexHull(points).vertices]
        return corners
    except QhullError:  # all points in one plane or line: their extremes hold the greatest distance
        return _extremes(points)


def _extremes(points: Points) -> Points:
    """First and last point of every line along the axis of greatest extent."""
    axis = int(np.argmax(np.ptp(points, axis=0)))
    others = [other for other in range(points.shape[1]) if other != axis]
    order = np.lexsort((points[:, axis], *(points[:, other] for other in others)))
    ordered = points[order]
    changes = np.any(np.diff(ordered[:, others], axis=0) != 0, axis=1)
    ends = np.append(changes, True) | np.insert(changes, 0, True)
    extremes: Points = ordered[ends]
    return extremes


def greatest_distance_in_planes(vertices: Points, axis: int, spacing_mm: Triple) -> float:
    """Greatest distance between two vertices with the same coordinate along an axis.

    Parameters
    ----------
    vertices : ndarray, shape (n_points, 3)
        In voxels, from ``mesh_vertices``.
    axis : int
        Axis (z, y, x = 0, 1, 2) across the planes.
    spacing_mm : tuple of float, (z, y, x)
        Edge lengths of one voxel.
    """
    in_plane = [other for other in range(3) if other != axis]
    order = np.argsort(vertices[:, axis], kind="stable")
    ordered = vertices[order]
    starts = np.flatnonzero(np.diff(ordered[:, axis])) + 1
    points = ordered[:, in_plane] * np.asarray(spacing_mm)[in_plane]
    greatest = 0.0
    for plane in np.split(points, starts):
        if np.hypot(*np.ptp(plane, axis=0)) > greatest:  # its box could hold a longer one
            greatest = max(greatest, greatest_distance(_extremes(plane)))
    return greatest
