"""What the number of patients alone leaves open, also where no error was seen.

A bootstrap resamples the errors that were made; where none was made it gives an interval of no width, and where
few were made one that is too narrow. The bounds here depend on the observed value and on the numbers of patients,
and keep their width at 0 and 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

Bounds = tuple[float, float]
FloatArray = npt.NDArray[np.float64]
Z_95 = 1.959963984540054
NEARLY = 1e-12


@dataclass(frozen=True)
class FoldSize:
    """Patients of each class in the held-out rows of one fold."""

    n_positive: int
    n_negative: int


def auc_bounds(observed: float, folds: Sequence[FoldSize], *, repeats: float = 1.0) -> Bounds:
    """Bound the mean of fold AUCs at 95 %, from the numbers of patients in the folds.

    Every AUC from which the observed one is less than 1.96 standard errors away; the standard error is that
    at the supposed AUC, not at the observed one, so that it does not vanish at 1. Folds of one repeat count as
    independent; repeats show the same patients again and add nothing.

    Parameters
    ----------
    observed : float
        Mean over the folds.
    folds : sequence of FoldSize
        Folds with both classes, of all repeats.
    repeats : float
        How often each patient was held out.

    References
    ----------
    Newcombe RG. Confidence intervals for an effect size measure based on the Mann–Whitney statistic, part 2
    (method 5). Stat Med 25, 2006; for one fold these are its bounds. Variance: Hanley JA, McNeil BJ.
    Radiology 143, 1982.
    """

    def excess(supposed: float) -> float:
        return (observed - supposed) ** 2 - Z_95**2 * _variance(supposed, folds) * repeats

    low = 0.0 if observed <= 0 else brentq(excess, 0.0, min(observed, 1 - NEARLY))
    high = 1.0 if observed >= 1 else brentq(excess, max(observed, NEARLY), 1.0)
    return float(low), float(high)


def _variance(auc: float, folds: Sequence[FoldSize]) -> float:
    """Variance of the mean of independent fold AUCs, for exponential scores."""
    shared = (1 - auc) / (2 - auc) + auc / (1 + auc)  # pairs that share a patient go right and wrong together
    parts = [
        (1 + ((one.n_positive + one.n_negative) / 2 - 1) * shared) / (one.n_positive * one.n_negative)
        for one in folds
    ]
    return auc * (1 - auc) * sum(parts) / len(folds) ** 2


def wilson(share: npt.ArrayLike, n: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """95 % interval of a share (E. B. Wilson, J. Am. Stat. Assoc. 22, 1927); arrays give arrays."""
    part, size = np.asarray(share, dtype=float), np.asarray(n, dtype=float)
    centre = (part + Z_95**2 / (2 * size)) / (1 + Z_95**2 / size)
    half = Z_95 / (1 + Z_95**2 / size) * np.sqrt(part * (1 - part) / size + Z_95**2 / (4 * size**2))
    return np.minimum(centre - half, part), np.maximum(centre + half, part)


def mean_bounds(shares: Bounds, bounds: tuple[Bounds, Bounds]) -> Bounds:
    """Bound the mean of two shares of different patients by those of each.

    Parameters
    ----------
    shares : tuple of float
        The two shares.
    bounds : tuple of (low, high)
        Of each.

    References
    ----------
    Newcombe RG. Interval estimation for the difference between independent proportions (squared distances to
    the limits add up). Stat Med 17, 1998.
    """
    mean = sum(shares) / 2
    below = math.hypot(*(share - low for share, (low, _) in zip(shares, bounds, strict=True)))
    above = math.hypot(*(high - share for share, (_, high) in zip(shares, bounds, strict=True)))
    return max(mean - below / 2, 0.0), min(mean + above / 2, 1.0)


def f1_bounds(observed: float, n: float) -> Bounds:
    """Bound F1 at 95 % by Wilson's bounds of F1 / (2 - F1).

    That share is of the patients who are positive or were called so, those who are both.

    Parameters
    ----------
    observed : float
        F1.
    n : float
        Patients who are positive or were called so.

    References
    ----------
    Hand DJ, Christen P, Kirielle N. F*: an interpretable transformation of the F-measure. Mach Learn 110, 2021.
    """
    low, high = wilson(observed / (2 - observed), n)
    return min(2 * float(low) / (1 + float(low)), observed), max(
        2 * float(high) / (1 + float(high)), observed
    )


def mcc_bounds(
    observed: float, shares: Bounds, bounds: tuple[Bounds, Bounds], *, prevalence: float
) -> Bounds:
    """Bound Matthews' coefficient at 95 % by the bounds of sensitivity and specificity.

    Each of the two is moved to its bound while the other and the share of positives stay; the two changes of
    the coefficient add up as squares.

    Parameters
    ----------
    observed : float
        Matthews' coefficient.
    shares : tuple of float
        Sensitivity and specificity.
    bounds : tuple of (low, high)
        Of each.
    prevalence : float
        Share of positives.

    References
    ----------
    Zou GY, Donner A. Construction of confidence limits about effect measures: a general approach. Stat Med 27, 2008.
    """

    def moved(side: int) -> float:
        start = mcc_of(*shares, prevalence)
        first = mcc_of(bounds[0][side], shares[1], prevalence) - start
        second = mcc_of(shares[0], bounds[1][side], prevalence) - start
        return math.hypot(first, second)

    return max(observed - moved(0), -1.0), min(observed + moved(1), 1.0)


def mcc_of(sensitivity: float, specificity: float, prevalence: float) -> float:
    """Matthews' coefficient of a table with these shares; 0 where all are called the same."""
    called = prevalence * sensitivity + (1 - prevalence) * (1 - specificity)
    spread = prevalence * (1 - prevalence) * called * (1 - called)
    excess = prevalence * (1 - prevalence) * (sensitivity + specificity - 1)
    return excess / math.sqrt(spread) if spread > 0 else 0.0
