"""Moran's I and Geary's C: do near voxels have like intensities? Weights are inverse distances.

Both sum over all pairs of voxels. A pair's weight depends on its offset alone, so the sums over pairs with one offset,
which are correlations and come by Fourier transform, are all that is needed: exact, and feasible for large regions.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import ResourceLimit
from radiobone.core.lazy import lazily
from radiobone.core.volume import Triple

fft = lazily("scipy.fft")

FloatArray = npt.NDArray[np.float64]
MOST_CELLS = 1 << 28  # of the padded box; a transform takes 8 bytes for each


class Autocorrelation(NamedTuple):
    """Moran's I index (IBSI N365) and Geary's C measure (NPT7); NaN where all intensities are equal."""

    moran_i: float
    geary_c: float


def autocorrelation(values: FloatArray, mask: npt.NDArray[np.bool_], spacing_mm: Triple) -> Autocorrelation:
    """Measure how intensities depend on those near them.

    Parameters
    ----------
    values : ndarray of float, shape (n_z, n_y, n_x)
        Intensities; only those inside count.
    mask : ndarray of bool, same shape
        The region, at least two voxels.
    spacing_mm : tuple of float, (z, y, x)
        Edge lengths of one voxel.

    Raises
    ------
    ResourceLimit
        If the region's box is too large.
    """
    shape = _padded_shape(mask.shape)
    n_voxels = int(mask.sum())
    centred = np.where(mask, values - values[mask].mean(), 0.0)
    squares = float(np.sum(centred**2))
    if squares == 0:
        return Autocorrelation(math.nan, math.nan)
    weights = _weights(shape, spacing_mm)
    one, first, second = (fft.rfftn(array, shape) for array in (mask.astype(float), centred, centred**2))

    def over_pairs(a: npt.NDArray[np.complex128], b: npt.NDArray[np.complex128]) -> float:
        """Sum weighted products over all ordered pairs of different voxels."""
        return float(np.sum(weights * fft.irfftn(a * np.conj(b), shape)))

    total, product = over_pairs(one, one), over_pairs(first, first)
    difference = 2 * over_pairs(second, one) - 2 * product
    return Autocorrelation(
        n_voxels / total * product / squares,
        (n_voxels - 1) / (2 * total) * difference / squares,
    )


def _padded_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Twice the box, so that offsets of both signs have places of their own."""
    padded = tuple(fft.next_fast_len(2 * size - 1, real=True) for size in shape)
    if math.prod(padded) > MOST_CELLS:
        raise ResourceLimit(
            f"Moran's I and Geary's C of a region whose box has {shape} voxels (z, y, x) would take more than "
            f"{8 * MOST_CELLS >> 30} GB several times over. Leave morph out, or use larger voxels."
        )
    return padded


def _weights(padded: tuple[int, ...], spacing_mm: Triple) -> FloatArray:
    """Inverse length in mm of every offset in the padded box; 0 for a voxel and itself."""
    squared = np.zeros((1,) * len(padded))
    for axis, (size, edge) in enumerate(zip(padded, spacing_mm, strict=True)):
        steps = np.arange(size, dtype=float)
        steps = np.minimum(steps, size - steps) * edge
        squared = squared + (steps**2).reshape([-1 if other == axis else 1 for other in range(len(padded))])
    squared[0, 0, 0] = np.inf
    weights: FloatArray = 1 / np.sqrt(squared)
    return weights
