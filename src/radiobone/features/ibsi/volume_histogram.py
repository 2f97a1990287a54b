"""IBSI's intensity-volume histogram features (family P88C): which part of the region is at least how intense."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from radiobone.features.ibsi.region import Region
from radiobone.features.ibsi.settings import Resegmentation
from radiobone.imaging.ibsi_bins import FixedBinNumber, FixedBinSize, grey_levels

DECIMALS = 9  # a step at 0.1 of the range is at 0.1, not at 0.10000000000000001


@dataclass(frozen=True, eq=False)
class Curve:
    """Intensities that were put on equal steps.

    Attributes
    ----------
    steps : ndarray of int64, shape (n_voxels,)
        Number of each voxel's step, ascending; 0 is at the range's lower end.
    last : float
        Number of the step at the range's upper end.
    start, width : float
        Intensity of step 0, and from one step to the next.
    """

    steps: npt.NDArray[np.int64]
    last: float
    start: float
    width: float

    def volume_at(self, fraction: float) -> float:
        """Part of the volume that has at least this fraction of the range's intensity."""
        step = math.ceil(round(fraction * self.last, DECIMALS))
        return 1 - float(np.searchsorted(self.steps, step, side="left")) / self.steps.size

    def intensity_at(self, fraction: float) -> float:
        """Least intensity that at most this part of the volume reaches."""
        allowed = math.floor(round(fraction * self.steps.size, DECIMALS))
        return self.start + self.width * float(self.steps[self.steps.size - allowed - 1] + 1)


def volume_histogram(region: Region) -> dict[str, float]:
    """Compute the intensity-volume histogram features.

    Parameters
    ----------
    region : Region
        Intensities.

    Returns
    -------
    dict
        IBSI's name to value.
    """
    curve = intensity_volume_curve(region)
    v10, v90 = curve.volume_at(0.1), curve.volume_at(0.9)
    i10, i90 = curve.intensity_at(0.1), curve.intensity_at(0.9)
    return {
        "ivh_v10": v10,
        "ivh_v90": v90,
        "ivh_i10": i10,
        "ivh_i90": i90,
        "ivh_diff_v10_v90": v10 - v90,
        "ivh_diff_i10_i90": i10 - i90,
    }


def intensity_volume_curve(region: Region) -> Curve:
    """Put the intensities on the steps that the settings ask for."""
    values, bins = np.sort(region.intensities), region.settings.ivh_discretisation
    low, high = _range(values, region.settings.resegmentation)
    if isinstance(bins, FixedBinNumber):
        levels = grey_levels(values, bins, lower=None, max_levels=bins.n_bins)
        return Curve(levels - 1, bins.n_bins - 1, 1.0, 1.0)
    width = bins.width if isinstance(bins, FixedBinSize) else 1.0
    steps = np.floor(np.round((values - low) / width, DECIMALS)).astype(np.int64)
    if isinstance(bins, FixedBinSize):  # each bin stands for the intensity at its centre
        return Curve(steps, (high - low) / width - 1, low + width / 2, width)
    return Curve(steps, high - low, low, 1.0)


def _range(values: npt.NDArray[np.float64], limits: Resegmentation) -> tuple[float, float]:
    """Range of the histogram: what was set, or what occurs."""
    low = float(values[0]) if limits.lower is None else limits.lower
    return low, float(values[-1]) if limits.upper is None else limits.upper
