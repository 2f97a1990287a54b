"""Contrast of a radiograph evened out: contrast-limited adaptive histogram equalisation (CLAHE)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from pydantic import Field

from radiobone.core.errors import RoiTooSmall
from radiobone.core.settings import Settings
from radiobone.imaging.flat_image import FloatArray, checked_image

IntArray = npt.NDArray[np.intp]


class Clahe(Settings):
    """Histogram equalisation in tiles, whose curves blend into each other.

    Attributes
    ----------
    n_tiles : int
        Along each axis.
    n_bins : int
        Grey levels that are told apart.
    clip_limit : float
        Greatest share of a tile's pixels that one grey level may have, before the excess is spread over all levels: 1
        does not limit, and towards 0 grey levels stay as they are.

    References
    ----------
    Zuiderveld K. Contrast limited adaptive histogram equalization. Graphics Gems IV, 474–485. Academic Press, 1994.
    """

    n_tiles: int = Field(default=8, ge=1, le=64)
    n_bins: int = Field(default=256, ge=2, le=65_536)
    clip_limit: float = Field(default=0.01, gt=0, le=1)


def equalise(image: npt.ArrayLike, settings: Clahe | None = None) -> FloatArray:
    """Even out the contrast of a radiograph.

    Each tile's grey levels are mapped by the running sum of its clipped histogram; a pixel takes the mean of the maps of
    the four tiles whose middles are next to it, weighted by its distance from them.

    Parameters
    ----------
    image : array-like, shape (n_rows, n_columns)
        In any unit: its own range is what is divided into levels.
    settings : Clahe, optional

    Returns
    -------
    ndarray of float64, shape (n_rows, n_columns)
        From 0 to 1; all 0 where the image is constant.

    Raises
    ------
    DimensionMismatch, NonFiniteIntensity
    RoiTooSmall
        If there are more tiles than pixels along an axis.
    """
    pixels, own = checked_image(image), settings or Clahe()
    if min(pixels.shape) < own.n_tiles:
        raise RoiTooSmall(
            f"The image has {pixels.shape} pixels (rows, columns), too few for {own.n_tiles} tiles along each axis. Use "
            "fewer tiles."
        )
    low, high = float(pixels.min()), float(pixels.max())
    if low == high:
        return np.zeros_like(pixels)
    levels = np.minimum(((pixels - low) / (high - low) * own.n_bins).astype(np.intp), own.n_bins - 1)
    edges = [np.linspace(0, size, own.n_tiles + 1).round().astype(np.intp) for size in pixels.shape]
    return _blended(levels, _curves(levels, edges, own), edges)


def _curves(levels: IntArray, edges: list[IntArray], own: Clahe) -> FloatArray:
    """Map of each tile, shape (n_tiles, n_tiles, n_bins)."""
    rows, columns = edges
    curves = np.empty((own.n_tiles, own.n_tiles, own.n_bins))
    for down, right in np.ndindex(own.n_tiles, own.n_tiles):
        tile = levels[rows[down] : rows[down + 1], columns[right] : columns[right + 1]]
        counts = np.bincount(tile.ravel(), minlength=own.n_bins).astype(np.float64)
        clipped = np.minimum(counts, own.clip_limit * tile.size)
        clipped += (tile.size - clipped.sum()) / own.n_bins
        curves[down, right] = np.cumsum(clipped) / tile.size
    return curves


def _blended(levels: IntArray, curves: FloatArray, edges: list[IntArray]) -> FloatArray:
    (first, second, down), (left, right, across) = (
        _between(edge, size) for edge, size in zip(edges, levels.shape, strict=True)
    )
    down, across = down[:, None], across[None]
    above = (1 - across) * curves[first[:, None], left, levels] + across * curves[
        first[:, None], right, levels
    ]
    below = (1 - across) * curves[second[:, None], left, levels] + across * curves[
        second[:, None], right, levels
    ]
    return np.asarray((1 - down) * above + down * below)


def _between(edges: IntArray, size: int) -> tuple[IntArray, IntArray, FloatArray]:
    """Tiles whose middles a pixel lies between, and how far it is on its way from the first to the second."""
    middles = (edges[:-1] + edges[1:] - 1) / 2
    places = np.arange(size, dtype=np.float64)
    second = np.clip(np.searchsorted(middles, places), 0, len(middles) - 1)
    first = np.where(places > middles[-1], second, np.maximum(second - 1, 0))
    gap = np.where(second > first, middles[second] - middles[first], 1.0)
    return first, second, np.where(second > first, (places - middles[first]) / gap, 0.0)
