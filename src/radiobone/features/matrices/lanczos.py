"""The eigenvalue of greatest size of a symmetric matrix, apart from one that is known.

References
----------
Golub and Van Loan, Matrix Computations, 4th ed., section 10.1 (Lanczos with full reorthogonalisation).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled

FloatArray = npt.NDArray[np.float64]
TOLERANCE = 1e-11  # of the vector; the error of the value is its square


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
def _orthogonal(vector: FloatArray, basis: FloatArray, n_basis: int, known: FloatArray) -> float:
    """Take the parts along the known vectors out of ``vector``, twice against rounding; return its length."""
    for _ in range(2):
        vector -= np.sum(vector * known) * known
        for k in range(n_basis):
            vector -= np.sum(vector * basis[k]) * basis[k]
    return np.sqrt(np.sum(vector * vector))


@compiled
def _lanczos(
    a: FloatArray, known: FloatArray, start: FloatArray, tolerance: float
) -> tuple[float, FloatArray]:
    n = a.shape[0]
    most = n - 1
    basis = np.zeros((most, n))
    diagonal = np.zeros(most)
    beside = np.zeros(most)
    w = start.copy()
    length = _orthogonal(w, basis, 0, known)
    next_look = min(most, 10)
    k = 0
    while True:
        basis[k] = w / length
        for i in range(n):
            total = 0.0
            for j in range(n):
                total += a[i, j] * basis[k, j]
            w[i] = total
        diagonal[k] = np.sum(w * basis[k])
        k += 1
        length = _orthogonal(w, basis, k, known)
        ended = k == most or length < 1e-14
        if k == next_look or ended:
            small = np.diag(diagonal[:k])
            for i in range(k - 1):
                small[i, i + 1] = beside[i]
                small[i + 1, i] = beside[i]
            values, vectors = np.linalg.eigh(small)
            best = k - 1 if abs(values[k - 1]) >= abs(values[0]) else 0
            residual = abs(length * vectors[k - 1, best])
            if ended or residual <= tolerance * max(abs(values[best]), 1e-3):
                found = np.zeros(n)
                for i in range(k):
                    found += vectors[i, best] * basis[i]
                return values[best], found
            next_look = min(most, k + max(4, k // 3))
        beside[k - 1] = length
