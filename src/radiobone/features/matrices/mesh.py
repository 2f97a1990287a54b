"""Surface and volume of the mesh round a region, without building it.

Every cube of eight neighbouring voxels is one of 256 kinds. Area depends on the kind alone, volume
on the kind and, linearly, on the cube's place: so counting kinds and adding up places is enough.

Where voxels touch only across a diagonal, the tables of the field leave small gaps in the mesh, and the
volume then depends a little on where the array's origin lies. Regions are therefore cut to their box
first; together they give the volumes that pyradiomics gives.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Triple
from radiobone.features.matrices.cubes import CORNERS, MIDPOINTS, triangle_table
from radiobone.features.matrices.tally import tally


def surface_and_volume(mask: npt.NDArray[np.bool_], spacing_mm: Triple) -> tuple[float, float]:
    """Area and enclosed volume of the mesh half way between inside and outside voxels.

    Parameters
    ----------
    mask : ndarray of bool, shape (n_z, n_y, n_x)
        The region.
    spacing_mm : tuple of float, (z, y, x)
        Edge lengths of one voxel.

    Returns
    -------
    tuple of float
        Area in mm², volume in mm³.

    References
    ----------
    IBSI reference manual, surface area C0JK and volume (mesh) RNU0; Lorensen and Cline 1987.
    """
    spacing = np.asarray(spacing_mm)
    area, det, normal = _kinds(spacing)
    kinds = _cube_kinds(np.pad(mask, 1))
    counts = np.bincount(kinds.ravel(), minlength=256)
    places = _summed_places(kinds) * spacing
    surface = float(np.dot(counts, area))
    volume = float(np.dot(counts, det) + np.sum(places * normal)) / 6
    return surface, volume


def _cube_kinds(padded: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    n_z, n_y, n_x = (size - 1 for size in padded.shape)
    kinds = np.zeros((n_z, n_y, n_x), dtype=np.uint8)
    for bit, corner in enumerate(CORNERS.astype(int)):
        z, y, x = corner
        kinds |= padded[z : z + n_z, y : y + n_y, x : x + n_x].astype(np.uint8) << np.uint8(bit)
    return kinds


def _summed_places(kinds: npt.NDArray[np.uint8]) -> npt.NDArray[np.float64]:
    """Sum of the cubes' indices (z, y, x) for each kind, shape (256, 3)."""
    surface = np.flatnonzero((kinds != 0) & (kinds != 255))
    which = kinds.ravel()[surface]
    places = np.unravel_index(surface, kinds.shape)
    return np.stack([tally(which, axis, size=256) for axis in places], axis=1)


def _kinds(
    spacing: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return area, sum of triple products and sum of doubled normals of each of the 256 kinds."""
    kind = np.repeat(np.arange(256), [len(triangles) for triangles in triangle_table()])
    edges = np.array([triangle for triangles in triangle_table() for triangle in triangles])
    a, b, c = np.moveaxis((MIDPOINTS * spacing)[edges], 1, 0)
    twice = np.cross(b - a, c - a)
    area = tally(kind, np.linalg.norm(twice, axis=1) / 2, size=256)
    det = tally(kind, np.sum(np.cross(a, b) * c, axis=1), size=256)
    normal = np.stack([tally(kind, axis, size=256) for axis in twice.T], axis=1)
    return area, det, normal
