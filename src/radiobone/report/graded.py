"""How far a result of ordered classes or of numbers can be believed, in plain words.

As for two classes: red if the interval of the headline does not lie wholly above 0 (quadratic kappa: chance; R²: always
answering the mean) or the audit found something serious; amber if it lies above and a check objects; else green.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from radiobone.core.counting import counted
from radiobone.report.data import ResultData
from radiobone.report.numbers import decimals, unit_places
from radiobone.report.validation.data import ValidationData
from radiobone.report.verdict import (
    BAD,
    CAREFUL,
    FEWEST_OF_A_CLASS,
    FEWEST_PATIENTS,
    Reason,
    Verdict,
    judged,
    serious_findings,
    warnings_of_the_audit,
)

TITLES = {"quadratic_kappa": "Quadratic kappa", "r2": "R²"}
NOTHING = {"quadratic_kappa": "chance", "r2": "always answering the mean"}
SUSPICIOUS = {"quadratic_kappa": 0.97, "r2": 0.97}
FEW = {
    "quadratic_kappa": f"{FEWEST_PATIENTS} patients, or {FEWEST_OF_A_CLASS} of the smallest class",
    "r2": f"{FEWEST_PATIENTS} patients",
}


def rule(key: str) -> tuple[str, ...]:
    """Say by what the colour is decided, where ``key`` is the headline measure."""
    return (
        f"Red: the audit found something serious, or the interval of {TITLES[key]} does not lie wholly above 0.",
        f"Amber: it lies above 0, but there are fewer than {FEW[key]}; {TITLES[key]} is {SUSPICIOUS[key]} or more; or the audit "
        "gave a warning or was not run.",
        "Green: none of these. It says nothing of other hospitals.",
    )


def headline(data: ResultData) -> tuple[str, Mapping[str, Any]]:
    """Return the key of the measure that the verdict goes by, and the measure."""
    key = str(data.metrics["headline"])
    return key, data.metrics["metrics"][key]


def graded_verdict(data: ResultData) -> Verdict:
    """Apply the rule to a result."""
    return judged(data, CHECKS, NOTHING[headline(data)[0]])


def not_above_nothing(data: ResultData) -> Reason | None:
    """Object if the interval does not lie wholly above 0."""
    key, value = headline(data)
    if value["low"] is not None and value["low"] > 0:
        return None
    if value["low"] is None:
        return Reason(BAD, "No interval", "No interval could be computed, so chance cannot be ruled out.")
    return Reason(
        BAD,
        "Not shown to be of use",
        f"The interval of {TITLES[key]} goes down to {decimals(value['low'])}: this study does not show that the model does "
        f"better than {NOTHING[key]} (0). That is no proof that there is nothing to find; more patients would narrow it.",
    )


def too_good(data: ResultData) -> Reason | None:
    """Object to a nearly perfect result, which is more often a leak than a discovery."""
    key, value = headline(data)
    if value["mean"] is None or value["mean"] < SUSPICIOUS[key]:
        return None
    return Reason(
        CAREFUL,
        "Too good to be true?",
        f"A nearly perfect {TITLES[key]} is more often a leak than a discovery: a column made from the answer, or one patient "
        "under two ids. Look at the features that carry it.",
    )


def few_patients(data: ResultData) -> Reason | None:
    """Object to fewer than 50 patients, or 30 of the smallest class."""
    about = data.metrics
    tested = data.n_patients_tested
    found = counted(tested, "patient") + (" tested" if tested < about["n_patients"] else "")
    few, least = tested < FEWEST_PATIENTS, f"{FEWEST_PATIENTS} patients"
    if about["task"] == "ordinal":
        counts = data.predictions.groupby("y")["patient_id"].nunique()
        sizes = {level["name"]: int(counts.get(code, 0)) for code, level in enumerate(about["levels"])}
        name, n = min(sizes.items(), key=lambda item: item[1])
        few, found = few or n < FEWEST_OF_A_CLASS, f"{found}, of whom {n} with {name}"
        least += f" or {FEWEST_OF_A_CLASS} of the smallest class"
    if not few:
        return None
    return Reason(
        CAREFUL,
        "Few patients",
        f"{found}. Below {least} a handful of them moves every number here.",
    )


CHECKS: tuple[Callable[[ResultData], Reason | None], ...] = (
    serious_findings,
    not_above_nothing,
    too_good,
    few_patients,
    partial(warnings_of_the_audit, few=few_patients),
)


def reading(data: ResultData | ValidationData) -> list[str]:
    """Say what the numbers mean."""
    about, metrics = data.metrics, data.metrics["metrics"]
    if about["task"] == "ordinal":
        return _of_classes(metrics)
    return _of_numbers(about, metrics)


def _of_classes(metrics: Mapping[str, Any]) -> list[str]:
    right, off = metrics["accuracy"]["mean"], metrics["off_by"]["mean"]
    sentences = [
        "Quadratic kappa counts how far the predicted class lies from the true one: 1 is perfect, 0 is chance, and two classes "
        "off weigh four times as much as one."
    ]
    if right is not None and off is not None:
        sentences.append(
            f"Of 100 cases about {round(100 * right)} were put into their class; on the mean, cases were {decimals(off)} "
            "classes off."
        )
    return sentences


def _of_numbers(about: Mapping[str, Any], metrics: Mapping[str, Any]) -> list[str]:
    sentences, agreement, places = [], about["bland_altman"], unit_places(about)
    if metrics["mae"]["mean"] is not None:
        sentences.append(
            f"The predicted {about['target']} was {decimals(metrics['mae']['mean'], places)} off on the mean, where the measured values "
            f"have a standard deviation of {decimals(about['values']['sd'], places)}."
        )
    if agreement["lower"]["value"] is not None:
        sentences.append(
            f"Of 100 new cases like these, about 95 would lie between {decimals(agreement['lower']['value'], places)} and "
            f"{decimals(agreement['upper']['value'], places)} off what is measured (limits of agreement)."
        )
    return sentences
