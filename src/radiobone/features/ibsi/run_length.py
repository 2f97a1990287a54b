"""IBSI's grey level run length features (family TP0I)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from radiobone.features.ibsi.aggregate import over_aggregations
from radiobone.features.ibsi.region import Region
from radiobone.features.ibsi.sizes import size_features
from radiobone.features.matrices.directions import count_runs
from radiobone.features.matrices.grid import offsets
from radiobone.features.region import TextureRegion
from radiobone.features.size_matrix import FloatArray, SizeMatrices

NAMES = (
    "sre", "lre", "lgre", "hgre", "srlge", "srhge", "lrlge", "lrhge", "glnu", "glnu_norm", "rlnu", "rlnu_norm",
    "r_perc", "gl_var", "rl_var", "rl_entr",
)  # fmt: skip


def run_length(region: Region) -> dict[str, float]:
    """Compute the run length features in every aggregation asked for.

    Parameters
    ----------
    region : Region
        Grey levels.

    Returns
    -------
    dict
        IBSI's name to value.
    """
    return over_aggregations("rlm", region, _features)


def _features(view: TextureRegion, merged: bool) -> Iterator[dict[str, FloatArray]]:
    """Features of one slice or volume; a direction without neighbours has runs of length 1."""
    directions = offsets((2, 2, 2), plane=view.plane)
    count = count_runs(view.grid, directions).astype(float)
    lengths = np.arange(1, count.shape[2] + 1, dtype=float)
    runs = SizeMatrices(view.grid.levels.astype(float), lengths, count)
    n_voxels = np.full(len(directions), float(view.grid.counts.sum()))
    if merged:
        runs, n_voxels = runs.merged(np.ones(len(directions))), n_voxels.sum(keepdims=True)
    yield size_features(NAMES, runs, n_voxels)
