"""What the numbers mean, in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from radiobone.report.numbers import decimals

CHANCE = 0.5
Metric = Mapping[str, Any]


def belief(auc: Metric) -> tuple[str, str]:
    """Say whether the AUC can be told from chance.

    Parameters
    ----------
    auc : mapping
        ``mean``, ``low`` and ``high``; each may be None.

    Returns
    -------
    tuple of str
        One of ``better``, ``unclear``, ``worse``, ``unknown``; and the sentence.
    """
    low, high = auc.get("low"), auc.get("high")
    if low is None or high is None:
        return "unknown", "No interval could be computed, so chance cannot be ruled out."
    if low > CHANCE:
        return "better", "The whole interval lies above 0.5: in this cohort the model did better than chance."
    if high < CHANCE:
        return "worse", (
            "The whole interval lies below 0.5: the model did worse than chance. This usually means very few "
            "patients, or folds that pull against each other. Do not use it, and do not turn its answer around."
        )
    return "unclear", (
        "The interval includes 0.5: this study does not show that the model does better than chance. "
        "That is no proof that there is nothing to find; more patients would narrow the interval."
    )


def ranking_sentence(auc: float, positive: str, negative: str) -> str:
    """Say what an AUC means as pairs of patients."""
    return (
        f"Take one case with {positive} and one with {negative}, at random: the model gives the first the higher "
        f"probability about {round(100 * auc)} times in 100 (50 would be chance)."
    )


def no_error_sentence(low: float, n_patients: int) -> str:
    """Say what a perfect AUC is worth."""
    seen = f"No error was seen in {n_patients} patients; that is not certainty."
    return f"{seen} An AUC as low as {low:.2f} would fit these patients too." if low < 0.995 else seen


def threshold_sentence(sensitivity: float, specificity: float, positive: str, negative: str) -> str:
    """Say what sensitivity and specificity mean as counts in 100."""
    return (
        f"At the threshold that each fold chose on its own training rows, of 100 cases with {positive} about "
        f"{round(100 * sensitivity)} were found, and of 100 with {negative} about {round(100 * (1 - specificity))} "
        "were wrongly flagged."
    )


def brier_reference(prevalence: float) -> float:
    """Brier score of always answering the share of positives."""
    return prevalence * (1 - prevalence)


def brier_sentence(brier: float, prevalence: float) -> str:
    """Say whether the probabilities are worth more than the prevalence alone."""
    reference = brier_reference(prevalence)
    verdict = "better" if brier < reference else "no better"
    return (
        f"The probabilities were {verdict} than always answering the share of positives: their Brier score is "
        f"{brier:.2f}, that of the share alone {reference:.2f} (lower is better)."
    )


def calibration_sentence(calibration: Mapping[str, Metric]) -> str:
    """Say in one sentence how far the probabilities can be taken at their word.

    Parameters
    ----------
    calibration : mapping
        ``ici``, ``slope`` and ``intercept``, each with ``value``, ``low`` and ``high``; each of these may be None.
    """
    ici, slope, intercept = (calibration[name] for name in ("ici", "slope", "intercept"))
    faults = [
        *_beyond(slope, 1, "high and low ones are too extreme", "they keep too close to the middle"),
        *_beyond(intercept, 0, "they are too high on the whole", "they are too low on the whole"),
    ]
    off = (
        ""
        if ici["value"] is None
        else f"A probability is on average {round(100 * ici['value'])} percentage points off what happens (ICI)"
    )
    found = (
        " and ".join(faults) or "that they are too extreme, too timid, too high or too low cannot be shown"
    )
    told = f"{off}; {found}" if off else found.capitalize()
    scale = "" if slope["value"] is None else f" (calibration slope {_with_interval(slope)}; 1 is right)"
    return f"{told}{scale}."


def _beyond(measure: Metric, right: float, below: str, above: str) -> list[str]:
    if measure.get("low") is None or measure.get("high") is None:
        return []
    return [below] if measure["high"] < right else [above] if measure["low"] > right else []


def _with_interval(measure: Metric) -> str:
    value = decimals(measure["value"])
    if measure.get("low") is None or measure.get("high") is None:
        return value
    return f"{value}, {decimals(measure['low'])} to {decimals(measure['high'])}"
