"""IBSI's neighbourhood grey tone difference features (family IPET)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from radiobone.features.ibsi.aggregate import over_dimensions
from radiobone.features.ibsi.region import Region
from radiobone.features.ngtdm import tone_features
from radiobone.features.region import TextureRegion
from radiobone.features.size_matrix import FloatArray


def tone_difference(region: Region) -> dict[str, float]:
    """Compute the tone difference features for every dimension asked for.

    Parameters
    ----------
    region : Region
        Grey levels.

    Returns
    -------
    dict
        IBSI's name to value.

    Raises
    ------
    RoiTooSmall
        If no two voxels are neighbours.
    """
    return over_dimensions("ngt", region, _features)


def _features(view: TextureRegion) -> Iterator[dict[str, FloatArray]]:
    """Features of one slice or volume; voxels without a neighbour do not count, and none may be left."""
    counts = _with_neighbours(view)
    n_voxels = int(counts.sum())
    if n_voxels:
        present = counts > 0
        level, s = view.grid.levels[present].astype(float), view.neighbours.tone_differences[present]
        values = tone_features(level, counts[present] / n_voxels, s, n_voxels)
        yield {name.lower(): np.array([value]) for name, value in values.items()}


def _with_neighbours(view: TextureRegion) -> npt.NDArray[np.int64]:
    """Voxels of each level that have a neighbour in the region."""
    flat, inside = view.grid.flat, view.grid.layout.inside
    met = np.zeros(inside.size, dtype=np.bool_)
    for step in view.grid.layout.steps(view.offsets()):
        met |= (flat[inside + step] > 0) | (flat[inside - step] > 0)
    return np.bincount(flat[inside[met]], minlength=view.grid.levels.size + 1)[1:]
