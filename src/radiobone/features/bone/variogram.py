"""Initial slope of the variogram of a projection of trabecular bone: like TBS, and not TBS."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from pydantic import Field

from radiobone.core.errors import OnePhase, RoiTooSmall
from radiobone.core.settings import Settings
from radiobone.features.bone.base import BoneRegion, BoolArray, FloatArray, Measurement, VoxelRange
from radiobone.features.bone.frame import BACK

LEAST_LAGS, LEAST_PAIRS = 3, 30


class VariogramSettings(Settings):
    """What is projected, and how far the variogram is followed.

    Attributes
    ----------
    erosion_mm : float
        Taken off the surface of the region, so that the cortex is not measured.
    reach_mm : float
        Longest distance of the initial slope.
    """

    erosion_mm: float = Field(default=4.0, ge=0, le=30)
    reach_mm: float = Field(default=4.0, gt=0)


def variogram(region: BoneRegion, settings: VariogramSettings) -> dict[str, float]:
    """Project the core from front to back, and fit the logarithm of squared differences against that of distance.

    Raises
    ------
    RoiTooSmall
        If fewer than three distances have enough pairs of pixels.
    OnePhase
        If the projection has one value throughout.
    """
    core = region.core(settings.erosion_mm)
    axis = int(np.abs(region.towards(BACK)).argmax())
    n = core.sum(axis=axis)
    plane = np.where(core, region.hu, 0.0).sum(axis=axis) / np.maximum(n, 1)
    steps_mm = [step for one, step in enumerate(region.spacing_mm) if one != axis]
    distances, squares = mean_squares(plane, n > 0, steps_mm, settings.reach_mm)
    if distances.size < LEAST_LAGS:
        raise RoiTooSmall(
            f"Only {distances.size} distance(s) up to {settings.reach_mm:g} mm have {LEAST_PAIRS} pairs of pixels in the projection, and a slope needs "
            f"{LEAST_LAGS}. Take a larger region or smaller voxels."
        )
    if not squares.all():
        raise OnePhase(
            "The projection of the region does not vary, so it has no slope. Check image and mask."
        )
    slope = np.polyfit(np.log(distances), np.log(squares), 1, w=1 / np.sqrt(distances))[0]
    return {"variogram_slope": float(slope)}


def mean_squares(
    plane: FloatArray, held: BoolArray, steps_mm: Sequence[float], reach_mm: float
) -> tuple[FloatArray, FloatArray]:
    """Mean squared difference of pixels by their distance, along rows and columns together.

    Parameters
    ----------
    plane : ndarray of float64, shape (n_rows, n_columns)
        The projection.
    held : ndarray of bool, same shape
        Where it is known.
    steps_mm : sequence of float, (rows, columns)
        Distance of neighbouring pixels.
    reach_mm : float
        Longest distance.

    Returns
    -------
    distance_mm, mean_square : ndarray of float64, shape (n,)
        Ascending; distances with fewer than 30 pairs of pixels are left out.
    """
    sums: dict[float, tuple[float, int]] = {}
    for axis, step_mm in enumerate(steps_mm):
        values, known = np.moveaxis(plane, axis, 0), np.moveaxis(held, axis, 0)
        for lag in range(1, min(int(reach_mm / step_mm + 1e-9), len(values) - 1) + 1):
            pairs = known[lag:] & known[:-lag]
            square = float(((values[lag:] - values[:-lag])[pairs] ** 2).sum())
            total, n = sums.get(round(lag * step_mm, 6), (0.0, 0))
            sums[round(lag * step_mm, 6)] = total + square, n + int(np.count_nonzero(pairs))
    found = sorted((distance, total / n) for distance, (total, n) in sums.items() if n >= LEAST_PAIRS)
    distances, squares = np.array(found).reshape(-1, 2).T
    return distances, squares


VARIOGRAM = Measurement(
    name="variogram",
    definition="Slope, on logarithmic axes, of the mean squared difference of pixels against their distance up to 4 mm, near distances weighing "
    "more (by one over the distance), in the mean projection from front to back of the eroded region (default 4 mm). Twice the Hurst "
    "exponent of a Brownian surface. Like the trabecular bone score (TBS), and not TBS: the image is another "
    "and the program is another, so no cut-off of TBS holds.",
    source="Pothuaud et al. 2008, doi 10.1016/j.bone.2007.11.018",
    units={"variogram_slope": "1"},
    voxels=VoxelRange(
        0.7, 1.4, "The first distances are one and two voxels, and must be shorter than trabeculae repeat."
    ),
    compute=variogram,
    settings=VariogramSettings(),
)
