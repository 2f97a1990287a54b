"""The population stability index, and how large it gets by chance alone."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.stats import chi2, chi2_contingency, fisher_exact, ncx2

from radiobone.evaluation.drift.bins import Bins, design_effect, joined

FEWEST_CASES = 10
"""Independent new cases below which nothing is compared: two bins of five."""
POWER = 0.8


@dataclass(frozen=True)
class Shift:
    """How far the distribution of new values is from that of training.

    Attributes
    ----------
    psi : float
        The index; 0 where shares agree.
    expected : float
        Its mean where nothing has changed, which grows as rows are few.
    excess : float
        ``psi`` less ``expected``, not below 0: what the thresholds are held against.
    p_value : float
        Chance of such a ``psi`` or a larger one where nothing has changed.
    n_bins : int
        Bins that were compared.
    n_independent : float
        New rows, as many as would be independent.
    seen : float
        Smallest excess that would be found with 80 % power at the 5 % level.
    """

    psi: float
    expected: float
    excess: float
    p_value: float
    n_bins: int
    n_independent: float
    seen: float


def stability_index(training: npt.ArrayLike, new: npt.ArrayLike) -> float:
    """Sum of (share − training share) × ln(share / training share) over bins.

    Parameters
    ----------
    training, new : array-like of float, shape (n_bins,)
        Rows in each bin. An empty bin counts as half a row, since a logarithm has no value there.

    References
    ----------
    Siddiqi N. Credit Risk Scorecards. Wiley, 2006. It is Jeffreys' divergence (Proc R Soc A 186, 1946).
    """
    before, after = (np.asarray(one, dtype=float) for one in (training, new))
    old, now = (np.where(one > 0, one, 0.5) / one.sum() for one in (before, after))
    return float(((now - old) * np.log(now / old)).sum())


def shift(
    bins: Bins, values: npt.ArrayLike, *, training_rows_each: float, new_rows_each: float
) -> Shift | None:
    """Compare new values with the training bins.

    With n and m independent rows, PSI / (1/n + 1/m) is nearly chi-square with one degree of freedom less than bins where
    nothing has changed. Where bins hold few rows its logarithms raise up to twice as many alarms as they should, so the p
    value is that of Pearson's chi-square test, of which the index is the close kin. Neighbouring bins are joined until each
    is expected to hold five new rows; two bins are compared by Fisher's exact test. Rows of one patient count for as many
    independent ones as training says.

    Parameters
    ----------
    bins : Bins
        Of training.
    values : array-like of float, shape (n_rows,)
        Missing ones are NaN, and left out.
    training_rows_each, new_rows_each : float
        From ``rows_each``.

    Returns
    -------
    Shift or None
        None where training had one value alone, or the new rows are too few to be compared.

    References
    ----------
    Yurdakul B, Naranjo J. Statistical properties of the population stability index. J Risk Model Valid 14, 2020.
    Rao JNK, Scott AJ. The analysis of categorical data from complex sample surveys. JASA 76, 1981.
    """
    effect, before = (design_effect(bins.alike, each) for each in (new_rows_each, training_rows_each))
    return shift_of_counts(bins.counts, bins.count(values), before=before, effect=effect)


def shift_of_counts(
    training: npt.ArrayLike, new: npt.ArrayLike, *, before: float = 1.0, effect: float = 1.0
) -> Shift | None:
    """Compare rows in each bin, or of each kind, with those of training.

    Parameters
    ----------
    training, new : array-like of int, shape (n_bins,)
    before, effect : float
        How many times fewer rows are independent, in training and among the new ones.

    Returns
    -------
    Shift or None
        As ``shift``.
    """
    old_counts, new_counts = (np.asarray(one, dtype=np.int64) for one in (training, new))
    n, m = new_counts.sum() / effect, old_counts.sum() / before
    if len(old_counts) < 2 or n < FEWEST_CASES or m < FEWEST_CASES:
        return None
    group = joined(old_counts, old_counts / old_counts.sum(), float(n))
    old, now = (np.bincount(group, weights=one) for one in (old_counts, new_counts))
    noise, degrees = 1 / n + 1 / m, len(old) - 1
    psi, expected = stability_index(old, now), degrees * noise
    p_value = _p_value(np.vstack([old / before, now / effect]))
    return Shift(
        psi, expected, max(psi - expected, 0.0), p_value, len(old), float(n), detectable(degrees) * noise
    )


def _p_value(table: npt.NDArray[np.float64]) -> float:
    if table.shape[1] == 2:
        return float(fisher_exact(np.round(table).astype(np.int64)).pvalue)
    return float(chi2_contingency(table, correction=False).pvalue)


@lru_cache(maxsize=64)
def detectable(degrees: int, alpha: float = 0.05) -> float:
    """Non-centrality that a chi-square test finds with 80 % power; times 1/n + 1/m it is a PSI."""
    edge = chi2.isf(alpha, degrees)
    return float(brentq(lambda far: ncx2.sf(edge, degrees, far) - POWER, 1e-6, 200.0))


def cases_needed(excess: float, bins: Bins, *, training_rows_each: float, new_rows_each: float) -> int | None:
    """Count the new rows with which a change of this size would be found with 80 % power.

    Parameters
    ----------
    excess : float
        Of the PSI, such as 0.25.
    bins, training_rows_each, new_rows_each
        As for ``shift``.

    Returns
    -------
    int or None
        None where the training rows are too few for any number of new ones, or had one value alone.
    """
    if len(bins.counts) < 2:
        return None
    effect, before = (design_effect(bins.alike, each) for each in (new_rows_each, training_rows_each))
    left = excess / detectable(len(bins.counts) - 1) - before / bins.n
    return int(np.ceil(effect / left)) if left > 0 else None
