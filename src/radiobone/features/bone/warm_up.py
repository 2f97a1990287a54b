"""Compiling the kernels of the bone measurements, so that each of several processes finds them done."""

from __future__ import annotations

import numpy as np

from radiobone.features.bone.local_thickness import local_thickness_mm
from radiobone.features.bone.mil import directions, intercepts


def warm_up() -> None:
    """Measure a small block, which compiles every kernel that no earlier run did."""
    block, spacing_mm = np.ones((4, 4, 4), dtype=bool), (1.0, 1.0, 1.0)
    local_thickness_mm(block, spacing_mm)
    intercepts(block.astype(np.float64), block, spacing_mm, 0.5, directions(1))
