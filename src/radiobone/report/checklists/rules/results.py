"""Rules on figures: performance, uncertainty, calibration, explanations."""

from __future__ import annotations

from typing import Any

from radiobone.report.checklists.evidence import Evidence, answer, not_applicable
from radiobone.report.checklists.items import checklists
from radiobone.report.facts import Facts
from radiobone.report.methods.wording import MEASURES
from radiobone.report.numbers import decimals

CASES = "cases.csv"


def headline(facts: Facts) -> tuple[str, dict[str, Any]]:
    """Name and figures of the first measure of the task."""
    name = {"binary": "auc", "ordinal": "quadratic_kappa", "number": "mae"}[facts.task]
    return name, facts.metrics["metrics"][name]


def _with_interval(found: dict[str, Any]) -> str:
    text = decimals(found["mean"])
    return text if found["low"] is None else f"{text} ({decimals(found['low'])} to {decimals(found['high'])})"


def sample_size(facts: Facts) -> Evidence | None:
    """Decide whether the number of patients was set against the number needed."""
    needed = facts.found("sample_size.needed.n")
    if needed is None:
        return None
    text = f"{facts.metrics['n_patients']} patients; {needed} would be needed for the features offered (Riley 2020), worked out after the study."
    return answer(True, text, "summary", "metrics.json: sample_size.needed.n")


def enough_patients(facts: Facts) -> Evidence | None:
    """Decide whether there are enough patients for the features offered."""
    enough = facts.found("sample_size.enough")
    if enough is None:
        return None
    text = f"{facts.metrics['n_patients']} patients and {facts.metrics['n_features']} features; {facts.found('sample_size.needed.n')} patients needed."
    return answer(bool(enough), text, "summary", "metrics.json: sample_size.enough")


def measures(facts: Facts) -> Evidence | None:
    """Decide whether the measures are those of the task."""
    found = [MEASURES.get(name, name) for name in facts.metrics["metrics"]]
    return answer(
        True, f"For a {facts.task} target: {', '.join(found)}.", "performance", "metrics.json: metrics"
    )


def uncertainty(facts: Facts) -> Evidence | None:
    """Decide whether the headline has an interval."""
    name, found = headline(facts)
    title = MEASURES.get(name, name)
    if found["low"] is None:
        return answer(
            False,
            f"{title} {decimals(found['mean'])} has no interval.",
            "performance",
            f"metrics.json: metrics.{name}.mean",
        )
    return answer(
        True,
        f"{title} {_with_interval(found)}, 95 % interval.",
        "performance",
        f"metrics.json: metrics.{name}.low",
    )


def performance(facts: Facts) -> Evidence | None:
    """Decide whether the performance on unseen rows is told."""
    name, found = headline(facts)
    return answer(
        True,
        f"{MEASURES.get(name, name)} {_with_interval(found)} on unseen rows.",
        "performance",
        f"metrics.json: metrics.{name}.mean",
    )


def diagnostic_figures(facts: Facts) -> Evidence | None:
    """Decide whether sensitivity and specificity are told with intervals."""
    found = facts.found("metrics.sensitivity")
    if found is None:
        return None
    other = facts.metrics["metrics"]["specificity"]
    text = f"Sensitivity {_with_interval(found)}, specificity {_with_interval(other)}."
    return answer(found["low"] is not None, text, "performance", "metrics.json: metrics.sensitivity.mean")


def calibration(facts: Facts) -> Evidence | None:
    """Decide whether calibration was judged; numbers have none."""
    if facts.task == "number":
        return not_applicable(
            "A number is predicted, so there is no probability to calibrate.",
            "performance",
            "metrics.json: task",
        )
    found = facts.found("calibration.slope")
    if found is None:
        return answer(False, "No calibration is among the figures.", "performance", "metrics.json: metrics")
    text = f"Slope {_with_interval({'mean': found['value'], **found})}, with a curve."
    return answer(True, text, "performance", "metrics.json: calibration.slope.value")


def decision_curve(facts: Facts) -> Evidence | None:
    """Decide whether its use was examined by a decision curve."""
    found = facts.found("decision_curve.threshold")
    if found is None:
        if facts.task == "binary":
            return None
        return answer(
            False, "No decision curve is among the figures.", "performance", "metrics.json: metrics"
        )
    text = f"Net benefit at {len(found)} thresholds, beside treating all and treating none."
    return answer(True, text, "performance", "metrics.json: decision_curve.threshold")


def output(facts: Facts) -> Evidence | None:
    """Decide whether the model's output is told."""
    if facts.task == "number":
        return answer(True, "A number, in the target's unit.", "summary", "metrics.json: task")
    if facts.task == "ordinal":
        n = len(facts.metrics.get("levels") or ())
        return answer(True, f"The most probable of {n} ordered classes.", "summary", "metrics.json: levels")
    rule = (facts.pipeline.get("threshold") or {}).get("kind")
    cuts = [fold["threshold"] for fold in facts.data.folds if fold.get("threshold") is not None]
    if not rule or not cuts:
        return None
    text = f"A probability, and a class by a threshold ({rule}) of {decimals(min(cuts))} to {decimals(max(cuts))}, set in the inner folds."
    return answer(True, text, "performance", "provenance.json: pipeline.threshold")


def explained(facts: Facts) -> Evidence | None:
    """Decide whether answers are explained."""
    folds = facts.data.shap_info.get("folds") or []
    if facts.data.shap is None or not len(facts.data.shap) or not folds:
        source = "provenance.json: explain" if "explain" in facts.data.provenance else "shap.json"
        return (
            answer(False, "No SHAP values were computed.", "provenance", source)
            if source.startswith("prov")
            else None
        )
    text = f"SHAP values of {facts.data.shap['row_id'].nunique()} held-out rows, by {'the model of 1 fold' if len(folds) == 1 else f'the models of {len(folds)} folds'}."
    return answer(True, text, "shap", "shap.json: folds")


def patient_flow(facts: Facts) -> Evidence | None:
    """Decide whether the flow of cases is told: from the manifest on."""
    if facts.data.cases is None:
        return None
    n = facts.data.cases["status"].value_counts()
    lost = int(n.get("failed", 0) + n.get("empty", 0))
    text = f"{len(facts.data.cases)} regions asked for, {lost} failed or empty, {facts.metrics['n_rows']} analysed. Add who was left out before."
    return answer(True, text, "cohort", CASES)


def feature_statistics(facts: Facts) -> Evidence | None:
    """Decide whether the chosen features are told with their figures."""
    if not len(facts.data.selected):
        return None
    n, found = facts.data.selected["feature"].nunique(), facts.found("selection_stability.value")
    if found is None:
        return answer(
            True,
            f"{n} features were chosen at least once, each with its share of folds.",
            "selection",
            "selected.parquet",
        )
    text = f"{n} features were chosen at least once; stability {decimals(found)} (Nogueira)."
    return answer(True, text, "selection", "metrics.json: selection_stability.value")


def robustness(facts: Facts) -> Evidence | None:
    """Decide whether the analysis was put to the test: labels shuffled, subgroups, the way of the folds."""
    null, groups = facts.found("null_control.n_shuffles"), facts.found("subgroups.groups")
    if null is not None:
        return answer(
            True,
            f"Null control with {null} shuffles of the target.",
            "controls",
            "metrics.json: null_control.n_shuffles",
        )
    if groups:
        return answer(
            True, f"Figures of {len(groups)} subgroups.", "subgroups", "metrics.json: subgroups.groups"
        )
    return answer(
        False, "No null control and no subgroups were asked for.", "summary", "metrics.json: metrics"
    )


def reporting_guideline(facts: Facts) -> Evidence | None:
    """Decide that checklists were followed in reporting: these, filled in from the run."""
    version = facts.data.provenance.get("radiobone")
    if not version:
        return None
    names = ", ".join(f"{one.title} ({len(one.items)} items)" for one in checklists())
    text = f"Filled in from the run by radiobone {version}: {names}. Complete the rest and hand them in."
    return answer(True, text, "checklists", "provenance.json: radiobone")
