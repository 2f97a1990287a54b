"""Local binary patterns: how often which neighbourhood occurs, whichever way it is turned."""

from __future__ import annotations

import numpy as np

from radiobone.core.volume import Volume
from radiobone.features.planar.region import PlanarRegion
from radiobone.imaging.crop import bounding_box
from radiobone.imaging.filters.lbp2d import LBP2D

RADIUS_PX, SAMPLES = 1, 8


def lbp(region: PlanarRegion) -> dict[str, float]:
    """Compute the histogram of rotation-invariant uniform patterns of 8 neighbours at a distance of one pixel.

    A pattern says which neighbours on the circle are at least as bright as the pixel; it is uniform where these follow
    each other. Beyond the image its outermost pixels are mirrored.

    Parameters
    ----------
    region : PlanarRegion

    Returns
    -------
    dict
        ``Uniform0`` to ``Uniform8``: share of the region's pixels with so many bright neighbours in a row, and
        ``NonUniform``: share of all other pixels; together 1. ``Entropy`` of these ten, in bits.

    References
    ----------
    Ojala T, Pietikäinen M, Mäenpää T. IEEE Trans Pattern Anal Mach Intell 2002;24:971–987 (LBP with riu2).
    """
    mask = np.pad(region.mask, RADIUS_PX)[np.newaxis]
    box = bounding_box(mask)
    mirrored = Volume(np.pad(region.pixels, RADIUS_PX, mode="symmetric")[np.newaxis], is_2d=True)
    ((_, patterns),) = LBP2D(radius=RADIUS_PX, samples=SAMPLES).images(mirrored, 0, box)
    counts = np.bincount(patterns[mask[box.slices]].astype(np.intp), minlength=SAMPLES + 2)
    share = counts / counts.sum()
    known = share[share > 0]
    found = {f"Uniform{bright}": float(share[bright]) for bright in range(SAMPLES + 1)}
    return found | {
        "NonUniform": float(share[SAMPLES + 1]),
        "Entropy": max(float(-(known * np.log2(known)).sum()), 0.0),
    }
