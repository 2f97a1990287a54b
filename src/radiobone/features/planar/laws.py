"""Laws' texture energies: how strongly a region responds to pairs of small kernels."""

from __future__ import annotations

from itertools import combinations_with_replacement

import numpy as np

from radiobone.features.planar.region import PlanarRegion
from radiobone.imaging.filters.laws import Laws

KERNELS = ("L5", "E5", "S5", "W5", "R5")
PAIRS = tuple(pair for pair in combinations_with_replacement(KERNELS, 2) if pair != ("L5", "L5"))


def laws(region: PlanarRegion) -> dict[str, float]:
    """Compute the energy of 14 pairs of level, edge, spot, wave and ripple kernels of five pixels.

    The kernels have length one. Beyond the image its outermost pixels are mirrored; what lies round the region is seen.

    Parameters
    ----------
    region : PlanarRegion

    Returns
    -------
    dict
        ``EnergyL5E5`` and so on: mean absolute response over the region, in the unit of the image, of both orders of a
        pair (the first along x and the second along y, and the other way round). Level with level, which is brightness
        and not texture, is left out.

    References
    ----------
    Laws KI. Textured image segmentation. USC IPI report 940, 1980; kernels as in the IBSI 2 reference manual.
    """
    orders = [first + second for first, second in PAIRS] + [b + a for a, b in PAIRS if a != b]
    entry = Laws(kernels=tuple(orders))
    responses = entry.images(region.per_pixel, 0, region.box)
    energy = {
        order: float(np.abs(region.in_region(response)).mean())
        for order, (_, response) in zip(orders, responses, strict=True)
    }
    return {f"Energy{a}{b}": (energy[a + b] + energy[b + a]) / 2 for a, b in PAIRS}
