"""Cubic B-spline interpolation on a lattice parallel to the image's, to the last bit as ITK computes it.

ITK filters the whole image before it evaluates any point. The filter forgets: a voxel's influence falls
to a quarter with each voxel of distance, so coefficients of a part of the image, taken with a margin,
are those of the whole to double precision.

Whole-numbered images are cut off towards zero after interpolation. Where a new voxel coincides with an
old one, rounding noise then decides between two numbers; such voxels are summed in ITK's own order.

References
----------
Unser 1999, IEEE Signal Processing Magazine 16(6): splines, a perfect fit for signal and image processing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

POLE = float(np.sqrt(3.0) - 2.0)
GAIN = (1.0 - POLE) * (1.0 - 1.0 / POLE)
HORIZON = int(np.ceil(np.log(1e-10) / np.log(abs(POLE))))  # voxels after which the first sum is cut off
MARGIN = 40  # POLE ** 40 is 1e-23
NEAR_WHOLE = 1e-7


@dataclass(frozen=True, eq=False)
class AxisSupport:
    """Where the new voxels along one axis take their values from.

    Attributes
    ----------
    part : slice
        The old voxels that matter.
    starts_at_border : bool
        Whether ``part`` begins with the image's first voxel.
    weights : ndarray of float, shape (n_new, 4)
    indices : ndarray of int, shape (n_new, 4)
        Old voxels, counted from the beginning of ``part``; mirrored at the borders.
    inside : ndarray of bool, shape (n_new,)
        Whether the new voxel's centre lies in the image.
    """

    part: slice
    starts_at_border: bool
    weights: FloatArray
    indices: IntArray
    inside: npt.NDArray[np.bool_]


def axis_support(position: FloatArray, n_old: int) -> AxisSupport:
    """Find weights and neighbours of positions along an axis.

    Parameters
    ----------
    position : ndarray of float, shape (n_new,)
        In old voxels; the centre of the first is 0.
    n_old : int
        Length of the axis.
    """
    inside = (position >= -0.5) & (position < n_old - 0.5)
    first = np.floor(position.astype(np.float32)).astype(np.int64) - 1  # ITK looks for it in single precision
    w = position - (first + 1)
    cubic = (1.0 / 6.0) * w * w * w
    before = (1.0 / 6.0) + 0.5 * w * (w - 1.0) - cubic
    after = w + before - 2.0 * cubic
    weights = np.stack([before, 1.0 - before - after - cubic, after, cubic], axis=1)
    indices = first[:, None] + np.arange(4)
    period = max(2 * (n_old - 1), 1)
    indices = np.where(inside[:, None], np.abs(indices) % period, 0)
    indices = np.minimum(indices, period - indices) if n_old > 1 else np.zeros_like(indices)
    low = max(int(indices[inside].min(initial=n_old - 1)) - MARGIN, 0)
    high = min(int(indices[inside].max(initial=0)) + MARGIN, n_old - 1)
    return AxisSupport(
        slice(low, high + 1), low == 0, weights, np.where(inside[:, None], indices - low, 0), inside
    )


def interpolate(
    array: npt.NDArray[Any], positions: tuple[FloatArray, FloatArray, FloatArray]
) -> npt.NDArray[Any]:
    """Interpolate an image at every combination of positions along its axes.

    Parameters
    ----------
    array : ndarray, shape (n_z, n_y, n_x)
        Finite intensities.
    positions : tuple of ndarray of float, (z, y, x)
        In voxels of ``array``.

    Returns
    -------
    ndarray
        In the type of ``array``; whole numbers are cut off towards zero; 0 outside the image.
    """
    z, y, x = (axis_support(position, size) for position, size in zip(positions, array.shape, strict=True))
    coefficients = np.array(array[z.part, y.part, x.part], dtype=np.float64, order="C")
    filter_in_place(coefficients, (z.starts_at_border, y.starts_at_border, x.starts_at_border))
    whole = np.issubdtype(array.dtype, np.integer)
    values = np.zeros([len(position) for position in positions])
    _evaluate(
        coefficients, z.weights, z.indices, z.inside, y.weights, y.indices, y.inside,
        x.weights, x.indices, x.inside, whole, values,
    )  # fmt: skip
    if whole:
        limits = np.iinfo(array.dtype)
        np.clip(values, limits.min, limits.max, out=values)
    return values.astype(array.dtype)


def filter_in_place(values: FloatArray, starts_at_border: tuple[bool, bool, bool]) -> None:
    """Turn intensities into spline coefficients, axis by axis in ITK's order x, y, z.

    Parameters
    ----------
    values : ndarray of float, shape (n_z, n_y, n_x)
        Contiguous.
    starts_at_border : tuple of bool, (z, y, x)
        Whether the array begins where the image does.
    """
    n_z, n_y, n_x = values.shape
    _filter_rows(values.reshape(n_z * n_y, n_x), starts_at_border[2], POLE, GAIN, HORIZON)
    for plane in values:
        _filter_columns(plane, starts_at_border[1], POLE, GAIN, HORIZON)
    _filter_columns(values.reshape(n_z, n_y * n_x), starts_at_border[0], POLE, GAIN, HORIZON)


@compiled
def _recursion(lines: FloatArray, at_border: bool, pole: float, gain: float, horizon: int) -> None:
    """Filter along the first axis of ``lines``, shape (n, n_lines); the lines do not touch."""
    n, n_lines = lines.shape
    for i in range(n):
        for k in range(n_lines):
            lines[i, k] *= gain
    if horizon < n or not at_border:
        power = pole
        for i in range(1, min(horizon, n)):
            for k in range(n_lines):
                lines[0, k] += power * lines[i, k]
            power *= pole
    else:
        inverse = 1.0 / pole
        power = pole
        back = pole ** (n - 1)
        for k in range(n_lines):
            lines[0, k] += back * lines[n - 1, k]
        back *= back * inverse
        for i in range(1, n - 1):
            for k in range(n_lines):
                lines[0, k] += (power + back) * lines[i, k]
            power *= pole
            back *= inverse
        for k in range(n_lines):
            lines[0, k] /= 1.0 - power * power
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
def _filter_rows(values: FloatArray, at_border: bool, pole: float, gain: float, horizon: int) -> None:
    """Filter along the second axis: eight rows at a time, turned so that they are filtered together."""
    n_rows, n = values.shape
    if n == 1:
        return
    turned = np.zeros((n, 8))
    for first in range(0, n_rows, 8):
        n_now = min(8, n_rows - first)
        for k in range(n_now):
            for i in range(n):
                turned[i, k] = values[first + k, i]
        _recursion(turned, at_border, pole, gain, horizon)
        for k in range(n_now):
            for i in range(n):
                values[first + k, i] = turned[i, k]


@compiled
def _evaluate(
    c: FloatArray,
    weights_z: FloatArray,
    indices_z: IntArray,
    inside_z: npt.NDArray[np.bool_],
    weights_y: FloatArray,
    indices_y: IntArray,
    inside_y: npt.NDArray[np.bool_],
    weights_x: FloatArray,
    indices_x: IntArray,
    inside_x: npt.NDArray[np.bool_],
    whole: bool,
    out: FloatArray,
) -> None:
    """Sum axis after axis; voxels of which the last bit matters, in ITK's order over 64 neighbours."""
    n_z, n_y, n_x = out.shape
    plane = np.empty((c.shape[1], c.shape[2]))
    line = np.empty(c.shape[2])
    for z in range(n_z):
        if not inside_z[z]:
            continue
        wz, iz = weights_z[z], indices_z[z]
        for v in range(plane.shape[0]):
            for u in range(plane.shape[1]):
                plane[v, u] = (
                    wz[0] * c[iz[0], v, u]
                    + wz[1] * c[iz[1], v, u]
                    + wz[2] * c[iz[2], v, u]
                    + wz[3] * c[iz[3], v, u]
                )
        for y in range(n_y):
            if not inside_y[y]:
                continue
            wy, iy = weights_y[y], indices_y[y]
            for u in range(line.size):
                line[u] = (
                    wy[0] * plane[iy[0], u]
                    + wy[1] * plane[iy[1], u]
                    + wy[2] * plane[iy[2], u]
                    + wy[3] * plane[iy[3], u]
                )
            for x in range(n_x):
                if not inside_x[x]:
                    continue
                wx, ix = weights_x[x], indices_x[x]
                value = wx[0] * line[ix[0]] + wx[1] * line[ix[1]] + wx[2] * line[ix[2]] + wx[3] * line[ix[3]]
                if not whole or abs(value - np.rint(value)) < 1e-7:
                    value = 0.0
                    for r in range(4):
                        for q in range(4):
                            for p in range(4):
                                value += wx[p] * wy[q] * wz[r] * c[iz[r], iy[q], ix[p]]
                out[z, y, x] = value
