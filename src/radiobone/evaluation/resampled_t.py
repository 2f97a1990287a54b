"""The corrected resampled t: intervals of means over folds, and of differences on the same folds.

Training sets of folds and repeats overlap, so scores of folds are not independent, and the ordinary t interval is
too narrow. Nadeau and Bengio add the share of test to training rows to the variance of the mean.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import t as student

from radiobone.selection.univariate import benjamini_hochberg

FloatArray = npt.NDArray[np.float64]
LEVEL = 0.95


@dataclass(frozen=True)
class FoldMean:
    """A mean over folds and repeats.

    Attributes
    ----------
    mean : float or None
        Over the folds that have the score; None if there is none.
    low, high : float or None
        Interval by the corrected resampled t; None if fewer than two folds have the score, or all have the same:
        their variance then says nothing.
    p : float or None
        Two-sided, of the mean being 0; None where there is no interval.
    n_folds : int
        Folds that have the score.
    """

    mean: float | None
    low: float | None
    high: float | None
    p: float | None
    n_folds: int


@dataclass(frozen=True)
class Comparison:
    """Two models on the same folds: the first minus the second.

    Attributes
    ----------
    first, second : str
        Names.
    difference : FoldMean
        Of the score.
    p_holm, p_bh : float or None
        The p value corrected for all comparisons made, by Holm (chance of one false claim) and by Benjamini and
        Hochberg (share of false claims).
    """

    first: str
    second: str
    difference: FoldMean
    p_holm: float | None
    p_bh: float | None


def corrected_t(
    scores: Sequence[float | None], n_train: npt.ArrayLike, n_test: npt.ArrayLike, *, level: float = LEVEL
) -> FoldMean:
    """Mean over folds and its interval by the corrected resampled t.

    The variance of the mean is ``(1 / n_folds + n_test / n_train) s²``, with ``n_folds - 1`` degrees of freedom.

    Parameters
    ----------
    scores : sequence of float or None, length n_folds
        Score of each fold of all repeats, or difference of two models in it; None is left out and counted.
    n_train, n_test : array-like of int, shape (n_folds,)
        Training and test rows of each fold; the ratio is the mean over the folds that have the score.
    level : float
        Of the interval.

    References
    ----------
    Nadeau C, Bengio Y. Inference for the generalization error. Machine Learning 52, 2003. For repeated
    cross-validation: Bouckaert RR, Frank E. PAKDD 2004.
    """
    there = np.array([score is not None for score in scores], dtype=bool)
    values = np.array([score for score in scores if score is not None], dtype=float)
    if not len(values):
        return FoldMean(None, None, None, None, 0)
    n, mean = len(values), float(values.mean())
    if n == 1 or np.ptp(values) == 0:
        return FoldMean(mean, None, None, None, n)
    ratio = np.asarray(n_test, dtype=float)[there] / np.asarray(n_train, dtype=float)[there]
    error = float(values.std(ddof=1)) * math.sqrt(1 / n + float(ratio.mean()))
    half = float(student.ppf((1 + level) / 2, n - 1)) * error
    p = 2 * float(student.sf(abs(mean) / error, n - 1))
    return FoldMean(mean, mean - half, mean + half, p, n)


def compare_models(
    scores: Mapping[str, Sequence[float | None]],
    n_train: npt.ArrayLike,
    n_test: npt.ArrayLike,
    *,
    pairs: Sequence[tuple[str, str]] | None = None,
) -> list[Comparison]:
    """Compare pairs of models on the same folds, and correct for the number of comparisons.

    Parameters
    ----------
    scores : dict of str to sequence of float or None, each of length n_folds
        Per model, the score of each fold; the folds are the same for all. A fold that one of two models cannot
        have is left out of their comparison.
    n_train, n_test : array-like of int, shape (n_folds,)
        Training and test rows of each fold.
    pairs : sequence of (str, str), optional
        Which models are compared; default: every pair.
    """
    pairs = list(itertools.combinations(scores, 2) if pairs is None else pairs)
    found = [corrected_t(_differences(scores[a], scores[b]), n_train, n_test) for a, b in pairs]
    tested = [number for number, one in enumerate(found) if one.p is not None]
    p = np.array([found[number].p for number in tested], dtype=float)
    by_holm = dict(zip(tested, holm(p).tolist(), strict=True))
    by_bh = dict(zip(tested, benjamini_hochberg(p).tolist(), strict=True))
    return [
        Comparison(*pair, one, by_holm.get(number), by_bh.get(number))
        for number, (pair, one) in enumerate(zip(pairs, found, strict=True))
    ]


def _differences(a: Sequence[float | None], b: Sequence[float | None]) -> list[float | None]:
    return [None if x is None or y is None else x - y for x, y in zip(a, b, strict=True)]


def holm(p: npt.ArrayLike) -> FloatArray:
    """Correct p values for their number, so that the chance of one false claim stays below the level.

    References
    ----------
    Holm S. A simple sequentially rejective multiple test procedure. Scand J Stat 6, 1979.
    """
    values = np.asarray(p, dtype=float)
    order = np.argsort(values, kind="stable")
    stepped = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    corrected = np.empty(len(values))
    corrected[order] = np.minimum(stepped, 1.0)
    return corrected
