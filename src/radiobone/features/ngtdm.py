"""Neighbouring grey tone difference features: coarseness and busyness as an observer sees them.

Definitions are those of the IBSI reference manual (family IPET) after Amadasun and King 1989.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.features.region import TextureRegion

DEPRECATED: frozenset[str] = frozenset()
COARSENESS_OF_FLAT = 1e6  # instead of infinity, where no voxel differs from its neighbours


def ngtdm(region: TextureRegion) -> dict[str, float]:
    """Compute the tone difference features of a region.

    Parameters
    ----------
    region : TextureRegion
        Grey levels.

    Returns
    -------
    dict
        Feature name to value.
    """
    counts = region.grid.counts
    n_voxels = int(counts.sum())
    level = region.grid.levels.astype(float)
    return tone_features(level, counts / n_voxels, region.neighbours.tone_differences, n_voxels)


def tone_features(
    level: npt.NDArray[np.float64], p: npt.NDArray[np.float64], s: npt.NDArray[np.float64], n_voxels: int
) -> dict[str, float]:
    """Features from levels, their probabilities and their summed differences, all shape (n_present,)."""
    rough = float(np.sum(p * s))
    gap = level[:, None] - level[None, :]
    spread = float(np.sum(np.abs((level * p)[:, None] - (level * p)[None, :])))
    n_pairs = level.size * (level.size - 1)
    pairs = float(np.sum(p[:, None] * p[None, :] * gap**2))
    both = p[:, None] + p[None, :]
    change = np.sum(np.abs(gap) * ((p * s)[:, None] + (p * s)[None, :]) / both)
    total = float(s.sum())
    return {
        "Busyness": rough / spread if spread else 0.0,
        "Coarseness": 1 / rough if rough else COARSENESS_OF_FLAT,
        "Complexity": float(change) / n_voxels,
        "Contrast": pairs * total / n_voxels / n_pairs if n_pairs else 0.0,
        "Strength": float(np.sum(both * gap**2)) / total if total else 0.0,
    }
