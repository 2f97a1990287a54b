"""Pieces shared by the filters that change each voxel by itself."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import ImplausibleIntensity
from radiobone.core.volume import Volume

LEAST = 1e-15  # below, 1 and 1 plus the intensity are one number to the logarithm


def in_double(volume: Volume) -> tuple[npt.NDArray[np.float64], float]:
    """Intensities in double precision, and the greatest absolute value.

    Raises
    ------
    ImplausibleIntensity
        If the whole image is zero or next to it, which these filters cannot scale.
    """
    array = volume.array.astype(np.float64)
    greatest = float(np.max(np.abs(array)))
    if greatest < LEAST:
        raise ImplausibleIntensity(
            f"No voxel of the image is further from 0 than {greatest:g}, and this filter divides by the greatest "
            "intensity. Check the image, or multiply it to another unit."
        )
    return array, greatest
