"""Cubic B-spline interpolation on a lattice parallel to the image's, to the last bit as ITK computes it.

ITK filters the whole image before it evaluates any point. The filter forgets: a voxel's influence falls
to a quarter with each voxel of distance, so coefficients of a part of the image, taken with a margin,
are those of the whole to double precision.

One case is left out on purpose: along an axis of exactly two voxels ITK takes a value from outside the image (it mirrors
places once, and a second time would be needed). Here places are mirrored until they lie inside, which gives the spline
of the mirrored image.

Whole-numbered images are cut off towards zero after interpolation. Where a new voxel coincides with an
old one, rounding noise then decides between two numbers; such voxels are summed in ITK's own order.

References
----------
Unser 1999, IEEE Signal Processing Magazine 16(6): splines, a perfect fit for signal and image processing.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.core.volume import Voxels
from radiobone.imaging.spline_support import AxisSupport, PlaceArray, axis_support, clear_outside

FloatArray = npt.NDArray[np.float64]

POLE = float(np.sqrt(3.0) - 2.0)
GAIN = (1.0 - POLE) * (1.0 - 1.0 / POLE)
HORIZON = int(np.ceil(np.log(1e-10) / np.log(abs(POLE))))  # voxels after which the first sum is cut off
# Values whose last bits matter: those near whole numbers, those near halfway between two decimals, all.
WHOLE, SINGLE, EVERY = 0, 1, 2
NEAR_WHOLE = 1e-7
TO_WHOLE = 1.5 * 2.0**52  # adding and taking it away rounds to the nearest whole number
NOISE = 1e-13  # of sums of 64 products, in parts of the largest; their order costs less than 2e-14


def interpolate(voxels: Voxels, positions: tuple[FloatArray, FloatArray, FloatArray]) -> npt.NDArray[Any]:
    """Interpolate an image at every combination of positions along its axes.

    Parameters
    ----------
    voxels : Voxels, shape (n_z, n_y, n_x)
        Finite intensities: an array, or what a part can be cut from.
    positions : tuple of ndarray of float, (z, y, x)
        In voxels.

    Returns
    -------
    ndarray
        In the type of the voxels; whole numbers are cut off towards zero; 0 outside the image.
    """
    z, y, x = (axis_support(position, size) for position, size in zip(positions, voxels.shape, strict=True))
    values = np.zeros([len(position) for position in positions])
    if not (z.inside.any() and y.inside.any() and x.inside.any()):
        return values.astype(voxels.dtype)
    array = voxels[z.part, y.part, x.part]
    coefficients = spline_coefficients(array, (z, y, x))
    doubt, slack = _doubt(array.dtype, coefficients)
    _evaluate(
        coefficients, z.weights, z.indices, y.weights, y.indices, x.weights, x.indices, doubt, slack, values
    )
    clear_outside(values, (z.inside, y.inside, x.inside))
    if doubt == WHOLE:
        limits = np.iinfo(array.dtype)
        np.clip(values, limits.min, limits.max, out=values)
    return values.astype(array.dtype)


def _doubt(dtype: np.dtype[Any], coefficients: FloatArray) -> tuple[int, float]:
    """Tell which values' last bits matter, and how far rounding noise reaches."""
    if np.issubdtype(dtype, np.integer):
        return WHOLE, NEAR_WHOLE
    if dtype == np.float32:
        return SINGLE, NOISE * float(np.max(np.abs(coefficients)))
    return EVERY, 0.0


def spline_coefficients(
    array: npt.NDArray[Any], axes: tuple[AxisSupport, AxisSupport, AxisSupport]
) -> FloatArray:
    """Turn intensities into spline coefficients, axis by axis in ITK's order x, y, z.

    Parameters
    ----------
    array : ndarray, shape (n_z, n_y, n_x)
        The parts of the image that ``axes`` name.
    axes : tuple of AxisSupport, (z, y, x)
        Where in the image they are. After each axis only what is wanted along it is kept.
    """
    z, y, x = axes
    n_z, n_y, _ = array.shape
    rows = np.empty((n_z, n_y, x.wanted.stop - x.wanted.start))
    for plane, found in zip(array, rows, strict=True):
        _filter_rows(
            np.ascontiguousarray(plane, dtype=np.float64),
            x.starts_at_border,
            x.wanted.start,
            found,
            POLE,
            GAIN,
            HORIZON,
        )
    columns = np.empty((n_z, y.wanted.stop - y.wanted.start, rows.shape[2]))
    for plane, found in zip(rows, columns, strict=True):
        _filter_columns(plane, y.starts_at_border, POLE, GAIN, HORIZON)
        found[:] = plane[y.wanted]
    _filter_columns(columns.reshape(n_z, -1), z.starts_at_border, POLE, GAIN, HORIZON)
    return columns[z.wanted]


@compiled
def _first_values(lines: FloatArray, at_border: bool, pole: float, horizon: int) -> None:
    """Start the filter: sum the mirrored line, all of it if it is short."""
    n, n_lines = lines.shape
    power = pole
    if horizon < n or not at_border:
        for i in range(1, min(horizon, n)):
            for k in range(n_lines):
                lines[0, k] += power * lines[i, k]
            power *= pole
        return
    back = math.pow(pole, float(n - 1))  # as in C, of two decimals
    per_step = 1.0 / pole
    for k in range(n_lines):
        lines[0, k] += back * lines[n - 1, k]
    back *= back * per_step
    for i in range(1, n - 1):
        for k in range(n_lines):
            lines[0, k] += (power + back) * lines[i, k]
        power *= pole
        back *= per_step
    for k in range(n_lines):
        lines[0, k] /= 1.0 - power * power


@compiled
def _recursion(lines: FloatArray, at_border: bool, pole: float, gain: float, horizon: int) -> None:
    """Filter along the first axis of ``lines``, shape (n, n_lines); the lines do not touch."""
    n, n_lines = lines.shape
    for i in range(n):
        for k in range(n_lines):
            lines[i, k] *= gain
    _first_values(lines, at_border, pole, horizon)
    for i in range(1, n):
        for k in range(n_lines):
            lines[i, k] += pole * lines[i - 1, k]
    last = pole / (pole * pole - 1.0)
    for k in range(n_lines):
        lines[n - 1, k] = last * (pole * lines[n - 2, k] + lines[n - 1, k])
    for i in range(n - 2, -1, -1):
        for k in range(n_lines):
            lines[i, k] = pole * (lines[i + 1, k] - lines[i, k])


@compiled
def _filter_columns(values: FloatArray, at_border: bool, pole: float, gain: float, horizon: int) -> None:
    """Filter along the first axis, some columns at a time so that they stay in the cache."""
    n, n_columns = values.shape
    if n == 1:
        return
    for first in range(0, n_columns, 256):
        _recursion(values[:, first : first + 256], at_border, pole, gain, horizon)


@compiled
def _filter_rows(
    values: FloatArray,
    at_border: bool,
    wanted: int,
    found: FloatArray,
    pole: float,
    gain: float,
    horizon: int,
) -> None:
    """Filter along the second axis: sixteen rows at a time, turned so that they are filtered together."""
    n_rows, n = values.shape
    turned = np.zeros((n, 16))
    for first in range(0, n_rows, 16):
        n_now = min(16, n_rows - first)
        for k in range(n_now):
            for i in range(n):
                turned[i, k] = values[first + k, i]
        if n > 1:
            _recursion(turned, at_border, pole, gain, horizon)
        for k in range(n_now):
            for i in range(found.shape[1]):
                found[first + k, i] = turned[wanted + i, k]


@compiled
def _over_64(
    c: FloatArray,
    wz: FloatArray,
    iz: PlaceArray,
    wy: FloatArray,
    iy: PlaceArray,
    wx: FloatArray,
    ix: PlaceArray,
) -> float:
    """Sum over the 64 neighbours in ITK's order."""
    value = 0.0
    for r in range(4):
        for q in range(4):
            for p in range(4):
                value += wx[p] * wy[q] * wz[r] * c[iz[r], iy[q], ix[p]]
    return value


@compiled
def _evaluate(
    c: FloatArray,
    weights_z: FloatArray,
    indices_z: PlaceArray,
    weights_y: FloatArray,
    indices_y: PlaceArray,
    weights_x: FloatArray,
    indices_x: PlaceArray,
    doubt: int,
    slack: float,
    out: FloatArray,
) -> None:
    """Sum axis after axis; voxels of which the last bit matters, in ITK's order."""
    n_z, n_y, n_x = out.shape
    plane = np.empty((c.shape[1], c.shape[2]))
    line = np.empty(c.shape[2])
    for z in range(n_z):
        w, i = weights_z[z], indices_z[z]
        for v in range(plane.shape[0]):
            for u in range(plane.shape[1]):
                plane[v, u] = (
                    w[0] * c[i[0], v, u] + w[1] * c[i[1], v, u] + w[2] * c[i[2], v, u] + w[3] * c[i[3], v, u]
                )
        for y in range(n_y):
            w, i = weights_y[y], indices_y[y]
            for u in range(line.size):
                line[u] = (
                    w[0] * plane[i[0], u]
                    + w[1] * plane[i[1], u]
                    + w[2] * plane[i[2], u]
                    + w[3] * plane[i[3], u]
                )
            for x in range(n_x):
                value = (
                    weights_x[x, 0] * line[indices_x[x, 0]]
                    + weights_x[x, 1] * line[indices_x[x, 1]]
                    + weights_x[x, 2] * line[indices_x[x, 2]]
                    + weights_x[x, 3] * line[indices_x[x, 3]]
                )
                if doubt == WHOLE:
                    near = abs(value - ((value + TO_WHOLE) - TO_WHOLE)) < slack
                else:
                    near = doubt == EVERY or np.float32(value - slack) != np.float32(value + slack)
                if near:
                    value = _over_64(
                        c, weights_z[z], indices_z[z], weights_y[y], indices_y[y], weights_x[x], indices_x[x]
                    )
                out[z, y, x] = value
