"""Intensities to grey levels by IBSI's formulas.

They part from the bins of ``discretise`` in where the first bin starts (at the lower bound that was set, or at the
region's minimum; there, at a multiple of the width) and in how edges are rounded.
"""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from radiobone.core.errors import ImplausibleIntensity, TooManyGrayLevels
from radiobone.core.settings import Settings


class WholeLevels(Settings):
    """No bins: the intensities are whole numbers that serve as they are."""

    kind: Literal["none"] = "none"


class FixedBinSize(Settings):
    """Bins of equal width; the first starts at the lower bound of the re-segmentation, or else at the minimum."""

    kind: Literal["fixed_bin_size"] = "fixed_bin_size"
    width: float = Field(default=25.0, gt=0)


class FixedBinNumber(Settings):
    """The same number of bins in every region, from its minimum to its maximum."""

    kind: Literal["fixed_bin_number"] = "fixed_bin_number"
    n_bins: int = Field(default=32, ge=1, le=10_000)


Bins = Annotated[WholeLevels | FixedBinSize | FixedBinNumber, Field(discriminator="kind")]


def grey_levels(
    values: npt.NDArray[np.float64],
    bins: WholeLevels | FixedBinSize | FixedBinNumber,
    *,
    lower: float | None,
    max_levels: int,
) -> npt.NDArray[np.int64]:
    """Grey levels of a region's intensities, from 1.

    Parameters
    ----------
    values : ndarray of float, shape (n_voxels,)
        Finite intensities.
    bins : WholeLevels, FixedBinSize or FixedBinNumber
        The kind of bins.
    lower : float or None
        Where the first bin of a fixed size starts; None takes the least intensity.
    max_levels : int
        More grey levels than this are refused.

    Raises
    ------
    TooManyGrayLevels
        If the range of intensities holds too many bins of the width.
    ImplausibleIntensity
        If intensities that are to serve as levels are no whole numbers from 1.

    References
    ----------
    IBSI reference manual, fixed bin number K15C, fixed bin size Q3RU.
    """
    if isinstance(bins, FixedBinNumber):
        return _fixed_number(values, bins.n_bins)
    levels = _as_levels(values) if isinstance(bins, WholeLevels) else _fixed_size(values, bins.width, lower)
    if levels.max() > max_levels:
        raise TooManyGrayLevels(
            f"Intensities from {values.min():g} to {values.max():g} give {levels.max():.0f} grey levels; the cap is "
            f"{max_levels}. Texture would be empty and memory run out. Use wider bins or a fixed bin number, or check "
            "the intensities."
        )
    return levels.astype(np.int64)


def _fixed_number(values: npt.NDArray[np.float64], n_bins: int) -> npt.NDArray[np.int64]:
    low, high = float(values.min()), float(values.max())
    if low == high:
        return np.ones(values.size, dtype=np.int64)
    levels = np.floor(n_bins * (values - low) / (high - low)).astype(np.int64) + 1
    return np.minimum(levels, n_bins)


def _fixed_size(
    values: npt.NDArray[np.float64], width: float, lower: float | None
) -> npt.NDArray[np.float64]:
    start = float(values.min()) if lower is None else lower
    levels: npt.NDArray[np.float64] = np.floor((values - start) / width) + 1
    return levels


def _as_levels(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    if values.min() < 1 or (values != np.rint(values)).any():
        raise ImplausibleIntensity(
            f"Intensities from {values.min():g} to {values.max():g} cannot serve as grey levels, which are whole numbers "
            "from 1. Choose bins: a fixed bin size or a fixed bin number."
        )
    return values
