"""Laplacian of Gaussian by recursive filters, to the last bit as ITK computes it.

A Gaussian and its second derivative along a line are approximated by a recursion of the fourth order that
runs over the line in both directions. Beyond the ends a line goes on with its last value. Results between
two passes are kept in single precision, as ITK keeps them.

References
----------
Deriche 1993, INRIA research report 1893: recursively implementing the Gaussian and its derivatives.
Farnebäck and Westin 2006, Journal of Mathematical Imaging and Vision 26: improving Deriche-style recursive
Gaussian filters.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.core.errors import BadSetting
from radiobone.core.volume import Triple
from radiobone.imaging.crop import Box

FloatArray = npt.NDArray[np.float64]
SingleArray = npt.NDArray[np.float32]

SLOW, SLOW_DECAY = 0.6681, -1.3932  # frequency and decay of the two damped oscillations, for a sigma of 1
FAST, FAST_DECAY = 2.0787, -1.3732
GAUSSIAN = ((1.3530, 1.8151), (-0.3531, 0.0902))  # shares of cosine and sine of either
SECOND_DERIVATIVE = ((-1.3563, 5.2318), (0.3446, -2.2355))
COLUMNS = 64  # lines that are filtered together: enough for the processor's wide registers, few enough for its cache
ROWS = 32


def laplacian(
    array: npt.NDArray[Any], spacing_mm: Triple, sigma_mm: float, box: Box, *, flat: bool = False
) -> SingleArray:
    """Sum of the second derivatives of the smoothed image, times sigma squared.

    Parameters
    ----------
    array : ndarray, shape (n_z, n_y, n_x)
        At least four voxels along every axis that is filtered.
    spacing_mm : tuple of float, (z, y, x)
    sigma_mm : float
        Width of the Gaussian.
    box : Box
        What of the result is wanted.
    flat : bool
        Leave the z axis out, as for a single 2D image.

    Returns
    -------
    ndarray of float32
        Inside the box.
    """
    axes = (2, 1) if flat else (2, 1, 0)
    values = np.asarray(array, dtype=np.float64, order="C")
    total = np.zeros(box.shape, dtype=np.float32)
    for axis in axes:
        passes = [(axis, 2), *((other, 0) for other in axes if other != axis)]
        part: npt.NDArray[Any] = values[box.slices[0]] if flat else values
        for along, order in passes:
            part = _filtered(part, along, coefficients(sigma_mm, spacing_mm[along], order), box.slices[along])
        scale = np.float64(1.0 / (spacing_mm[axis] * spacing_mm[axis]))  # summed in double precision
        total = (total + part * scale).astype(np.float32)
    return total


def coefficients(sigma_mm: float, spacing_mm: float, order: int) -> FloatArray:
    """Coefficients of the recursion along one axis.

    Parameters
    ----------
    sigma_mm, spacing_mm : float
        Width of the Gaussian, and of a voxel along the axis.
    order : {0, 2}
        Gaussian, or its second derivative times sigma squared.

    Returns
    -------
    ndarray of float, shape (5, 4)
        What the inputs before (itself and three), the outputs before, the inputs after and, where the line has
        ended, the outputs before and after are multiplied by.
    """
    sigma = sigma_mm / spacing_mm
    cos_1, sin_1, exp_1 = math.cos(SLOW / sigma), math.sin(SLOW / sigma), math.exp(SLOW_DECAY / sigma)
    cos_2, sin_2, exp_2 = math.cos(FAST / sigma), math.sin(FAST / sigma), math.exp(FAST_DECAY / sigma)
    waves = (cos_1, sin_1, exp_1, cos_2, sin_2, exp_2)
    d4 = exp_1 * exp_1 * exp_2 * exp_2
    d3 = -2 * cos_1 * exp_1 * exp_2 * exp_2
    d3 += -2 * cos_2 * exp_2 * exp_1 * exp_1
    d2 = 4 * cos_2 * cos_1 * exp_1 * exp_2
    d2 += exp_1 * exp_1 + exp_2 * exp_2
    d1 = -2 * (exp_2 * cos_2 + exp_1 * cos_1)
    d = (d1, d2, d3, d4)
    smooth = _numerators(GAUSSIAN, waves)
    if order == 0:
        sn, _, _ = _moments(smooth)
        scale = 1.0 / (2 * sn / (1.0 + d1 + d2 + d3 + d4) - smooth[0])
        return _remaining([n * scale for n in smooth], d)
    return _second_derivative(smooth, _numerators(SECOND_DERIVATIVE, waves), d, sigma_mm)


def _numerators(shares: tuple[tuple[float, float], ...], waves: tuple[float, ...]) -> list[float]:
    """Weights of the inputs in the forward recursion of two damped oscillations."""
    (a1, b1), (a2, b2) = shares
    cos_1, sin_1, exp_1, cos_2, sin_2, exp_2 = waves
    n1 = exp_2 * (b2 * sin_2 - (a2 + 2 * a1) * cos_2)
    n1 += exp_1 * (b1 * sin_1 - (a1 + 2 * a2) * cos_1)
    n2 = (a1 + a2) * cos_2 * cos_1
    n2 -= b1 * cos_2 * sin_1 + b2 * cos_1 * sin_2
    n2 *= 2 * exp_1 * exp_2
    n2 += a2 * exp_1 * exp_1 + a1 * exp_2 * exp_2
    n3 = exp_2 * exp_1 * exp_1 * (b2 * sin_2 - a2 * cos_2)
    n3 += exp_1 * exp_2 * exp_2 * (b1 * sin_1 - a1 * cos_1)
    return [a1 + a2, n1, n2, n3]


def _moments(n: list[float]) -> tuple[float, float, float]:
    """Sum the weights as they are, times their distance, and times its square."""
    return n[0] + n[1] + n[2] + n[3], n[1] + 2 * n[2] + 3 * n[3], n[1] + 4 * n[2] + 9 * n[3]


def _second_derivative(
    smooth: list[float], curved: list[float], d: tuple[float, ...], sigma_mm: float
) -> FloatArray:
    """Free the approximate derivative from its constant part, and scale its response to a parabola to 2."""
    sd = 1.0 + d[0] + d[1] + d[2] + d[3]
    dd = d[0] + 2 * d[1] + 3 * d[2] + 4 * d[3]
    ed = d[0] + 4 * d[1] + 9 * d[2] + 16 * d[3]
    beta = -(2 * _moments(curved)[0] - sd * curved[0]) / (2 * _moments(smooth)[0] - sd * smooth[0])
    n = [two + beta * zero for two, zero in zip(curved, smooth, strict=True)]
    sn, dn, en = (two + beta * zero for two, zero in zip(_moments(curved), _moments(smooth), strict=True))
    alpha = en * sd * sd - ed * sn * sd - 2 * dn * dd * sd + 2 * dd * dd * sn
    alpha /= sd * sd * sd
    if alpha == 0:
        raise BadSetting(
            f"A Gaussian of sigma {sigma_mm:g} mm is so much narrower than a voxel that nothing is left of its second "
            "derivative. Use a sigma of the voxels' size or more, or leave LoG out."
        )
    scale = sigma_mm * sigma_mm / alpha
    return _remaining([one * scale for one in n], d)


def _remaining(n: list[float], d: tuple[float, ...]) -> FloatArray:
    """Add the weights of the backward recursion and those beyond the ends of a line."""
    m = [n[1] - d[0] * n[0], n[2] - d[1] * n[0], n[3] - d[2] * n[0], -d[3] * n[0]]
    sn, sm = n[0] + n[1] + n[2] + n[3], m[0] + m[1] + m[2] + m[3]
    sd = 1.0 + d[0] + d[1] + d[2] + d[3]
    before, after = [one * sn / sd for one in d], [one * sm / sd for one in d]
    return np.array([n, d, m, before, after])


def _filtered(data: npt.NDArray[Any], axis: int, weights: FloatArray, part: slice) -> SingleArray:
    """Filter along one axis; ``part`` of the result is kept along it."""
    first, last, _ = part.indices(data.shape[axis])
    shape = tuple(last - first if other == axis else size for other, size in enumerate(data.shape))
    out = np.empty(shape, dtype=np.float32)
    if axis == 2:
        _along_rows(data.reshape(-1, data.shape[2]), weights, first, out.reshape(-1, shape[2]), ROWS)
    else:
        before = int(np.prod(shape[:axis]))
        blocks = data.reshape(before, data.shape[axis], -1)
        _across_rows(blocks, weights, first, out.reshape(before, shape[axis], -1), COLUMNS)
    return out


@compiled
def _ends(lines: FloatArray, ahead: FloatArray, back: FloatArray, w: FloatArray) -> None:
    """Begin both recursions: the first four places forward, the last four backward."""
    n, n_lines = lines.shape
    for i in range(4):
        for k in range(n_lines):
            taken, given = 0.0, 0.0
            for j in range(4):
                taken += lines[max(i - j, 0), k] * w[0, j]
                given += ahead[i - j - 1, k] * w[1, j] if i > j else lines[0, k] * w[3, j]
            ahead[i, k] = taken - given
    for i in range(n - 1, n - 5, -1):
        for k in range(n_lines):
            taken, given = 0.0, 0.0
            for j in range(4):
                after = i + j + 1
                taken += lines[min(after, n - 1), k] * w[2, j]
                given += back[after, k] * w[1, j] if after < n else lines[n - 1, k] * w[4, j]
            back[i, k] = taken - given


@compiled
def _recursions(lines: FloatArray, ahead: FloatArray, back: FloatArray, w: FloatArray) -> None:
    """Run over lines along the first axis, shape (n, n_lines), in both directions; the lines do not touch.

    The terms are added in the order in which ITK adds them.
    """
    _ends(lines, ahead, back, w)
    n, n_lines = lines.shape
    n0, n1, n2, n3 = w[0]
    d1, d2, d3, d4 = w[1]
    m1, m2, m3, m4 = w[2]
    for i in range(4, n):
        a, b, c, d, e = lines[i], lines[i - 1], lines[i - 2], lines[i - 3], ahead[i]
        for k in range(n_lines):
            e[k] = a[k] * n0 + b[k] * n1 + c[k] * n2 + d[k] * n3
        a, b, c, d = ahead[i - 1], ahead[i - 2], ahead[i - 3], ahead[i - 4]
        for k in range(n_lines):
            e[k] -= a[k] * d1 + b[k] * d2 + c[k] * d3 + d[k] * d4
    for i in range(n - 5, -1, -1):
        a, b, c, d, e = lines[i + 1], lines[i + 2], lines[i + 3], lines[i + 4], back[i]
        for k in range(n_lines):
            e[k] = a[k] * m1 + b[k] * m2 + c[k] * m3 + d[k] * m4
        a, b, c, d = back[i + 1], back[i + 2], back[i + 3], back[i + 4]
        for k in range(n_lines):
            e[k] -= a[k] * d1 + b[k] * d2 + c[k] * d3 + d[k] * d4


@compiled
def _across_rows(data: npt.NDArray[Any], w: FloatArray, first: int, out: SingleArray, at_once: int) -> None:
    """Filter along the middle axis of an array of shape (n_before, n, n_after)."""
    n_before, n, n_after = data.shape
    lines, ahead, back = np.zeros((n, at_once)), np.empty((n, at_once)), np.empty((n, at_once))
    for block in range(n_before):
        for column in range(0, n_after, at_once):
            now = min(at_once, n_after - column)
            for i in range(n):
                for k in range(now):
                    lines[i, k] = data[block, i, column + k]
            _recursions(lines, ahead, back, w)
            for i in range(out.shape[1]):
                for k in range(now):
                    out[block, i, column + k] = ahead[first + i, k] + back[first + i, k]


@compiled
def _along_rows(data: npt.NDArray[Any], w: FloatArray, first: int, out: SingleArray, at_once: int) -> None:
    """Filter along the second axis of an array of shape (n_rows, n): some rows at a time, turned."""
    n_rows, n = data.shape
    lines, ahead, back = np.zeros((n, at_once)), np.empty((n, at_once)), np.empty((n, at_once))
    for row in range(0, n_rows, at_once):
        now = min(at_once, n_rows - row)
        for k in range(now):
            for i in range(n):
                lines[i, k] = data[row + k, i]
        _recursions(lines, ahead, back, w)
        for k in range(now):
            for i in range(out.shape[1]):
                out[row + k, i] = ahead[first + i, k] + back[first + i, k]
