"""Whether a cohort is large enough for what is asked of it, in numbers and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import logit

from radiobone.cohort.cohort import Cohort
from radiobone.core.errors import BadSetting
from radiobone.evaluation.calibration_measures import NEAREST_TO_CERTAIN
from radiobone.evaluation.sample_size import (
    SHRINKAGE,
    expected_shrinkage,
    largest_r2,
    r2_from_auc,
    required_sample_size,
)
from radiobone.evaluation.validation_size import AUC_WIDTH, RATIO_WIDTH, SLOPE_WIDTH, validation_sample_size

ASSUMED_SHARE = 0.15
NEARLY = 0.95
RILEY_DEVELOPMENT = "Riley et al., BMJ 368, 2020"
RILEY_VALIDATION = "Riley et al., Stat Med 40, 2021"


def development_adequacy(
    cohort: Cohort, *, auc: float | None = None, learned: npt.NDArray[np.bool_] | None = None
) -> dict[str, Any]:
    """Compare the patients that there are with those that the candidate features need, as plain data.

    Parameters
    ----------
    cohort : Cohort
        Two classes, each with a patient.
    auc : float, optional
        From nested cross-validation; where there is none, or it is not above 0.5, a model is assumed that explains 15 % of
        what can be explained, as Riley advises where nothing is known.
    learned : ndarray of bool, shape (n_rows,), optional
        Rows that models learn from, where some are for testing alone.

    References
    ----------
    Riley RD et al. BMJ 368, 2020.
    """
    n, n_events, share = _counts(cohort, learned)
    known = auc is not None and auc > 0.5
    r2 = r2_from_auc(min(auc, 1 - 1e-9), share) if auc is not None and known else _assumed(share)
    r2 = min(r2, NEARLY * min(largest_r2(share), SHRINKAGE))
    n_parameters = cohort.X.shape[1]
    needed = required_sample_size(share, n_parameters=n_parameters, r2_cox_snell=r2)
    supported = _supported(n, share, r2, n_parameters)
    return {
        "n_patients": n,
        "n_events": n_events,
        "n_candidates": n_parameters,
        "r2_cox_snell": r2,
        "r2_from": "the AUC of nested cross-validation" if known else "assumed: 15 % of the largest possible",
        "needed": asdict(needed),
        "enough": needed.n <= n,
        "shrinkage": _shrinkage(n, n_parameters, r2),
        "candidates_supported": supported,
        "sentence": _development_sentence(n, n_events, n_parameters, needed.n, supported),
    }


def _counts(cohort: Cohort, learned: npt.NDArray[np.bool_] | None) -> tuple[int, int, float]:
    """Patients, those of the rarer class, and the share with a positive row."""
    there = np.ones(cohort.n_rows, dtype=bool) if learned is None else learned
    n = len(set(cohort.groups[there].tolist()))
    positive, negative = (len(set(cohort.groups[there & (cohort.y == label)].tolist())) for label in (1, 0))
    return n, min(positive, negative), positive / (positive + negative)


def _assumed(share: float) -> float:
    return ASSUMED_SHARE * largest_r2(share)


def _shrinkage(n: int, n_parameters: int, r2: float) -> float | None:
    try:
        return expected_shrinkage(n, n_parameters=n_parameters, r2_cox_snell=r2)
    except BadSetting:  # so few patients that none is left
        return None


def _supported(n: int, share: float, r2: float, most: int) -> int:
    """Find the largest number of candidates for which the patients suffice, by halving."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if required_sample_size(share, n_parameters=middle, r2_cox_snell=r2).n <= n:
            low = middle
        else:
            high = middle - 1
    return low


def _development_sentence(n: int, n_events: int, n_parameters: int, needed: int, supported: int) -> str:
    have = f"{n:,} patients, {n_events:,} of the rarer class, and {n_parameters:,} candidate features"
    if needed <= n:
        return f"Sample size ({RILEY_DEVELOPMENT}): {have}; {needed:,} patients are needed. Enough."
    carried = f"carry about {supported} candidate(s)" if supported else "are too few for a single candidate"
    return (
        f"Sample size ({RILEY_DEVELOPMENT}): {have}; {needed:,} patients would be needed to choose among so many, and these "
        f"{carried}. Which features are chosen is then uncertain and effects come out too large; the estimate of "
        "nested cross-validation stays honest. Offer fewer features, fixed beforehand, or collect more patients."
    )


def validation_adequacy(
    groups: npt.NDArray[np.str_], y: npt.NDArray[np.int64], probability: npt.ArrayLike, *, auc: float
) -> dict[str, Any]:
    """Compare the patients that there are with those that a validation needs, as plain data.

    Parameters
    ----------
    groups, y, probability : array-like, shape (n_rows,)
        Patient, class and frozen probability of each row.
    auc : float
        To be expected: that of nested cross-validation where it is known, else the observed one.

    References
    ----------
    Riley RD et al. Stat Med 40, 2021.
    """
    n = len(np.unique(groups))
    positive, negative = (len(np.unique(groups[y == label])) for label in (1, 0))
    chances = np.clip(np.asarray(probability, dtype=float), NEAREST_TO_CERTAIN, 1 - NEAREST_TO_CERTAIN)
    found: dict[str, Any] = {"n_patients": n, "n_events": min(positive, negative), "auc_expected": auc}
    try:
        needed = validation_sample_size(positive / (positive + negative), auc=auc, log_odds=logit(chances))
    except BadSetting as error:
        return {**found, "needed": None, "enough": False, "sentence": str(error)}
    short = [
        what
        for what, wanted in (
            (
                f"observed over expected positives (interval {RATIO_WIDTH:g} wide: {needed.ratio} patients)",
                needed.ratio,
            ),
            (f"the calibration slope ({SLOPE_WIDTH:g} wide: {needed.slope} patients)", needed.slope),
            (f"the AUC ({AUC_WIDTH:g} wide: {needed.auc} patients)", needed.auc),
        )
        if wanted > n
    ]
    return {
        **found,
        "needed": asdict(needed),
        "enough": not short,
        "sentence": _validation_sentence(n, needed.n, short),
    }


def _validation_sentence(n: int, needed: int, short: Sequence[str]) -> str:
    if not short:
        return f"Sample size ({RILEY_VALIDATION}): {n} patients; {needed} are needed. Enough."
    return (
        f"Sample size ({RILEY_VALIDATION}): {n} patients are too few to know well {', '.join(short)}. Read what lies "
        "within the intervals as open."
    )
