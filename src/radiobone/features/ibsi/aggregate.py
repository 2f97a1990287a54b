"""Names of IBSI's texture features with their aggregation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import RoiTooSmall
from radiobone.features.average import mean_over


def aggregated(
    family: str, aggregation: str, parts: Iterable[Mapping[str, npt.NDArray[np.float64]]]
) -> dict[str, float]:
    """Average features over directions and slices, and name them.

    Parameters
    ----------
    family, aggregation : str
        Beginning and end of the names, such as ``cm`` and ``3D_avg``.
    parts : iterable of mapping
        Feature name to values, one for each matrix.

    Raises
    ------
    RoiTooSmall
        If there is no matrix.
    """
    found = [dict(part) for part in parts]
    if not found:
        raise RoiTooSmall(
            f"No two voxels of the region are neighbours, so there is no {family} texture ({aggregation}). "
            f"Check the mask, or leave {family} out."
        )
    return {f"{family}_{name}_{aggregation}": value for name, value in mean_over(found).items()}
