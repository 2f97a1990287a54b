"""The pixels of a region as dark and bright ones, such as pores and bone, by K-means and by fuzzy C-means."""

from __future__ import annotations

import numpy as np

from radiobone.features.pixel_distribution import pixel_distribution
from radiobone.features.planar.region import PlanarRegion
from radiobone.imaging.grey_clusters import FuzzyCMeans, KMeans, cluster_pixels


def kmeans(region: PlanarRegion) -> dict[str, float]:
    """Compute the pixel distribution over two clusters by K-means; see ``pixel_distribution`` for names and units.

    A constant region is all in the second cluster: the first has share, mean, spread and compactness 0.

    Parameters
    ----------
    region : PlanarRegion
    """
    return _distribution(region, KMeans())


def fcm(region: PlanarRegion) -> dict[str, float]:
    """Compute the same by fuzzy C-means, each pixel counting for the cluster to which it belongs most.

    Parameters
    ----------
    region : PlanarRegion

    Returns
    -------
    dict
        Those of K-means, and ``PartitionCoefficient``: mean over pixels of the squared memberships, 1 where every pixel
        belongs to one cluster, 0.5 where all belong to both alike.

    References
    ----------
    Bezdek JC. Pattern recognition with fuzzy objective function algorithms. Plenum, 1981, doi
    10.1007/978-1-4757-0450-1 (partition coefficient).
    """
    coefficient = 1.0
    if not _is_constant(region):
        members = cluster_pixels(region.pixels, FuzzyCMeans(), region.mask).memberships
        coefficient = float(np.square(members).sum() / region.mask.sum())
    return _distribution(region, FuzzyCMeans()) | {"PartitionCoefficient": coefficient}


def _distribution(region: PlanarRegion, settings: KMeans | FuzzyCMeans) -> dict[str, float]:
    if _is_constant(region):
        level = float(region.inside[0])
        values = {"Share": (0.0, 1.0), "Mean": (0.0, level), "StandardDeviation": (0.0, 0.0)}
        values["Compactness"] = (0.0, 1.0)
        return {f"{name}{number}": pair[number - 1] for number in (1, 2) for name, pair in values.items()}
    return pixel_distribution(region.pixels, cluster_pixels(region.pixels, settings, region.mask))


def _is_constant(region: PlanarRegion) -> bool:
    return bool(region.inside.min() == region.inside.max())
