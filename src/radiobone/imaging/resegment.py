"""Leaving out voxels of a region whose intensity is out of range."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from radiobone.core.errors import RoiTooSmall
from radiobone.core.settings import Settings


class Resegmentation(Settings):
    """Keep the voxels of the region whose intensity lies within limits.

    Attributes
    ----------
    limits : tuple of one or two float
        Lower, or lower and upper limit, both included.
    mode : {"absolute", "relative", "sigma"}
        Limits are intensities, fractions of the region's maximum, or standard deviations from its mean.
    shape_too : bool
        Measure the shape on the reduced region as well.
    """

    limits: tuple[float, ...] = Field(min_length=1, max_length=2)
    mode: Literal["absolute", "relative", "sigma"] = "absolute"
    shape_too: bool = False


def resegment(
    array: npt.NDArray[Any], mask: npt.NDArray[np.bool_], settings: Resegmentation
) -> npt.NDArray[np.bool_]:
    """Reduce a region to the voxels within the limits.

    Parameters
    ----------
    array : ndarray, shape (n_z, n_y, n_x)
        Intensities.
    mask : ndarray of bool, same shape
        The region.
    settings : Resegmentation
        Limits and how they are meant.

    Raises
    ------
    RoiTooSmall
        If fewer than two voxels are left.
    """
    limits = _thresholds(array[mask], settings)
    kept: npt.NDArray[np.bool_] = mask & (array >= limits[0])
    if len(limits) == 2:
        kept &= array <= limits[1]
    if int(kept.sum()) <= 1:
        raise RoiTooSmall(
            f"Only {int(kept.sum())} of {int(mask.sum())} voxels lie within {tuple(float(x) for x in limits)}, "
            "too few to measure. Widen the resegmentation range."
        )
    return kept


def _thresholds(values: npt.NDArray[Any], settings: Resegmentation) -> list[Any]:
    limits = sorted(settings.limits)
    if settings.mode == "relative":
        return [values.max() * limit for limit in limits]
    if settings.mode == "sigma":
        return [values.mean() + values.std() * limit for limit in limits]
    return list(limits)
