"""The maximal correlation coefficient of every neighbourhood: a second eigenvalue of each small matrix.

Q[i, j] = sum over k of p[i, k] p[j, k] / (px[i] py[k] + eps) has the eigenvalues of B Bᵀ with
B[i, j] = p[i, j] / sqrt(px[i] py[j] + eps), which is symmetric, and of B itself, squared, where p is symmetric: without the
eps exactly, and with it up to the square of its share. That share counts only where weights make pairs rare.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled
from radiobone.features.maps.neighbourhoods import IntArray

FloatArray = npt.NDArray[np.float64]
EPSILON = float(np.spacing(1.0))
VANISHING = 1e-7  # no value of so few pairs is so small, but rounding makes 0 into 1e-8
MOST_TURNS = 60


def second_roots(
    p: FloatArray, n_levels: IntArray, *, symmetrical: bool, one_level: float, out: FloatArray
) -> None:
    """Write the square root of the second eigenvalue of Q, averaged over the directions that have pairs.

    Parameters
    ----------
    p : ndarray of float, shape (n, n_directions, n_most, n_most)
        Probabilities of pairs.
    n_levels : ndarray of int64, shape (n,)
        How many rows and columns of each matrix count.
    symmetrical : bool
        Whether every matrix equals its transpose.
    one_level : float
        Value where one level meets itself alone: 0, as all other eigenvalues are; 1 by convention if the
        region has no other level.
    out : ndarray of float, shape (n,)
        Where to write; NaN of a voxel without pairs.
    """
    _write(p, n_levels, symmetrical, one_level, out)


@compiled
def _write(p: FloatArray, n_levels: IntArray, symmetrical: bool, one_level: float, out: FloatArray) -> None:
    most = p.shape[2]
    a, b = np.empty((most, most)), np.empty((most, most))
    diagonal, beside = np.empty(most), np.empty(most + 1)
    for v in range(n_levels.size):
        total, n_met = 0.0, 0
        for k in range(p.shape[1]):
            n = _scaled(p[v, k, : n_levels[v], : n_levels[v]], b)
            if n == 0:
                continue
            n_met += 1
            if n == 1:
                total += one_level
                continue
            if symmetrical:
                value = _second_size(b, n, diagonal, beside)
            else:
                _times_own_transpose(b, n, a)
                value = math.sqrt(_second_size(a, n, diagonal, beside))
            total += value if value > VANISHING else 0.0
        out[v] = total / n_met if n_met > 0 else np.nan


@compiled
def _scaled(p: FloatArray, b: FloatArray) -> int:
    """Fill B with the levels that are in any pair; return how many there are."""
    met = np.empty(p.shape[0], dtype=np.int64)
    rows, columns = np.zeros(p.shape[0]), np.zeros(p.shape[0])
    for i in range(p.shape[0]):
        for j in range(p.shape[0]):
            rows[i] += p[i, j]
            columns[j] += p[i, j]
    n = 0
    for i in range(p.shape[0]):
        if rows[i] > 0 or columns[i] > 0:
            met[n] = i
            n += 1
    for i in range(n):
        for j in range(n):
            one = p[met[i], met[j]]
            b[i, j] = one / math.sqrt(rows[met[i]] * columns[met[j]] + EPSILON) if one > 0 else 0.0
    return n


@compiled
def _times_own_transpose(b: FloatArray, n: int, a: FloatArray) -> None:
    for i in range(n):
        for j in range(i + 1):
            a[i, j] = 0.0
            for k in range(n):
                a[i, j] += b[i, k] * b[j, k]
            a[j, i] = a[i, j]


@compiled
def _second_size(a: FloatArray, n: int, diagonal: FloatArray, beside: FloatArray) -> float:
    """Second largest absolute eigenvalue of a symmetric matrix, which is overwritten."""
    _tridiagonalise(a, n, diagonal, beside)
    _diagonalise(n, diagonal, beside)
    first, second = 0.0, 0.0
    for i in range(n):
        size = abs(diagonal[i])
        if size > first:
            first, second = size, first
        else:
            second = max(second, size)
    return second


@compiled
def _tridiagonalise(a: FloatArray, n: int, diagonal: FloatArray, beside: FloatArray) -> None:
    """Householder reflections, from the last row up; ``beside[i]`` joins rows i and i + 1."""
    for i in range(n - 1, 0, -1):
        length = 0.0
        for k in range(i):
            length += a[i, k] * a[i, k]
        rest = length - a[i, i - 1] * a[i, i - 1]
        diagonal[i] = a[i, i]
        if rest <= 0.0:  # nothing to reflect
            beside[i - 1] = a[i, i - 1]
            continue
        root = -math.copysign(math.sqrt(length), a[i, i - 1])
        beside[i - 1] = root
        a[i, i - 1] -= root
        half = rest + a[i, i - 1] * a[i, i - 1]  # twice the length of the reflection's normal, halved below
        _reflect(a, i, half / 2)
    diagonal[0] = a[0, 0]


@compiled
def _reflect(a: FloatArray, i: int, half: float) -> None:
    """Reflect rows and columns before the i-th by the normal that lies in row i; lower triangle alone."""
    product = np.empty(i)
    along = 0.0
    for j in range(i):
        product[j] = 0.0
        for k in range(j + 1):
            product[j] += a[j, k] * a[i, k]
        for k in range(j + 1, i):
            product[j] += a[k, j] * a[i, k]
        product[j] /= half
        along += product[j] * a[i, j]
    along /= 2 * half
    for j in range(i):
        product[j] -= along * a[i, j]
        for k in range(j + 1):
            a[j, k] -= a[i, j] * product[k] + product[j] * a[i, k]


@compiled
def _diagonalise(n: int, diagonal: FloatArray, beside: FloatArray) -> None:
    """Eigenvalues of a tridiagonal matrix by implicit QL steps with Wilkinson's shift."""
    beside[n - 1] = 0.0
    for first in range(n):
        for _ in range(MOST_TURNS):
            last = first
            while last < n - 1:
                size = abs(diagonal[last]) + abs(diagonal[last + 1])
                if abs(beside[last]) + size == size:
                    break
                last += 1
            if last == first:
                break
            _turn(first, last, diagonal, beside)


@compiled
def _turn(first: int, last: int, diagonal: FloatArray, beside: FloatArray) -> None:
    """One step of rotations that chases the shift's bulge from row ``last`` up to row ``first``."""
    g = (diagonal[first + 1] - diagonal[first]) / (2 * beside[first])
    r = math.hypot(g, 1.0)
    g = diagonal[last] - diagonal[first] + beside[first] / (g + math.copysign(r, g))
    sine, cosine, shift = 1.0, 1.0, 0.0
    for i in range(last - 1, first - 1, -1):
        f, b = sine * beside[i], cosine * beside[i]
        r = math.sqrt(f * f + g * g)
        beside[i + 1] = r
        if r == 0.0:
            diagonal[i + 1] -= shift
            beside[last] = 0.0
            return
        sine, cosine = f / r, g / r
        g = diagonal[i + 1] - shift
        r = (diagonal[i] - g) * sine + 2 * cosine * b
        shift = sine * r
        diagonal[i + 1] = g + shift
        g = cosine * r - b
    diagonal[first] -= shift
    beside[first] = g
    beside[last] = 0.0
