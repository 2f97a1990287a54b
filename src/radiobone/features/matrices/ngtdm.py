"""Neighbouring grey tone difference: how far a level is from the mean of its surroundings."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from radiobone.features.matrices.grid import LevelGrid, Offset
from radiobone.features.matrices.tally import tally


def tone_differences(
    grid: LevelGrid, neighbours: Sequence[Offset]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Count voxels and sum their differences from their neighbours' mean, for each level.

    Parameters
    ----------
    grid : LevelGrid
        The region.
    neighbours : sequence of tuple of int, (z, y, x)
        Offsets to neighbours, opposite ones too.

    Returns
    -------
    counts : ndarray of int, shape (n_levels,)
        Voxels of each level, those without neighbours included.
    differences : ndarray of float, shape (n_levels,)
        Sum of absolute differences; a voxel without neighbours adds 0.
    """
    centre = grid.centre
    total = np.zeros(centre.size, dtype=np.int64)
    n_neighbours = np.zeros(centre.size, dtype=np.int64)
    for offset in neighbours:
        neighbour = grid.neighbour(offset)
        total += neighbour
        n_neighbours += neighbour > 0
    mean = total / np.maximum(n_neighbours, 1)
    difference = np.where(n_neighbours > 0, np.abs(centre - mean), 0.0)
    size = grid.n_levels + 1
    counts = np.bincount(centre, minlength=size)
    return counts[1:], tally(centre, difference, size=size)[1:]
