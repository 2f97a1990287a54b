"""IBSI's neighbouring grey level dependence features (family REK0)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from radiobone.features.ibsi.aggregate import over_dimensions
from radiobone.features.ibsi.region import Region
from radiobone.features.ibsi.sizes import size_features
from radiobone.features.region import TextureRegion
from radiobone.features.size_matrix import FloatArray, SizeMatrices

NAMES = (
    "lde", "hde", "lgce", "hgce", "ldlge", "ldhge", "hdlge", "hdhge", "glnu", "glnu_norm", "dcnu", "dcnu_norm",
    "dc_perc", "gl_var", "dc_var", "dc_entr",
)  # fmt: skip


def dependence(region: Region) -> dict[str, float]:
    """Compute the dependence features for every dimension asked for.

    Parameters
    ----------
    region : Region
        Grey levels.

    Returns
    -------
    dict
        IBSI's name to value.
    """
    return over_dimensions("ngl", region, _features)


def _features(view: TextureRegion) -> Iterator[dict[str, FloatArray]]:
    count = view.neighbours.dependences.astype(float)[None]
    sizes = np.arange(1, count.shape[2] + 1, dtype=float)  # a voxel depends on itself too
    matrices = SizeMatrices(view.grid.levels.astype(float), sizes, count)
    n_voxels = np.array([float(view.grid.counts.sum())])
    energy = np.sum((count / matrices.total) ** 2, axis=(1, 2))
    yield {**size_features(NAMES, matrices, n_voxels), "dc_energy": energy}
