"""The second eigenvalues behind the maximal correlation coefficients of co-occurrence matrices.

The matrix in question is Q[i, j] = sum over k of p[i, k] p[j, k] / (px[i] px[k] + eps), with the eps of
its definition, which shifts the value by up to 1e-6 where rare levels meet. Without the eps, Q has the
eigenvalues of a symmetric matrix squared. Its leading vector, apart from the known one, is found by
Lanczos' method, and Q itself gives the value as a quotient between that vector on its left and right.

References
----------
Golub and Van Loan, Matrix Computations, 4th ed., sections 8.3 (implicit QL) and 10.1 (Lanczos with full
reorthogonalisation).
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled

FloatArray = npt.NDArray[np.float64]
TOLERANCE = 1e-9  # of the vector; the error of the value is its square
VANISHING = 1e-8  # its square is below what double precision can tell from 0
FIRST_LOOK = 12  # steps of Lanczos' method before its first result is looked at
ANYTHING_ELSE = 0.02  # part of a beginning that is not that vector
INVERSE_STEPS = 3  # the value is exact, so the first two are enough for any start
MOST_TURNS = 60  # a few do; numbers so small that their squares are 0 would turn for ever


def second_of_each(p: FloatArray, epsilon: float) -> tuple[FloatArray, FloatArray]:
    """Second eigenvalue of Q for each of several symmetric matrices, and a bound of its relative error.

    Parameters
    ----------
    p : ndarray of float, shape (n_directions, n, n)
        Probabilities of pairs of levels; each equals its transpose.
    epsilon : float
        That of the definition.

    Returns
    -------
    values, errors : ndarray of float, shape (n_directions,)
        0 where only one level is met.
    """
    values, errors = np.zeros(len(p)), np.zeros(len(p))
    start = np.cos(np.arange(1.0, p.shape[1] + 1))
    _each(np.ascontiguousarray(p), epsilon, start, values, errors)
    return values, errors


def leading_pair(a: FloatArray, known: FloatArray) -> tuple[float, FloatArray, float]:
    """Eigenvalue of greatest absolute size and its vector, among those orthogonal to a known eigenvector.

    Parameters
    ----------
    a : ndarray of float, shape (n, n)
        Symmetric, n at least 2.
    known : ndarray of float, shape (n,)
        Eigenvector of length 1 that is left out.

    Returns
    -------
    value : float
    vector : ndarray of float, shape (n,)
    next_size : float
        Absolute size of the next eigenvalue, not to its last digits.
    """
    start = np.cos(np.arange(1.0, len(a) + 1))
    vector = np.empty(len(a))
    value, next_size = _find_leading(np.ascontiguousarray(a), known, start, FIRST_LOOK, vector)
    return value, vector, next_size


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
def _chase(diagonal: FloatArray, beside: FloatArray, first: int, last: int) -> None:
    """One implicit QL sweep between two places of a tridiagonal matrix."""
    g = (diagonal[first + 1] - diagonal[first]) / (2.0 * beside[first])
    g = diagonal[last] - diagonal[first] + beside[first] / (g + math.copysign(math.sqrt(g * g + 1.0), g))
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
        r = (diagonal[i] - g) * sine + 2.0 * cosine * b
        shift = sine * r
        diagonal[i + 1] = g + shift
        g = cosine * r - b
    diagonal[first] -= shift
    beside[first] = g
    beside[last] = 0.0


@compiled
def _diagonalise(diagonal: FloatArray, beside: FloatArray) -> tuple[float, float]:
    """Turn a tridiagonal matrix into its eigenvalues, in place; return the greatest in size, and the size of the next.

    ``beside`` is as long as ``diagonal``; its last entry is not read.
    """
    n = diagonal.size
    for first in range(n):
        for _ in range(MOST_TURNS):
            last = first
            while last < n - 1 and abs(beside[last]) > 1e-16 * (
                abs(diagonal[last]) + abs(diagonal[last + 1])
            ):
                last += 1
            if last == first:
                break
            _chase(diagonal, beside, first, last)
    best, next_size = 0.0, 0.0
    for value in diagonal:
        if abs(value) > abs(best):
            best, next_size = value, abs(best)
        else:
            next_size = max(next_size, abs(value))
    return best, next_size


@compiled
def _find_vector(diagonal: FloatArray, beside: FloatArray, value: float, vector: FloatArray) -> None:
    """Eigenvector of length 1 of a tridiagonal matrix to its eigenvalue of greatest size, by inverse iteration.

    Less that value, the matrix has eigenvalues of one sign, so elimination needs no exchange of rows.
    """
    n, tiny = diagonal.size, 1e-16 * max(abs(value), 1e-300)
    pivot = np.empty(n)
    for i in range(n):
        pivot[i] = diagonal[i] - value
        if i > 0:
            pivot[i] -= beside[i - 1] * beside[i - 1] / pivot[i - 1]
        if abs(pivot[i]) < tiny:
            pivot[i] = -math.copysign(tiny, value)
        vector[i] = 1.0 + 0.1 * (i % 3)  # not orthogonal to it, unless by chance
    for _ in range(INVERSE_STEPS):
        for i in range(1, n):
            vector[i] -= vector[i - 1] * beside[i - 1] / pivot[i - 1]
        vector[n - 1] /= pivot[n - 1]
        for i in range(n - 2, -1, -1):
            vector[i] = (vector[i] - beside[i] * vector[i + 1]) / pivot[i]
        length = math.sqrt(_dot(vector, vector))
        for i in range(n):
            vector[i] /= length


@compiled
def _lanczos(
    a: FloatArray, known: FloatArray, start: FloatArray, look: int
) -> tuple[float, FloatArray, float, int]:
    """See ``leading_pair``; ``look`` is the number of steps before the first look at the result, the last value theirs."""
    n = a.shape[0]
    basis, diagonal, beside, shares = np.zeros((n - 1, n)), np.zeros(n - 1), np.zeros(n - 1), np.zeros(n - 1)
    value, next_size = 0.0, 0.0
    vector = start.copy()
    length = _orthogonal(vector, basis, 0, known)
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
        complete = k + 1 == n - 1 or length < 1e-14
        if complete or k + 1 == look:
            value, next_size = _diagonalise(diagonal[: k + 1].copy(), beside[: k + 1].copy())
            _find_vector(diagonal[: k + 1], beside[: k + 1], value, shares[: k + 1])
            if complete or abs(length * shares[k]) <= TOLERANCE * max(abs(value), 1e-3):
                break
            look = k + 1 + max(2, k // 4)
    found = np.zeros(n)
    for j in range(k + 1):
        for i in range(n):
            found[i] += shares[j] * basis[j, i]
    if length < 1e-14 and k + 1 < n - 1:  # it may be twofold
        next_size = abs(value)
    return value, found, next_size, k + 1


@compiled
def _find_leading(
    a: FloatArray, known: FloatArray, start: FloatArray, look: int, vector: FloatArray
) -> tuple[float, float]:
    """Write the vector where it is wanted; return the value and the size of the next one."""
    value, found, next_size, _ = _lanczos(a, known, start, look)
    for i in range(found.size):
        vector[i] = found[i]
    return value, next_size


@compiled
def _met(p: FloatArray) -> tuple[npt.NDArray[np.int64], FloatArray]:
    """Levels that are met at all, and their probabilities."""
    places, px = np.empty(p.shape[0], dtype=np.int64), np.empty(p.shape[0])
    n = 0
    for i in range(p.shape[0]):
        total = 0.0
        for j in range(p.shape[0]):
            total += p[i, j]
        if total > 0:
            places[n], px[n] = i, total
            n += 1
    return places[:n], px[:n]


@compiled
def _quotient(
    p: FloatArray, px: FloatArray, root: FloatArray, vector: FloatArray, epsilon: float
) -> tuple[float, float]:
    """Quotient of Q between its left and right vector, and the product of what is left over on either side.

    Without the eps, the left vector is ``vector * root`` and the right one ``vector / root``.
    """
    n = px.size
    behind, met, ahead, right = np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n)
    for i in range(n):
        for j in range(n):
            met[j] += p[i, j] * (vector[i] / root[i])
    for i in range(n):
        for j in range(n):
            weight = p[i, j] / (px[i] * px[j] + epsilon)
            right[i] += root[i] * weight * met[j]
            ahead[j] += weight * (vector[i] * root[i])
    value = _dot(vector, right)
    for i in range(n):
        for j in range(n):
            behind[j] += p[i, j] * ahead[i] / root[j]
    for i in range(n):
        right[i] -= value * vector[i]
        behind[i] -= value * vector[i]
    return value, math.sqrt(_dot(right, right) * _dot(behind, behind))


@compiled
def _each(p: FloatArray, epsilon: float, start: FloatArray, values: FloatArray, errors: FloatArray) -> None:
    """Matrix after matrix, beginning near the vector of the one before: directions resemble each other."""
    near, share, look = np.zeros(start.size), 1.0, FIRST_LOOK
    for k in range(p.shape[0]):
        places, px = _met(p[k])
        n = px.size
        if n < 2:  # one level meets itself alone: the other eigenvalues are 0
            continue
        root = np.sqrt(px)
        some, a, begin = np.empty((n, n)), np.empty((n, n)), np.empty(n)
        for i in range(n):
            begin[i] = near[places[i]] + share * start[places[i]]
            for j in range(n):
                some[i, j] = p[k, places[i], places[j]]
                a[i, j] = some[i, j] / (root[i] * root[j])
        value, vector, next_size, look = _lanczos(
            a, root, begin, look
        )  # the next one takes about as many steps
        share = ANYTHING_ELSE
        for i in range(n):
            near[places[i]] = vector[i]
        if abs(value) < VANISHING:  # levels meet by chance alone; the vector found is as good as any
            continue
        values[k], left_over = _quotient(some, px, root, vector, epsilon)
        apart = min(1.0 - value * value, value * value - next_size * next_size)
        errors[k] = left_over / (max(apart, 1e-300) * abs(values[k]))
