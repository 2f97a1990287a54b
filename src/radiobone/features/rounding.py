"""Co-occurrence features of matrices whose value rounding decides, in pyradiomics' order of sums.

Where one level alone meets the others, or levels meet by chance alone, exact arithmetic gives 0 / 0 or the root of 0.
In floating point the root of 1e-16 is 1e-8, that of -1e-16 is no number, and a standard deviation of 1e-16 is not 0, so
the order of the sums moves the mean over directions by some per cent. Here it is that of pyradiomics 3.0.1, which
follows from how its arrays lie in memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

EPSILON = float(np.spacing(1.0))
VANISHING = 1e-5  # roots below are those of rounding errors in part
LITTLE_INFORMATION = (
    1e-2  # of a root of a difference of entropies: below, rounding reaches the eleventh digit
)
MOST_LEVELS = 120  # more do not meet by chance alone
FloatArray = npt.NDArray[np.float64]


def rounding_decides(p: FloatArray, features: Mapping[str, FloatArray], *, symmetrical: bool) -> bool:
    """Tell whether a direction has one level alone on one side, or levels that meet by chance alone.

    Parameters
    ----------
    p : ndarray of float, shape (n_directions, n, n)
        Probabilities of pairs of levels.
    features : mapping
        Has Imc2 and MCC, one value per direction.
    symmetrical : bool
        Whether every matrix equals its transpose: one level alone then meets itself, and nothing is left open.
    """
    if p.shape[1] < 2:
        return False
    if min(features["Imc2"].min(), features["MCC"].min()) < VANISHING:
        return True
    if symmetrical:
        return False
    n_columns, n_rows = (np.count_nonzero(p.any(axis=axis), axis=1) for axis in (1, 2))
    return bool(((n_columns == 1) != (n_rows == 1)).any())


@dataclass(frozen=True)
class Removed:
    """What is taken out of the matrices before they are summed, which decides how they lie in memory.

    Attributes
    ----------
    levels : int
        Levels up to the highest that the region lacks.
    directions : int
        Directions in which no two voxels are neighbours.
    merged : bool
        Whether the directions are added up.
    """

    levels: int
    directions: int
    merged: bool = False

    def laid_out(self, p: FloatArray) -> FloatArray:
        """Return matrices with the directions last, in memory as they lie after the removals."""
        more_levels, more_directions = min(self.levels, 2), min(self.directions, 2)
        n, n_directions = p.shape[1], 2 if self.merged else len(p)
        frame = np.empty((1, n + more_levels, n + more_levels, n_directions + more_directions))
        for axis in (1, 2):
            frame = np.delete(frame, np.arange(n, n + more_levels), axis)
        if self.merged:
            frame = np.sum(frame, 3, keepdims=True)
        elif more_directions:
            frame = np.delete(frame, np.arange(n_directions, n_directions + more_directions), 3)
        frame[0] = np.moveaxis(p, 0, -1)
        return frame


def in_their_order(p: FloatArray, levels: FloatArray, removed: Removed) -> dict[str, FloatArray]:
    """Compute the features that rounding decides; NaN leaves a direction out of the mean.

    Parameters
    ----------
    p : ndarray of float, shape (n_directions, n, n)
        Probabilities of pairs of levels.
    levels : ndarray of float, shape (n,)
        The levels.
    removed : Removed
        What was taken out of the matrices.
    """
    p = removed.laid_out(p)
    px, py = p.sum(2, keepdims=True), p.sum(1, keepdims=True)
    with np.errstate(invalid="ignore"):
        found = {"Correlation": _correlation(p, levels), "Imc2": _information(p, px * py)}
        if len(levels) <= MOST_LEVELS:
            found["MCC"] = _maximal_correlation(p, px, py)
    return {name: np.zeros_like(v) if np.isnan(v).all() else v for name, v in found.items()}


def information_in_their_order(p: FloatArray, removed: Removed) -> FloatArray:
    """Compute Imc2 alone, of matrices whose levels tell next to nothing of each other."""
    p = removed.laid_out(p)
    return _information(p, p.sum(2, keepdims=True) * p.sum(1, keepdims=True))


def _correlation(p: FloatArray, levels: FloatArray) -> FloatArray:
    i, j = levels[None, :, None, None], levels[None, None, :, None]
    from_i = i - np.sum(i * p, (1, 2), keepdims=True)
    from_j = j - np.sum(j * p, (1, 2), keepdims=True)
    spread = np.sum(p * from_i**2, (1, 2)) ** 0.5 * np.sum(p * from_j**2, (1, 2)) ** 0.5
    covariance = np.sum(p * from_i * from_j, (1, 2))
    return np.where(spread[0] == 0, 1.0, (covariance / (spread + EPSILON))[0])


def _information(p: FloatArray, independent: FloatArray) -> FloatArray:
    joint = -np.sum(p * np.log2(p + EPSILON), (1, 2))
    by_chance = -np.sum(independent * np.log2(independent + EPSILON), (1, 2))
    root = (1 - np.e ** (-2 * (by_chance - joint))) ** 0.5
    return np.where(by_chance[0] == joint[0], 0.0, root[0])


def _maximal_correlation(p: FloatArray, px: FloatArray, py: FloatArray) -> FloatArray:
    q = p[:, :, None, 0] * p[:, None, :, 0] / (px[:, :, None, 0] * py[:, None, :, 0] + EPSILON)
    for k in range(1, p.shape[1]):
        q += p[:, :, None, k] * p[:, None, :, k] / (px[:, :, None, 0] * py[:, None, :, k] + EPSILON)
    values = np.linalg.eigvals(q.transpose((0, 3, 1, 2)))
    values.sort()
    correlation: FloatArray = np.sqrt(values[0, :, -2]).real
    return correlation
