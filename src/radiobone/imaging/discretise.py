"""Intensities to grey levels: bins of equal width, or a fixed number of bins."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from radiobone.core.compiled import compiled
from radiobone.core.errors import ImplausibleIntensity, TooManyGrayLevels
from radiobone.core.settings import Settings

STEPS_PER_BIN = 4


class FixedBinWidth(Settings):
    """Bins of equal width whose edges are multiples of the width."""

    kind: Literal["bin_width"] = "bin_width"
    width: float = Field(default=25.0, gt=0)


class FixedBinCount(Settings):
    """The same number of bins in every region."""

    kind: Literal["bin_count"] = "bin_count"
    n_bins: int = Field(default=32, ge=1, le=1024)


Discretisation = Annotated[FixedBinWidth | FixedBinCount, Field(discriminator="kind")]


def bin_edges(
    values: npt.NDArray[Any], settings: FixedBinWidth | FixedBinCount, *, max_levels: int
) -> npt.NDArray[np.float64]:
    """Edges of the grey levels of a region.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Finite intensities of the region's voxels.
    settings : FixedBinWidth or FixedBinCount
        The kind of bins.
    max_levels : int
        More grey levels than this are refused, before memory is taken.

    Raises
    ------
    TooManyGrayLevels
        If the range of intensities holds too many bins of the width.
    ImplausibleIntensity
        If the range is too narrow for the number of bins, or the intensities too great for the bins' width.
    """
    if isinstance(settings, FixedBinCount):
        return _equal_bins(values, settings.n_bins)
    low, high = _range(values, settings.width)
    n_levels = (float(high) - float(low)) / settings.width
    if n_levels > max_levels:
        raise TooManyGrayLevels(
            f"Intensities from {values.min():g} to {values.max():g} give about {n_levels:.0f} grey levels at bin "
            f"width {settings.width:g}; the cap is {max_levels}. Texture would be empty and memory run out. "
            "Use a larger bin width or a fixed bin count, or check the intensities."
        )
    _check_resolved(values, settings.width)
    return np.arange(low, high + 2 * settings.width, settings.width, dtype=np.float64)


def _check_resolved(values: npt.NDArray[Any], width: float) -> None:
    """Refuse bins that are hardly wider than the steps between neighbouring numbers of the image's type."""
    dtype = values.dtype if np.issubdtype(values.dtype, np.floating) else np.dtype(np.float64)
    greatest = max(abs(float(values.min())), abs(float(values.max())))
    step = float(np.spacing(dtype.type(greatest)))
    if width < STEPS_PER_BIN * step:
        raise ImplausibleIntensity(
            f"Intensities up to {greatest:g} are kept in steps of {step:g} ({dtype}), too coarse for a bin width of "
            f"{width:g}: grey levels would be rounding noise. Subtract an offset, use a larger bin width, or check the "
            "intensities."
        )


def _equal_bins(values: npt.NDArray[Any], n_bins: int) -> npt.NDArray[np.float64]:
    try:
        edges: npt.NDArray[np.float64] = np.histogram(values, n_bins)[1]
    except ValueError as error:  # numpy finds no number between two edges
        raise ImplausibleIntensity(
            f"Intensities from {values.min()!r} to {values.max()!r} lie too close together for {n_bins} bins in "
            f"{values.dtype}: texture would be rounding noise. Check the intensities, or use fewer bins."
        ) from error
    edges[-1] += 1  # the highest intensity belongs to the last bin
    return edges


def _range(values: npt.NDArray[Any], width: float) -> tuple[Any, Any]:
    """Lowest edge and highest intensity, in single precision where the image is."""
    lowest, highest = values.min(), values.max()
    if not isinstance(lowest, np.floating):  # 8- and 16-bit integers would overflow
        lowest, highest = float(lowest), float(highest)
    return lowest - lowest % width, highest


def discretise(
    values: npt.NDArray[Any], settings: FixedBinWidth | FixedBinCount, *, max_levels: int
) -> npt.NDArray[np.int64]:
    """Grey levels of a region's intensities, from 1.

    Parameters
    ----------
    values : ndarray, shape (n_voxels,)
        Finite, in the image's own type: rounding at the edges depends on it.
    settings : FixedBinWidth or FixedBinCount
        The kind of bins.
    max_levels : int
        More grey levels than this are refused.

    Raises
    ------
    TooManyGrayLevels
        If the range of intensities holds too many bins of the width.
    ImplausibleIntensity
        If the range is too narrow for the number of bins.

    References
    ----------
    IBSI reference manual, discretisation Q3RU (bin width) and K15C (bin count).
    """
    levels = np.empty(values.size, dtype=np.int64)
    _find_bins(values.astype(np.float64), bin_edges(values, settings, max_levels=max_levels), levels)
    return levels


@compiled
def _find_bins(
    values: npt.NDArray[np.float64], edges: npt.NDArray[np.float64], levels: npt.NDArray[np.int64]
) -> None:
    """Count the edges that do not exceed each value: a guess from the bins' width, mended at the edges."""
    last = edges.size - 1
    per_unit = last / (edges[last] - edges[0]) if last > 0 and edges[last] > edges[0] else 0.0
    for i in range(values.size):
        value = values[i]
        level = min(max(int((value - edges[0]) * per_unit), 0), last)
        while level > 0 and value < edges[level]:
            level -= 1
        while level < last and value >= edges[level + 1]:
            level += 1
        levels[i] = level + 1 if value >= edges[0] else 0
