"""One value from the matrices of several slices and directions, and its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import RoiTooSmall
from radiobone.features.average import mean_over
from radiobone.features.ibsi.region import Region, split
from radiobone.features.region import TextureRegion

Parts = Iterable[Mapping[str, npt.NDArray[np.float64]]]


def over_aggregations(
    family: str, region: Region, features: Callable[[TextureRegion, bool], Parts]
) -> dict[str, float]:
    """Compute a family whose matrices have directions, in every aggregation asked for.

    Parameters
    ----------
    family : str
        Beginning of the names.
    region : Region
        Grey levels.
    features : callable
        Features of the matrices of one slice or volume, and whether directions are merged before.

    Raises
    ------
    RoiTooSmall
        If there is no matrix.
    """
    found: dict[str, float] = {}
    for aggregation in region.settings.aggregations:
        dimension, merged = split(aggregation)
        parts = (part for view in region.views(dimension) for part in features(view, merged))
        found.update(aggregated(family, aggregation, parts))
    return found


def over_dimensions(
    family: str, region: Region, features: Callable[[TextureRegion], Parts]
) -> dict[str, float]:
    """Compute a family without directions for every dimension asked for; see ``over_aggregations``."""
    found: dict[str, float] = {}
    for dimension in region.dimensions:
        parts = (part for view in region.views(dimension) for part in features(view))
        found.update(aggregated(family, dimension, parts))
    return found


def aggregated(family: str, aggregation: str, parts: Parts) -> dict[str, float]:
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
