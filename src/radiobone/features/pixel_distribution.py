"""How the pixels of a radiograph are spread over clusters of grey level: share, brightness and compactness of each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import EmptyMask
from radiobone.imaging.flat_image import BoolArray, checked_image, checked_mask
from radiobone.imaging.grey_clusters import Clusters


def pixel_distribution(image: npt.ArrayLike, clusters: Clusters) -> dict[str, float]:
    """Measure each cluster, from dark (1, pores) to bright (the last, bone).

    Parameters
    ----------
    image : array-like, shape (n_rows, n_columns)
        What the clusters were made of.
    clusters : Clusters

    Returns
    -------
    dict
        For each cluster ``Share`` (of the region's pixels), ``Mean`` and ``StandardDeviation`` (divisor n) of its pixels
        in the image's unit, and ``Compactness``, with the cluster's number behind the name.

    Raises
    ------
    DimensionMismatch, NonFiniteIntensity
    EmptyMask
        If a cluster has no pixel.

    References
    ----------
    Share and grey level of clusters of periapical radiographs: Widyaningrum R et al. Int J Dent 2023;2023:6662911,
    doi 10.1155/2023/6662911.
    """
    pixels = checked_image(image)
    region = checked_mask(clusters.labels, pixels)
    found: dict[str, float] = {}
    for number in range(1, len(clusters.centres) + 1):
        cluster = clusters.labels == number
        if not cluster.any():
            raise EmptyMask(f"Cluster {number} has no pixel, so it has no mean. Ask for fewer clusters.")
        found[f"Share{number}"] = float(cluster.sum() / region.sum())
        found[f"Mean{number}"] = float(pixels[cluster].mean())
        found[f"StandardDeviation{number}"] = float(pixels[cluster].std())
        found[f"Compactness{number}"] = compactness(cluster)
    return found


def compactness(region: BoolArray) -> float:
    """Sides that the pixels of a region share with each other, through those that a filled square would have.

    Parameters
    ----------
    region : ndarray of bool, shape (n_rows, n_columns)

    Returns
    -------
    float
        0 where no two pixels are side by side, 1 for a filled square, and for a single pixel.

    References
    ----------
    Discrete compactness, without its least value: Bribiesca E. Computers & Mathematics with Applications 1997;33:1–9.
    """
    n_pixels = int(region.sum())
    shared = int((region[1:] & region[:-1]).sum() + (region[:, 1:] & region[:, :-1]).sum())
    most = 2 * (n_pixels - np.sqrt(n_pixels))
    return float(shared / most) if n_pixels > 1 else 1.0
