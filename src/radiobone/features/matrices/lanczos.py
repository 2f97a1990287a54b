"""The eigenvalue of greatest size of a symmetric matrix, apart from one that is known.

References
----------
Golub and Van Loan, Matrix Computations, 4th ed., section 10.1 (Lanczos with full reorthogonalisation).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled

FloatArray = npt.NDArray[np.float64]
TOLERANCE = 1e-9  # of the vector; the error of the value is its square


def leading_pair(a: FloatArray, known: FloatArray) -> tuple[float, FloatArray]:
    """Eigenvalue of greatest absolute size and its vector, among those orthogonal to a known eigenvector.

    Parameters
    ----------
    a : ndarray of float, shape (n, n)
        Symmetric, n at least 2.
    known : ndarray of float, shape (n,)
        Eigenvector of length 1 that is left out.
    """
    value, vector = _lanczos(np.ascontiguousarray(a), known, np.cos(np.arange(1.0, len(a) + 1)), TOLERANCE)
    return float(value), vector


@compiled
def _dot(a: FloatArray, b: FloatArray) -> float:
    """Scalar product, as four sums that do not wait for each other."""
    first, second, third, fourth = 0.0, 0.0, 0.0, 0.0
    whole = a.size - a.size % 4
    for i in range(0, whole, 4):
        first += a[i] * b[i]
        second += a[i + 1] * b[i + 1]
        third += a[i + 2] * b[i + 2]
        fourth += a[i + 3] * b[i + 3]
    for i in range(whole, a.size):
        first += a[i] * b[i]
    return (first + second) + (third + fourth)


@compiled
def _take_out(vector: FloatArray, direction: FloatArray) -> None:
    part = _dot(vector, direction)
    for i in range(vector.size):
        vector[i] -= part * direction[i]


@compiled
def _orthogonal(vector: FloatArray, basis: FloatArray, n_basis: int, known: FloatArray) -> float:
    """Take the parts along the known vectors out of ``vector``, twice against rounding; return its length."""
    for _ in range(2):
        _take_out(vector, known)
        for k in range(n_basis):
            _take_out(vector, basis[k])
    return math.sqrt(_dot(vector, vector))


@compiled
def _ritz(diagonal: FloatArray, beside: FloatArray, length: float) -> tuple[float, FloatArray, float]:
    """Greatest eigenvalue of the small tridiagonal matrix, its vector, and how far it is from the large one's."""
    small = np.diag(diagonal)
    for i in range(diagonal.size - 1):
        small[i, i + 1] = beside[i]
        small[i + 1, i] = beside[i]
    values, vectors = np.linalg.eigh(small)
    best = diagonal.size - 1 if abs(values[-1]) >= abs(values[0]) else 0
    return values[best], vectors[:, best].copy(), abs(length * vectors[-1, best])


@compiled
def _lanczos(
    a: FloatArray, known: FloatArray, start: FloatArray, tolerance: float
) -> tuple[float, FloatArray]:
    n = a.shape[0]
    basis = np.zeros((n - 1, n))
    diagonal = np.zeros(n - 1)
    beside = np.zeros(n - 1)
    vector = start.copy()
    length = _orthogonal(vector, basis, 0, known)
    next_look = 12
    for k in range(n - 1):
        for i in range(n):
            basis[k, i] = vector[i] / length
        vector[:] = 0.0
        for i in range(n):  # the matrix is symmetric: its rows are its columns
            for j in range(n):
                vector[j] += a[i, j] * basis[k, i]
        diagonal[k] = _dot(vector, basis[k])
        length = _orthogonal(vector, basis, k + 1, known)
        beside[k] = length
        ended = k + 1 == n - 1 or length < 1e-14
        if not ended and k + 1 < next_look:
            continue
        value, small, residual = _ritz(diagonal[: k + 1], beside[: k + 1], length)
        if ended or residual <= tolerance * max(abs(value), 1e-3):
            break
        next_look = k + 1 + max(4, k // 3)
    found = np.zeros(n)
    for j in range(small.size):
        for i in range(n):
            found[i] += small[j] * basis[j, i]
    return value, found
