"""Pieces shared by the filters that change each voxel by itself."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import ImplausibleIntensity
from radiobone.core.volume import Volume


def in_double(volume: Volume) -> tuple[npt.NDArray[np.float64], float]:
    """Intensities in double precision, and the greatest absolute value.

    Raises
    ------
    ImplausibleIntensity
        If the whole image is zero, which these filters cannot scale.
    """
    array = volume.array.astype(np.float64)
    greatest = float(np.max(np.abs(array)))
    if greatest == 0:
        raise ImplausibleIntensity(
            "Every voxel of the image is 0, and this filter divides by the greatest intensity. Check the image."
        )
    return array, greatest
