"""IBSI's local intensity features (family 9ST6): mean intensity in a ball of 1 cm³ round voxels of the region."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from radiobone.core.volume import Triple
from radiobone.features.ibsi.region import Region

RADIUS_MM = 10 * (3 / (4 * math.pi)) ** (1 / 3)
FloatArray = npt.NDArray[np.float64]


def local_intensity(region: Region) -> dict[str, float]:
    """Compute the peaks.

    Parameters
    ----------
    region : Region
        With surroundings of at least ``RADIUS_MM``, as far as the image reaches.

    Returns
    -------
    dict
        IBSI's name to value: the mean round the most intense voxel, and the highest mean round any.
    """
    means = ball_means(region.image.array, region.inside, region.image.spacing_mm)
    brightest = region.intensities == region.intensities.max()
    return {"loc_peak_loc": float(means[brightest].max()), "loc_peak_glob": float(means.max())}


def ball_means(array: FloatArray, centres: npt.NDArray[np.bool_], spacing_mm: Triple) -> FloatArray:
    """Mean intensity of the voxels whose centres lie within ``RADIUS_MM`` of each centre.

    The ball is taken apart into rows along x, whose sums are differences of running sums.

    Parameters
    ----------
    array : ndarray of float, shape (n_z, n_y, n_x)
        Intensities, in the region and round it.
    centres : ndarray of bool, same shape
        Where balls are laid.
    spacing_mm : tuple of float, (z, y, x)
        Edge lengths of one voxel.

    Returns
    -------
    ndarray of float, shape (n_centres,)
        In raster order.
    """
    reach_z, reach_y, reach_x = (int(RADIUS_MM / edge) for edge in spacing_mm)
    margin = ((reach_z, reach_z), (reach_y, reach_y), (reach_x + 1, reach_x))
    middle = float(array.mean())  # running sums of small numbers lose less
    sums = np.cumsum(np.pad(array - middle, margin), axis=2).ravel()
    counts = np.cumsum(np.pad(np.ones(array.shape, dtype=np.int32), margin), axis=2, dtype=np.int32).ravel()
    places = np.flatnonzero(np.pad(centres, margin))
    n_y, n_x = array.shape[1] + 2 * reach_y, array.shape[2] + 2 * reach_x + 1
    total, number = np.zeros(places.size), np.zeros(places.size, dtype=np.int32)
    for dz, dy, half in _rows(reach_z, reach_y, spacing_mm):
        middles = places + (dz * n_y + dy) * n_x
        last, first = middles + half, middles - half - 1
        total += sums[last] - sums[first]
        number += counts[last] - counts[first]
    return total / number + middle


def _rows(reach_z: int, reach_y: int, spacing_mm: Triple) -> list[tuple[int, int, int]]:
    """Rows of the ball: offsets (z, y), and how many voxels they reach along x."""
    edge_z, edge_y, edge_x = spacing_mm
    rows = []
    for dz in range(-reach_z, reach_z + 1):
        for dy in range(-reach_y, reach_y + 1):
            left = RADIUS_MM**2 - (dz * edge_z) ** 2 - (dy * edge_y) ** 2
            if left >= 0:
                rows.append((dz, dy, int(math.sqrt(left) / edge_x)))
    return rows
