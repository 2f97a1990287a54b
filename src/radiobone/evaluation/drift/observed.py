"""What happened against what was predicted: observed over expected, with an interval, and in standard errors."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import beta

from radiobone.evaluation.drift.bins import rows_each

FloatArray = npt.NDArray[np.float64]
FEWEST_EXPECTED = 5.0
"""Cases of each class that must be expected before a normal approximation is trusted."""


@dataclass(frozen=True)
class ObservedExpected:
    """Labels of some rows against their probabilities.

    Attributes
    ----------
    n : int
        Rows.
    observed, expected : float
        Positives that there are, and the sum of the probabilities.
    ratio, low, high : float
        Observed over expected, with its 95 % interval (Clopper and Pearson's of the share).
    errors : float or None
        (observed − expected) in standard errors of what is expected; None where probabilities are all 0 or 1.
    enough : bool
        Whether at least five of each class are expected.
    """

    n: int
    observed: float
    expected: float
    ratio: float | None
    low: float | None
    high: float | None
    errors: float | None
    enough: bool

    def as_plain(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)


def observed_expected(
    y: npt.ArrayLike, probability: npt.ArrayLike, patients: npt.ArrayLike
) -> ObservedExpected:
    """Compare labels with probabilities.

    Rows of one patient count for fewer, by how much the errors of their sum exceed those of independent rows.

    Parameters
    ----------
    y, probability : array-like, shape (n_rows,)
        Classes 0 and 1, and probabilities of class 1; at least one row.
    patients : array-like of str, shape (n_rows,)

    References
    ----------
    Debray TPA et al. A guide to systematic review and meta-analysis of prediction model performance. BMJ 356, 2017.
    """
    truth, chance = np.asarray(y, dtype=float), np.asarray(probability, dtype=float)
    n, observed, expected = len(truth), float(truth.sum()), float(chance.sum())
    spread = float((chance * (1 - chance)).sum())
    effect = _effect(truth - chance, spread, np.asarray(patients))
    errors = (observed - expected) / np.sqrt(spread * effect) if spread > 0 else None
    low, high = (_share(observed / effect, n / effect, side) * n for side in (0.025, 0.975))
    ratio, below, above = (float(one / expected) if expected > 0 else None for one in (observed, low, high))
    enough = min(expected, n - expected) >= FEWEST_EXPECTED
    return ObservedExpected(
        n, observed, expected, ratio, below, above, None if errors is None else float(errors), enough
    )


def _effect(off: FloatArray, spread: float, patients: npt.NDArray[Any]) -> float:
    """Design effect of rows that share a patient, between 1 and the mean number of rows of a row's patient."""
    _, whose = np.unique(patients, return_inverse=True)
    most = rows_each(whose)
    if most <= 1 or spread <= 0:
        return 1.0
    summed = np.bincount(whose, weights=off)
    return float(np.clip((summed**2).sum() / (off**2).sum(), 1.0, most)) if (off**2).sum() > 0 else most


def _share(successes: float, n: float, side: float) -> float:
    if side < 0.5:
        return float(beta.ppf(side, successes, n - successes + 1)) if successes > 0 else 0.0
    return float(beta.ppf(side, successes + 1, n - successes)) if successes < n else 1.0


def mean_error(
    y: npt.ArrayLike, predicted: npt.ArrayLike, patients: npt.ArrayLike, *, usual: float, sd: float
) -> dict[str, Any]:
    """Mean of what was measured less what was predicted, against the mean error of held-out training rows.

    Parameters
    ----------
    y, predicted : array-like of float, shape (n_rows,)
        Numbers, or places of ordered classes and expected places.
    patients : array-like of str, shape (n_rows,)
    usual, sd : float
        Mean and standard deviation of the error in training.

    Returns
    -------
    dict
        ``n``, ``mean_error``, ``low`` and ``high`` (95 %), ``usual``, ``errors`` (standard errors from ``usual``).
    """
    off = np.asarray(y, dtype=float) - np.asarray(predicted, dtype=float)
    effect = _effect(off - off.mean(), float(len(off)), np.asarray(patients))
    error = sd * np.sqrt(effect / len(off))
    mean = float(off.mean())
    return {
        "n": len(off), "mean_error": mean, "low": mean - 1.96 * error, "high": mean + 1.96 * error, "usual": usual,
        "errors": float((mean - usual) / error) if error > 0 else None, "enough": len(off) / effect >= FEWEST_EXPECTED,
    }  # fmt: skip
