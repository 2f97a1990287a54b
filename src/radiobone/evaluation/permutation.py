"""Permutation test: how often labels shuffled between patients do as well as the true ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import binomtest

from radiobone.evaluation.weighted import FloatArray

LEVEL = 0.95


@dataclass(frozen=True, eq=False)
class PermutationTest:
    """Score of the true labels against those of shuffled ones.

    Attributes
    ----------
    observed : float
        With the true labels.
    null : numpy.ndarray of float, shape (n_scored,)
        With shuffled labels, of the shuffles that have the score.
    p : float
        Share of the scores, the observed one among them, that are at least the observed one: never 0.
    p_low, p_high : float
        95 % Clopper-Pearson interval of the share of shuffles that do as well: what so few shuffles leave open.
    """

    observed: float
    null: FloatArray
    p: float
    p_low: float
    p_high: float


def against_shuffles(observed: float, null: Sequence[float]) -> PermutationTest:
    """Compare the score of the true labels with those of shuffled ones, each from the whole pipeline, search included.

    Parameters
    ----------
    observed : float
        With the true labels; higher is better, such as the mean AUC of nested cross-validation.
    null : sequence of float
        With shuffled labels, one at least; the smallest possible p is one over one more.

    References
    ----------
    Phipson B, Smyth GK. Permutation p-values should never be zero. Stat Appl Genet Mol Biol 9, 2010. Ojala M, Garriga
    GC. Permutation tests for studying classifier performance. J Mach Learn Res 11, 2010.
    """
    scores = np.array(null, dtype=float)
    as_good = int((scores >= observed - 1e-12).sum())
    bounds = binomtest(as_good, len(scores)).proportion_ci(LEVEL, method="exact")
    return PermutationTest(
        observed, scores, (as_good + 1) / (len(scores) + 1), float(bounds.low), float(bounds.high)
    )


def shuffle_patients(y: npt.ArrayLike, patient: npt.ArrayLike, rng: np.random.Generator) -> npt.NDArray[Any]:
    """Shuffle labels between patients, so that rows of a patient stay together.

    Where all rows of every patient have one label, patients exchange labels. Otherwise patients exchange the
    labels of all their rows, in order, with patients who have as many.

    Parameters
    ----------
    y : array-like of int or float, shape (n_rows,)
        Classes, or numbers.
    patient : array-like, shape (n_rows,)
        Patient of each row.
    rng : numpy.random.Generator
        Source of the shuffle.
    """
    labels = np.asarray(y)
    _, first, unit, n_rows = np.unique(
        np.asarray(patient), return_index=True, return_inverse=True, return_counts=True
    )
    if (labels == labels[first][unit]).all():
        return np.asarray(rng.permutation(labels[first])[unit])
    rows = [np.flatnonzero(unit == one) for one in range(len(first))]
    shuffled = labels.copy()
    for size in np.unique(n_rows):
        alike = np.flatnonzero(n_rows == size)
        for receiver, giver in zip(alike, rng.permutation(alike), strict=True):
            shuffled[rows[receiver]] = labels[rows[giver]]
    return shuffled
