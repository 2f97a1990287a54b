"""The pixels of a radiograph in clusters of like grey level, such as pores and bone: K-means and fuzzy C-means.

Pixels of one grey level go together, so both work on the grey levels that occur, each with the number of its pixels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from radiobone.core.errors import RoiTooSmall
from radiobone.core.settings import Settings
from radiobone.imaging.flat_image import FloatArray, checked_image, checked_mask

MOST_ROUNDS = 1000


class KMeans(Settings):
    """Clusters round centres such that the squared distances to the nearest centre are least.

    Grey levels lie on a line, where the very best clusters can be found, without chance: there is no seed.

    Attributes
    ----------
    n_clusters : int
        Two tell bone from pores.

    References
    ----------
    Wang H, Song M. Ckmeans.1d.dp: optimal k-means clustering in one dimension by dynamic programming. R Journal
    2011;3:29–33, doi 10.32614/RJ-2011-015.
    """

    kind: Literal["kmeans"] = "kmeans"
    n_clusters: int = Field(default=2, ge=2, le=32)


class FuzzyCMeans(Settings):
    """Clusters to which each grey level belongs in part.

    Attributes
    ----------
    n_clusters : int
    fuzziness : float
        Exponent m of the memberships; towards 1 it becomes K-means.
    tolerance : float
        Stop when no membership changes by more. The beginning are the centres of K-means, so there is no seed.

    References
    ----------
    Bezdek JC, Ehrlich R, Full W. Computers & Geosciences 1984;10:191–203, doi 10.1016/0098-3004(84)90020-7.
    """

    kind: Literal["fcm"] = "fcm"
    n_clusters: int = Field(default=2, ge=2, le=32)
    fuzziness: float = Field(default=2.0, gt=1, le=10)
    tolerance: float = Field(default=1e-8, gt=0)


AnyClusters = Annotated[KMeans | FuzzyCMeans, Field(discriminator="kind")]


@dataclass(frozen=True, eq=False)
class Clusters:
    """Clusters of a radiograph's pixels, from dark to bright.

    Attributes
    ----------
    labels : ndarray of int, shape (n_rows, n_columns)
        Cluster of each pixel from 1, dark, on; of fuzzy clusters that to which it belongs most; 0 outside the region.
    centres : ndarray, shape (n_clusters,)
        Ascending, in the image's unit.
    memberships : ndarray, shape (n_clusters, n_rows, n_columns)
        How far each pixel belongs to each cluster, 0 outside the region; K-means knows 0 and 1 alone.
    objective : float
        What was made least, summed over pixels.
    """

    labels: npt.NDArray[np.int64]
    centres: FloatArray
    memberships: FloatArray
    objective: float


def cluster_pixels(
    image: npt.ArrayLike, settings: KMeans | FuzzyCMeans | None = None, mask: npt.ArrayLike | None = None
) -> Clusters:
    """Put the pixels of a radiograph into clusters of like grey level.

    Parameters
    ----------
    image : array-like, shape (n_rows, n_columns)
    settings : KMeans or FuzzyCMeans, optional
    mask : array-like, shape (n_rows, n_columns), optional
        Not 0 inside the region; the whole image if not given.

    Raises
    ------
    DimensionMismatch, NonFiniteIntensity, EmptyMask
    RoiTooSmall
        If the region has fewer grey levels than there are clusters.
    """
    pixels, own = checked_image(image), settings or KMeans()
    region = checked_mask(mask, pixels)
    levels, place, counts = np.unique(pixels[region], return_inverse=True, return_counts=True)
    if len(levels) < own.n_clusters:
        raise RoiTooSmall(
            f"The region has {len(levels)} grey level(s), which cannot make {own.n_clusters} clusters. Check image and mask."
        )
    centres, shares, objective = _METHODS[own.kind](levels, counts.astype(np.float64), own)
    order = np.argsort(centres)
    memberships = np.zeros((own.n_clusters, *pixels.shape))
    memberships[:, region] = shares[order][:, place]
    labels = np.where(region, memberships.argmax(axis=0) + 1, 0)
    return Clusters(labels, centres[order], memberships, objective)


Found = tuple[FloatArray, FloatArray, float]
"""Centres, memberships of shape (n_clusters, n_levels), objective."""


def _k_means(levels: FloatArray, counts: FloatArray, own: KMeans) -> Found:
    """Best division of ascending levels into stretches, by dynamic programming."""
    cost = _Cost.of(levels, counts)
    n_levels, ends = len(levels), []
    best = cost(np.zeros(n_levels, dtype=np.intp), np.arange(n_levels))
    for number in range(1, own.n_clusters):
        best, begin = _with_another(best, cost, number, last=number == own.n_clusters - 1)
        ends.append(begin)
    edges, stop = [n_levels], n_levels - 1
    for begin in reversed(ends):
        edges.append(int(begin[stop]))
        stop = int(begin[stop]) - 1
    number_of = np.searchsorted(np.array(edges[:0:-1]), np.arange(n_levels), side="right")
    sizes = np.bincount(number_of, counts)
    centres = np.bincount(number_of, counts * levels) / sizes
    objective = float((counts * np.square(levels - centres[number_of])).sum())
    return centres, (number_of == np.arange(own.n_clusters)[:, None]).astype(np.float64), objective


@dataclass(frozen=True, eq=False)
class _Cost:
    """Squared distances of a stretch of levels from its mean, from running sums."""

    weight: FloatArray
    first: FloatArray
    second: FloatArray

    @classmethod
    def of(cls, levels: FloatArray, counts: FloatArray) -> _Cost:
        centred = levels - np.average(levels, weights=counts)  # keeps rounding small
        sums = [np.concatenate([[0.0], np.cumsum(counts * centred**power)]) for power in range(3)]
        return cls(*sums)

    def __call__(self, begin: npt.NDArray[np.intp], stop: npt.NDArray[np.intp]) -> FloatArray:
        """Cost of the levels from ``begin`` to ``stop``, both within."""
        total = self.first[stop + 1] - self.first[begin]
        weight = self.weight[stop + 1] - self.weight[begin]
        return np.asarray(self.second[stop + 1] - self.second[begin] - total**2 / weight)


def _with_another(
    best: FloatArray, cost: _Cost, number: int, *, last: bool
) -> tuple[FloatArray, npt.NDArray[np.intp]]:
    """Least cost of the levels up to each with one more cluster, and where that begins.

    The beginnings rise with the level, so each is looked for between those of two others; of the last cluster only that
    of all levels is needed.
    """
    n_levels = len(best)
    found, begin = np.full(n_levels, np.inf), np.zeros(n_levels, dtype=np.intp)
    tasks = (
        [(n_levels - 1, n_levels - 1, number, n_levels - 1)]
        if last
        else [(number, n_levels - 1, number, n_levels - 1)]
    )
    while tasks:
        low, high, earliest, latest = tasks.pop()
        stop = (low + high) // 2
        tried = np.arange(earliest, min(latest, stop) + 1)
        total = best[tried - 1] + cost(tried, np.full(len(tried), stop))
        begin[stop] = tried[total.argmin()]
        found[stop] = total.min()
        if low < stop:
            tasks.append((low, stop - 1, earliest, int(begin[stop])))
        if stop < high:
            tasks.append((stop + 1, high, int(begin[stop]), latest))
    return found, begin


def _fuzzy_c_means(levels: FloatArray, counts: FloatArray, own: FuzzyCMeans) -> Found:
    centres = _k_means(levels, counts, KMeans(n_clusters=own.n_clusters))[0]
    shares = _memberships(levels, centres, own.fuzziness)
    for _ in range(MOST_ROUNDS):
        weights = counts * shares**own.fuzziness
        centres = (weights * levels).sum(axis=1) / weights.sum(axis=1)
        before, shares = shares, _memberships(levels, centres, own.fuzziness)
        if np.abs(shares - before).max() <= own.tolerance:
            break
    distance = np.square(levels - centres[:, None])
    return centres, shares, float((counts * shares**own.fuzziness * distance).sum())


def _memberships(levels: FloatArray, centres: FloatArray, fuzziness: float) -> FloatArray:
    """How far grey levels belong to each centre; wholly to one that they lie on."""
    distance = np.square(levels - centres[:, None])
    nearest = distance.min(axis=0)
    on_centre = nearest == 0
    ratio = np.where(on_centre, distance == 0, nearest / np.where(distance > 0, distance, 1.0))
    closeness = ratio ** (1 / (fuzziness - 1))
    return np.asarray(closeness / closeness.sum(axis=0))


_METHODS: dict[str, Callable[..., Found]] = {"kmeans": _k_means, "fcm": _fuzzy_c_means}
