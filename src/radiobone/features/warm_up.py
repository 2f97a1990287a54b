"""Compiling all kernels before the first region is measured, so that the wait can be announced."""

from __future__ import annotations

import numpy as np

from radiobone.core.compiled import is_compiled
from radiobone.core.volume import Volume
from radiobone.features.engine import extract_features
from radiobone.features.matrices import neighbours
from radiobone.features.presets import CT

EDGE_VOXELS = 24


def is_warm() -> bool:
    """Tell whether machine code of the kernels is kept from an earlier run, as far as one kernel shows."""
    return is_compiled(neighbours._add_neighbours)


def warm_up() -> None:
    """Measure a small region of whole numbers and one of decimals, which compiles every kernel."""
    rng = np.random.default_rng(0)
    noise = rng.normal(0, 100, (EDGE_VOXELS,) * 3)
    inside = np.zeros(noise.shape, dtype=np.uint8)
    inside[8:16, 8:16, 8:16] = 1
    for dtype in (np.int16, np.float32):
        volume = Volume(noise.astype(dtype), spacing_mm=(1.5, 0.9, 0.9))
        extract_features(volume, volume.with_array(inside), CT)
