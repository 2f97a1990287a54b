"""Entropies of co-occurrence matrices: logarithms only of what is not 0."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled

FloatArray = npt.NDArray[np.float64]
SMALL_SHIFT = 1e-5  # x of log(1 + x) whose third power is below what double precision can tell from 0
BITS = 1.0 / math.log(2.0)


def entropies(
    p: FloatArray, px: FloatArray, py: FloatArray, epsilon: float, *, symmetrical: bool = False
) -> FloatArray:
    """Joint entropy, cross entropy with the product of the margins, and that product's entropy, in bits.

    Parameters
    ----------
    p : ndarray of float, shape (n_directions, n, n)
        Probabilities of pairs.
    px, py : ndarray of float, shape (n_directions, n)
        Sums over the second and over the first level.
    epsilon : float
        Added to what the logarithm is taken of.
    symmetrical : bool
        Whether every matrix equals its transpose; half of it is enough then.

    Returns
    -------
    ndarray of float, shape (3, n_directions)
    """
    found = np.zeros((3, len(p)))
    _sum_up(p, px, py, epsilon, symmetrical, found)
    return found


@compiled
def _logarithms(p: FloatArray, found: FloatArray) -> None:
    for i in range(p.size):
        found[i] = math.log2(p[i]) if p[i] > 0.0 else 0.0


@compiled
def _sum_up(
    p: FloatArray, px: FloatArray, py: FloatArray, epsilon: float, symmetrical: bool, found: FloatArray
) -> None:
    """Sum over cells; the logarithm of a product is the sum of two that are known, and a little for the epsilon."""
    log_x, log_y = np.empty(p.shape[1]), np.empty(p.shape[2])
    for k in range(p.shape[0]):
        _logarithms(px[k], log_x)
        _logarithms(py[k], log_y)
        joint, cross, product = 0.0, 0.0, 0.0
        for i in range(p.shape[1]):
            for j in range(i + 1 if symmetrical else p.shape[2]):
                independent = px[k, i] * py[k, j]
                if independent == 0.0:  # no pair either
                    continue
                shift = epsilon / independent
                if shift < SMALL_SHIFT:
                    logarithm = log_x[i] + log_y[j] + BITS * shift * (1.0 - 0.5 * shift)
                else:
                    logarithm = math.log2(independent + epsilon)
                times = 2.0 if symmetrical and j < i else 1.0
                product -= times * independent * logarithm
                if p[k, i, j] > 0.0:
                    joint -= times * p[k, i, j] * math.log2(p[k, i, j] + epsilon)
                    cross -= times * p[k, i, j] * logarithm
        found[0, k], found[1, k], found[2, k] = joint, cross, product
