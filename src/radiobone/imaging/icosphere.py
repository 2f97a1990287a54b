"""Points spread evenly over a sphere: the corners of an icosahedron whose edges are halved again and again."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
Faces = npt.NDArray[np.int64]

SHORT, LONG = 0.5257311121191336, 0.85065080835204  # half an edge, and half an edge times the golden ratio
CORNERS = (
    (-SHORT, LONG, 0.0), (SHORT, LONG, 0.0), (-SHORT, -LONG, 0.0), (SHORT, -LONG, 0.0),
    (0.0, -SHORT, LONG), (0.0, SHORT, LONG), (0.0, -SHORT, -LONG), (0.0, SHORT, -LONG),
    (LONG, 0.0, -SHORT), (LONG, 0.0, SHORT), (-LONG, 0.0, -SHORT), (-LONG, 0.0, SHORT),
)  # fmt: skip


def icosphere(subdivisions: int, radius: float) -> FloatArray:
    """Corners of a subdivided icosahedron.

    Parameters
    ----------
    subdivisions : int
        How often every edge is halved.
    radius : float
        Distance of the points from the origin.

    Returns
    -------
    ndarray of float, shape (2 + 10 · 4 ** subdivisions, 3)
        Coarse points first, those between two points after them, ordered by the pair's later and earlier point.
    """
    points = np.array(CORNERS)
    faces = _faces(points)
    if subdivisions == 0:
        return _onto_sphere(points, radius)
    for _ in range(subdivisions):
        points, faces = _halved(points, faces)
        points = _onto_sphere(points, radius)
    return points


def _faces(points: FloatArray) -> Faces:
    """Triples of corners that are an edge apart from each other."""
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    near = (apart > 0) & (apart < 1.5 * (2 * SHORT))
    triples = combinations(range(len(points)), 3)
    return np.array([t for t in triples if near[t[0], t[1]] and near[t[1], t[2]] and near[t[0], t[2]]])


def _halved(points: FloatArray, faces: Faces) -> tuple[FloatArray, Faces]:
    """Put a point in the middle of every edge, and four faces in place of one."""
    edges = np.sort(faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2), axis=1)
    pairs, which = np.unique(edges[:, ::-1], axis=0, return_inverse=True)
    middles = points[pairs[:, ::-1]].mean(axis=1)
    ab, bc, ca = (which.reshape(-1, 3) + len(points)).T
    a, b, c = faces.T
    quarters = np.stack([(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)])
    return np.vstack([points, middles]), quarters.transpose(2, 0, 1).reshape(-1, 3)


def _onto_sphere(points: FloatArray, radius: float) -> FloatArray:
    lengths = np.sqrt(np.dot(points**2, np.ones(3)))
    return np.asarray(points + points / lengths[:, None] * (radius - lengths)[:, None])
