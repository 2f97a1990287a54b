"""Bone inside an outlined region, told from what lies between by its grey levels: Otsu's threshold, or clusters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from radiobone.core.errors import RoiTooSmall
from radiobone.core.settings import Settings
from radiobone.imaging.grey_clusters import FuzzyCMeans, KMeans, cluster_pixels

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
Part = Literal["bright", "dark"]


class OtsuThreshold(Settings):
    """Keep one side of the threshold that parts the region's grey levels best.

    Attributes
    ----------
    n_bins : int
        Of the histogram, from the least to the greatest grey level of the region.
    part : {"bright", "dark"}
        Which side is kept; bone is bright.

    References
    ----------
    Otsu N. IEEE Trans Syst Man Cybern 1979;9:62–66.
    """

    kind: Literal["otsu"] = "otsu"
    n_bins: int = Field(default=256, ge=2, le=65_536)
    part: Part = "bright"


class KMeansPart(KMeans):
    """Keep the brightest or the darkest of clusters of grey level, by K-means.

    Attributes
    ----------
    n_clusters : int
    part : {"bright", "dark"}
    """

    part: Part = "bright"


class FuzzyCMeansPart(FuzzyCMeans):
    """Keep the brightest or the darkest of clusters of grey level, by fuzzy C-means; a voxel counts where it belongs most.

    Attributes
    ----------
    n_clusters : int
    fuzziness, tolerance : float
    part : {"bright", "dark"}
    """

    part: Part = "bright"


AnySegmentation = Annotated[OtsuThreshold | KMeansPart | FuzzyCMeansPart, Field(discriminator="kind")]


def segment(
    array: npt.NDArray[Any], mask: BoolArray, settings: OtsuThreshold | KMeansPart | FuzzyCMeansPart
) -> BoolArray:
    """Reduce a region to its bright or its dark part, by its own grey levels alone.

    Parameters
    ----------
    array : ndarray, shape (n_z, n_y, n_x)
        Intensities, finite inside the region.
    mask : ndarray of bool, same shape
        The region, not empty.
    settings : OtsuThreshold, KMeansPart or FuzzyCMeansPart

    Raises
    ------
    RoiTooSmall
        If the region has too few grey levels to be parted, or one voxel is left.
    """
    values = np.asarray(array[mask], dtype=np.float64)
    if values.min() == values.max():
        raise RoiTooSmall(
            f"All {values.size} voxels of the region have the value {values[0]:g}, so bone cannot be told from the rest. Check "
            "the mask, or leave `segmentation` out."
        )
    inside = _METHODS[settings.kind](values, settings)
    if inside.sum() <= 1:
        raise RoiTooSmall(
            f"Segmentation keeps {int(inside.sum())} of the region's {values.size} voxels, too few to measure. Check the mask, "
            "or leave `segmentation` out."
        )
    kept: BoolArray = mask.copy()
    kept[mask] = inside
    return kept


def otsu_threshold(values: npt.ArrayLike, n_bins: int = 256) -> float:
    """Return the edge between two bins of a histogram at which the variance between both sides is greatest.

    Parameters
    ----------
    values : array-like
        At least two that differ.
    n_bins : int

    Returns
    -------
    float
        Values from it on are bright; the first of several edges that do equally well.
    """
    counts, edges = np.histogram(np.asarray(values, dtype=np.float64), bins=n_bins)
    middles = (edges[:-1] + edges[1:]) / 2
    below, total = np.cumsum(counts)[:-1], counts.sum()
    first = np.cumsum(counts * middles)[:-1]
    mean = (counts * middles).sum() / total
    between = np.square(mean * below - first) / np.maximum(below * (total - below), 1)
    return float(edges[1 + between.argmax()])


def _by_otsu(values: FloatArray, settings: OtsuThreshold) -> BoolArray:
    bright = values >= otsu_threshold(values, settings.n_bins)
    return np.asarray(bright if settings.part == "bright" else ~bright)


def _by_clusters(values: FloatArray, settings: KMeansPart | FuzzyCMeansPart) -> BoolArray:
    labels = cluster_pixels(values[np.newaxis], settings).labels[0]
    return np.asarray(labels == (settings.n_clusters if settings.part == "bright" else 1))


_METHODS: dict[str, Callable[..., BoolArray]] = {
    "otsu": _by_otsu,
    "kmeans": _by_clusters,
    "fcm": _by_clusters,
}
