"""Surface and volume of the mesh round a region, without building it.

Every cube of eight neighbouring voxels is one of 256 kinds. Area depends on the kind alone, volume
on the kind and, linearly, on the cube's place: so counting kinds and adding up places is enough.

Where voxels touch only across a diagonal, the tables of the field leave small gaps in the mesh, and the
volume then depends a little on where the array's origin lies. Regions are therefore cut to their box
first; together they give the volumes that pyradiomics gives.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.core.volume import Triple
from radiobone.features.matrices.cubes import MIDPOINTS, triangle_table
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
    counts = np.zeros(256, dtype=np.int64)
    places = np.zeros((256, 3), dtype=np.int64)
    _count_kinds(np.pad(mask, 1).view(np.uint8), counts, places)
    surface = float(np.dot(counts, area))
    volume = float(np.dot(counts, det) + np.sum(places * spacing * normal)) / 6
    return surface, volume


@compiled
def _count_kinds(
    padded: npt.NDArray[np.uint8], counts: npt.NDArray[np.int64], places: npt.NDArray[np.int64]
) -> None:
    """Count the cubes of each kind that the surface cuts, and sum their indices (z, y, x)."""
    n_z, n_y, n_x = padded.shape
    for z in range(n_z - 1):
        for y in range(n_y - 1):
            kind = 0  # the padding's
            for x in range(n_x - 1):
                near = padded[z, y, x + 1] | padded[z, y + 1, x + 1] << 2
                far = padded[z + 1, y, x + 1] | padded[z + 1, y + 1, x + 1] << 2
                kind = (kind >> 1 & 0b01010101) | (
                    near | far << 4
                ) << 1  # the last corners are the next cube's first
                if 0 < kind < 255:
                    counts[kind] += 1
                    places[kind, 0] += z
                    places[kind, 1] += y
                    places[kind, 2] += x


def _kinds(
    spacing: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return area, sum of triple products and sum of doubled normals of each of the 256 kinds."""
    kind, edges = _triangles()
    a, b, c = np.moveaxis((MIDPOINTS * spacing)[edges], 1, 0)
    twice = np.cross(b - a, c - a)
    area = tally(kind, np.linalg.norm(twice, axis=1) / 2, size=256)
    det = tally(kind, np.sum(np.cross(a, b) * c, axis=1), size=256)
    normal = np.stack([tally(kind, axis, size=256) for axis in twice.T], axis=1)
    return area, det, normal


@lru_cache(maxsize=1)
def _triangles() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return kind and three edges of every triangle of the table."""
    kind = np.repeat(np.arange(256), [len(triangles) for triangles in triangle_table()])
    return kind, np.array([triangle for triangles in triangle_table() for triangle in triangles])
