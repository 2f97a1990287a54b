"""Compiling the kernels of the bone measurements, so that each of several processes finds them done."""

from __future__ import annotations

import numpy as np

from radiobone.features.bone.local_thickness import local_thickness_mm


def warm_up() -> None:
    """Measure a small block, which compiles every kernel that no earlier run did."""
    local_thickness_mm(np.ones((3, 3, 3), dtype=bool), (1.0, 1.0, 1.0))
