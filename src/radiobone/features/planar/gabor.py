"""Gabor energies: how much of a region's contrast is stripes of one period and direction."""

from __future__ import annotations

import math
from itertools import product

import numpy as np

from radiobone.features.planar.region import PlanarRegion
from radiobone.imaging.filters.gabor import Gabor

PERIODS_PX = (4, 8, 16)
DIRECTIONS_DEG = (0, 45, 90, 135)
SIGMA_PER_PERIOD = 0.56  # a bandwidth of one octave


def gabor(region: PlanarRegion) -> dict[str, float]:
    """Compute energies of stripes of 4, 8 and 16 pixels in four directions.

    The region's mean is taken off first. The response is scaled such that stripes of its own period and direction have
    their amplitude A as response, so their energy is A². Beyond the image its outermost pixels are mirrored; what lies
    round the region is seen.

    Parameters
    ----------
    region : PlanarRegion

    Returns
    -------
    dict
        ``Energy8px45deg`` and so on: mean squared response over the region, in squared units of the image, of stripes
        of that period across that direction (0 along x, so upright stripes; 90 along y); ``MeanEnergy8px``: the mean of
        the four directions; ``Anisotropy8px``: their range through their sum, 0 where all are alike (or nothing is seen),
        1 where one alone is there.

    References
    ----------
    Gabor kernel as in the IBSI 2 reference manual (arXiv 2006.05470); energies of responses: Jain AK, Farrokhnia F.
    Pattern Recognition 1991;24:1167–1186, doi 10.1016/0031-3203(91)90143-S.
    """
    energy = {place: _energy(region, *place) for place in product(PERIODS_PX, DIRECTIONS_DEG)}
    found = {f"Energy{period}px{angle}deg": value for (period, angle), value in energy.items()}
    for period in PERIODS_PX:
        own = [energy[period, angle] for angle in DIRECTIONS_DEG]
        found[f"MeanEnergy{period}px"] = sum(own) / len(own)
        found[f"Anisotropy{period}px"] = (max(own) - min(own)) / sum(own) if sum(own) > 0 else 0.0
    return found


def _energy(region: PlanarRegion, period_px: int, angle_deg: int) -> float:
    sigma = SIGMA_PER_PERIOD * period_px
    kernel = Gabor(sigma_mm=sigma, wavelength_mm=float(period_px), theta_deg=float(angle_deg))
    ((_, response),) = kernel.images(region.per_pixel, 0, region.box)
    of_unit_stripes = math.pi * sigma**2  # half the integral of the Gaussian
    return float(np.square(region.in_region(response) / of_unit_stripes).mean())
