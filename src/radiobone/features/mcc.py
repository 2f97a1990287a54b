"""The maximal correlation coefficient of co-occurrence matrices: root of the second eigenvalue of Q.

Q[i, j] = sum over k of p[i, k] p[j, k] / (px[i] py[k] + eps). It is not symmetric; its definition includes
the small eps, which matters where rare levels meet large regions.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.core.lazy import lazily
from radiobone.features.matrices.second_eigenvalues import leading_pair, second_of_each

arpack = lazily("scipy.sparse.linalg")

EPSILON = float(np.spacing(1.0))
FloatArray = npt.NDArray[np.float64]
NEGLIGIBLE = 1e-10  # relative error of an eigenvalue that is not worth another step
RARE = (
    1e-2  # share of the eps in px py above which it is no small correction: levels all but removed by weights
)
DISTINCT = 1e-4  # eigenvalues closer than this may change places by the eps
LARGE = 120  # levels from which an iterative solver is faster
MAX_STEPS = 8
KRYLOV_VECTORS = 40  # enough for eigenvalues that lie close together, as those of noise do


def maximal_correlation(p: FloatArray, *, symmetrical: bool) -> FloatArray:
    """Square root of the second largest eigenvalue of Q for each direction; 1 for a single level.

    Parameters
    ----------
    p : ndarray of float, shape (n_directions, n, n)
        Probabilities of pairs of the n levels that the region has.
    symmetrical : bool
        Whether every matrix equals its transpose.

    References
    ----------
    Haralick et al. 1973, feature 14.
    """
    if p.shape[1] < 2:
        return np.ones(len(p))
    if not symmetrical:
        return np.array([float(np.sqrt(complex(_second_of_general(one))).real) for one in p])
    values, errors = second_of_each(p, EPSILON)
    for k in np.flatnonzero(errors > NEGLIGIBLE):
        met = p[k].sum(axis=1) > 0
        values[k] = _second_of_symmetric(p[k][np.ix_(met, met)], float(values[k]))
    return np.sqrt(np.maximum(values, 0.0))


def _second_of_general(p: FloatArray) -> complex:
    if len(p) > LARGE:
        weights = _weights(p)
        product = arpack.LinearOperator(p.shape, matvec=lambda v: weights @ (p.T @ v), dtype=np.float64)
        try:
            found = arpack.eigs(
                product, k=2, v0=_fixed_start(len(p)), ncv=KRYLOV_VECTORS, return_eigenvectors=False
            )
            return complex(np.sort_complex(found)[-2])
        except arpack.ArpackNoConvergence:
            pass  # the cubic time of all eigenvalues is the price then
    return complex(np.sort_complex(np.linalg.eigvals(_weights(p) @ p.T))[-2])


def _weights(p: FloatArray) -> FloatArray:
    """Return the first factor of Q; the second is the transpose of ``p``."""
    weights: FloatArray = p / (p.sum(axis=1)[:, None] * p.sum(axis=0)[None, :] + EPSILON)
    return weights


def _fixed_start(n: int) -> FloatArray:
    """Return where iterations begin: any vector will do if it is always the same."""
    return np.cos(np.arange(n))


def _second_of_symmetric(p: FloatArray, near: float) -> float:
    """Sharpen a value whose error is not negligible, or look at all values if others lie too close."""
    root = np.sqrt(p.sum(axis=1))
    among = np.outer(root, root)
    if RARE * among[p > 0].min() ** 2 < EPSILON:
        return _second_of_general(p).real
    a = p / among
    value, vector, _ = leading_pair(a, root)
    runner_up, _, _ = leading_pair(a - value * np.outer(vector, vector), root)
    if min(1.0 - value**2, value**2 - runner_up**2) < DISTINCT:  # levels that meet no others
        return _second_of_general(p).real
    return _refined(_weights(p) @ p.T, near, vector / root)


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
