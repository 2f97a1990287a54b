"""How likely it is that the best of many meaningless features tells two classes apart as well as one does."""

from __future__ import annotations

import math

COUNTED = 400  # inversions up to which partitions are counted; beyond, bounded by a formula
ROUNDING = 1e-9
ONE_TIE = 0.5  # inversions, the fewest beside none


def chance_of_best(area: float, n_positive: int, n_negative: int, n_features: int) -> float:
    """Bound the probability that any of ``n_features`` noise features reaches an AUC, in either direction.

    With k = (1 − AUC)·n₁·n₀ inversions allowed, one feature without ties does so in at most Σ p(j), j ≤ k, of the
    C(n, n₁) arrangements of the labels, p(j) being the partitions of j: exact for k < min(n₁, n₀), above it a bound, since
    partitions with too many or too large parts are counted too. Twice that for both directions; twice again where
    k > 0 for ties, of which one alone makes k = 1/2 (broken at random, the AUC falls short of the tied one with
    probability 1/2 at most); times the number of features, whatever their correlation (Boole).

    Parameters
    ----------
    area : float
        AUC, in [0.5, 1].
    n_positive, n_negative : int
        Independent units (patients) per class.
    n_features : int
        Features that were looked at.

    Returns
    -------
    float
        In [0, 1].

    References
    ----------
    Mann and Whitney 1947 for the distribution; Hardy and Ramanujan 1918, p(j) < exp(π·√(2j/3)), beyond what is counted.
    """
    allowed = (1 - area) * n_positive * n_negative + ROUNDING
    log_arrangements = (
        math.lgamma(n_positive + n_negative + 1) - math.lgamma(n_positive + 1) - math.lgamma(n_negative + 1)
    )
    log_chance = _log_partitions_up_to(math.floor(allowed)) - log_arrangements + math.log(2 * n_features)
    return min(1.0, math.exp(min(0.0, log_chance + math.log(2) * (allowed >= ONE_TIE))))


def _log_partitions_up_to(most: int) -> float:
    """Logarithm of the number of partitions of 0, 1, …, ``most`` (exact up to ``COUNTED``, above it a bound)."""
    if most > COUNTED:
        return math.log(most + 1) + math.pi * math.sqrt(2 * most / 3)
    partitions = [1] + [0] * most
    for part in range(1, most + 1):
        for total in range(part, most + 1):
            partitions[total] += partitions[total - part]
    return math.log(sum(partitions))
