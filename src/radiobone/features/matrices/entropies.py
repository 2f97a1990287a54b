"""Entropies of co-occurrence matrices: logarithms only of what is not 0."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled

FloatArray = npt.NDArray[np.float64]


def entropies(p: FloatArray, px: FloatArray, py: FloatArray, epsilon: float) -> FloatArray:
    """Joint entropy, cross entropy with the product of the margins, and that product's entropy, in bits.

    Parameters
    ----------
    p : ndarray of float, shape (n_directions, n, n)
        Probabilities of pairs.
    px, py : ndarray of float, shape (n_directions, n)
        Sums over the second and over the first level.
    epsilon : float
        Added to what the logarithm is taken of.

    Returns
    -------
    ndarray of float, shape (3, n_directions)
    """
    found = np.zeros((3, len(p)))
    _sum_up(p, px, py, epsilon, found)
    return found


@compiled
def _sum_up(p: FloatArray, px: FloatArray, py: FloatArray, epsilon: float, found: FloatArray) -> None:
    for k in range(p.shape[0]):
        joint, cross, product = 0.0, 0.0, 0.0
        for i in range(p.shape[1]):
            for j in range(p.shape[2]):
                independent = px[k, i] * py[k, j]
                if independent == 0.0:  # no pair either
                    continue
                logarithm = math.log2(independent + epsilon)
                product -= independent * logarithm
                if p[k, i, j] > 0.0:
                    joint -= p[k, i, j] * math.log2(p[k, i, j] + epsilon)
                    cross -= p[k, i, j] * logarithm
        found[0, k], found[1, k], found[2, k] = joint, cross, product
