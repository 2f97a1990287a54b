"""The second eigenvalue behind the maximal correlation coefficient of a co-occurrence matrix.

The matrix in question is Q[i, j] = sum over k of p[i, k] p[j, k] / (px[i] py[k] + eps). It is not
symmetric; its definition includes the small eps, which shifts the value by up to 1e-6 where rare
levels meet large regions, so a symmetric stand-in finds the eigenvector and Q itself the value.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse.linalg import ArpackNoConvergence, LinearOperator, eigs

from radiobone.core.compiled import compiled
from radiobone.features.matrices.lanczos import leading_pair

EPSILON = float(np.spacing(1.0))
FloatArray = npt.NDArray[np.float64]
NEGLIGIBLE = 1e-9  # shift by the eps below which a first-order correction is exact enough
DISTINCT = 1e-4  # eigenvalues closer than this may change places by the eps
VANISHING = 1e-8  # its square is below what double precision can tell from 0
LARGE = 120  # levels from which an iterative solver is faster
MAX_STEPS = 8
KRYLOV_VECTORS = 40  # enough for eigenvalues that lie close together, as those of noise do


def maximal_correlation(p: FloatArray, *, symmetrical: bool) -> float:
    """Square root of the second largest eigenvalue of Q; 1 for a single level.

    Parameters
    ----------
    p : ndarray of float, shape (n, n)
        Probabilities of pairs of the n levels that the region has.
    symmetrical : bool
        Whether ``p`` equals its transpose.

    References
    ----------
    Haralick et al. 1973, feature 14.
    """
    if len(p) < 2:
        return 1.0
    if not symmetrical:
        return float(np.sqrt(complex(_second_of_general(p))).real)
    met = p.sum(axis=1) > 0
    p = p[np.ix_(met, met)]
    if len(p) < 2:  # one level meets itself alone: the other eigenvalues are 0
        return 0.0
    return float(np.sqrt(max(_second_of_symmetric(p), 0.0)))


def _second_of_general(p: FloatArray) -> complex:
    if len(p) > LARGE:
        weights = _weights(p)
        product = LinearOperator(p.shape, matvec=lambda v: weights @ (p.T @ v), dtype=np.float64)
        try:
            found = eigs(product, k=2, v0=_fixed_start(len(p)), ncv=KRYLOV_VECTORS, return_eigenvectors=False)
            return complex(np.sort_complex(found)[-2])
        except ArpackNoConvergence:
            pass  # the cubic time of all eigenvalues is the price then
    return complex(np.sort_complex(np.linalg.eigvals(_weights(p) @ p.T))[-2])


def _weights(p: FloatArray) -> FloatArray:
    """Return the first factor of Q; the second is the transpose of ``p``."""
    weights: FloatArray = p / (p.sum(axis=1)[:, None] * p.sum(axis=0)[None, :] + EPSILON)
    return weights


def _fixed_start(n: int) -> FloatArray:
    """Return where iterations begin: any vector will do if it is always the same."""
    return np.cos(np.arange(n))


def _second_of_symmetric(p: FloatArray) -> float:
    px = p.sum(axis=1)
    root = np.sqrt(px)
    a = _similar(p, root)
    value, vector = leading_pair(a, root)
    if abs(value) < VANISHING:  # levels meet by chance alone; the vector found is as good as any
        return 0.0
    quotient, shift = _two_sided_quotient(p, px, root, vector, EPSILON)
    if shift < NEGLIGIBLE:
        return float(quotient)
    runner_up, _ = leading_pair(a - value * np.outer(vector, vector), root)
    if min(1.0 - value**2, value**2 - runner_up**2) < DISTINCT:  # levels that meet no others
        return _second_of_general(p).real
    return _refined(_weights(p) @ p.T, value**2, vector / root)


@compiled
def _similar(p: FloatArray, root: FloatArray) -> FloatArray:
    """Symmetric matrix whose squared eigenvalues are those of Q without the eps."""
    a = np.empty_like(p)
    for i in range(root.size):
        for j in range(root.size):
            a[i, j] = p[i, j] / (root[i] * root[j])
    return a


@compiled
def _two_sided_quotient(
    p: FloatArray, px: FloatArray, root: FloatArray, vector: FloatArray, epsilon: float
) -> tuple[float, float]:
    """Rayleigh quotient of Q between its left and right vector, and the greatest relative shift by the eps."""
    met = np.zeros(px.size)
    for i in range(px.size):
        for j in range(px.size):
            met[j] += p[i, j] * (vector[i] / root[i])
    quotient, rarest = 0.0, 1.0
    for i in range(px.size):
        for j in range(px.size):
            if p[i, j] > 0:
                product = px[i] * px[j]
                quotient += vector[i] * root[i] * (p[i, j] / (product + epsilon)) * met[j]
                rarest = min(rarest, product)
    return quotient, epsilon / rarest


def _refined(q: FloatArray, value: float, vector: FloatArray) -> float:
    """Sharpen an eigenvalue of ``q`` by inverse iteration."""
    identity = np.eye(len(q))
    for _ in range(MAX_STEPS):
        shift = value * (1 + 3e-14)  # keeps the shifted matrix regular
        vector = np.asarray(vector / np.linalg.norm(vector), dtype=np.float64)
        try:
            grown: FloatArray = np.linalg.solve(q - shift * identity, vector).astype(np.float64)
        except np.linalg.LinAlgError:  # the shift is an eigenvalue to the last bit
            return value
        step = float(1 / (vector @ grown))
        value, vector = shift + step, grown
        if abs(step) < 1e-12 * abs(value):
            break
    return value
