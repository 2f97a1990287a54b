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
ComplexArray = npt.NDArray[np.complex128]
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
    power = _power_of_weights(shape, spacing_mm)
    one, first = fft.rfftn(mask.astype(float), shape), fft.rfftn(centred, shape)
    product = _over_pairs(power, first, first)
    total, mixed = _over_pairs(power, one, one), _over_pairs(power, fft.rfftn(centred**2, shape), one)
    difference = 2 * mixed - 2 * product
    return Autocorrelation(
        n_voxels / total * product / squares,
        (n_voxels - 1) / (2 * total) * difference / squares,
    )


def _over_pairs(power: FloatArray, a: ComplexArray, b: ComplexArray) -> float:
    """Sum the weighted products of two fields over all ordered pairs of different voxels, by Parseval's theorem."""
    n_z, n_y, _ = a.shape
    mirrored = np.minimum(np.arange(n_y), n_y - np.arange(n_y))
    total = 0.0
    for k in range(n_z):  # a plane at a time stays in the processor's cache
        both = a[k].real * b[k].real + a[k].imag * b[k].imag
        total += float(np.sum(power[min(k, n_z - k)][mirrored] * both))
    return total


def _padded_shape(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Twice the box, so that offsets of both signs have places of their own; even sizes."""
    padded = tuple(2 * fft.next_fast_len(size, real=True) for size in shape)
    if math.prod(padded) > MOST_CELLS:
        raise ResourceLimit(
            f"Moran's I and Geary's C of a region whose box has {shape} voxels (z, y, x) would take more than "
            f"{8 * MOST_CELLS >> 30} GB several times over. Leave morph out, or use larger voxels."
        )
    return padded


def _power_of_weights(padded: tuple[int, ...], spacing_mm: Triple) -> FloatArray:
    """Transform the weights of all offsets in the padded box: inverse lengths in mm, 0 for a voxel and itself.

    The weights of mirrored offsets are equal, so an eighth of the box is enough, and its transform is one of cosines.
    Along x it is doubled where both halves of a spectrum count; the whole is divided by the number of cells.
    """
    squared = np.zeros((1,) * len(padded))
    for axis, (size, edge) in enumerate(zip(padded, spacing_mm, strict=True)):
        steps = np.arange(size // 2 + 1) * edge
        squared = squared + (steps**2).reshape([-1 if other == axis else 1 for other in range(len(padded))])
    squared[0, 0, 0] = np.inf
    power = np.asarray(fft.dctn(1 / np.sqrt(squared), type=1)) / math.prod(padded)
    power[..., 1:-1] *= 2
    return power
