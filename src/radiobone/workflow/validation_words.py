"""A validation in lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from radiobone.core.errors import BadSetting
from radiobone.evaluation.measure_names import SHOWN
from radiobone.workflow.subgroup_words import subgroup_lines

Record = Mapping[str, Any]
FIGURES = (
    ("auc", "AUC"),
    ("sensitivity", "sensitivity"),
    ("specificity", "specificity"),
    ("ppv", "PPV"),
    ("npv", "NPV"),
    ("brier", "Brier score"),
)
CALIBRATION = (("slope", "slope (1)"), ("intercept", "in the large (0)"), ("ici", "ICI (0)"))
TITLES = {
    "frozen": "as it is",
    "intercept": "intercept refitted *",
    "logistic": "intercept and slope *",
    "shift": "shifted *",
    "line": "straight line *",
}
STAR = (
    "* used this cohort's labels: each patient by a fit to other patients. Not what the frozen model gives."
)


def told(cuts: str | None) -> list[float] | None:
    """Read probabilities separated by commas.

    Raises
    ------
    BadSetting
        If a part is no number.
    """
    try:
        return None if cuts is None else [float(part) for part in cuts.split(",")]
    except ValueError as error:
        raise BadSetting(
            f"--cuts '{cuts}' holds something that is no number. Give probabilities separated by commas, such as 0.1,0.3."
        ) from error


def validation_lines(summary: Record) -> Iterator[str]:
    """Yield the figures, the recalibrated ones beside them, and how unlike the training cohort the rows are."""
    if summary["task"] != "binary":
        yield from _graded(summary)
        yield from _ranges(summary["ranges"])
        yield from subgroup_lines(summary)
        if "comparison" in summary:
            yield from _graded_comparison(summary)
        return
    yield from _discrimination(summary)
    yield from _calibration(summary)
    yield from _ranges(summary["ranges"])
    yield from subgroup_lines(summary)
    yield str(summary["sample_size"]["sentence"])
    if "comparison" in summary:
        yield from _comparison(summary)


def _graded(summary: Record) -> Iterator[str]:
    """Yield the figures of ordered classes or of a number."""
    internal, titles = (summary["model"].get("internal") or {}).get("metrics") or {}, SHOWN[summary["task"]]
    yield "Frozen model:"
    for name, title in titles.items():
        inside = f"   inside training: {_figure(internal[name])}" if name in internal else ""
        yield f"  {title:<18} {_figure(summary['metrics'][name])}{inside}"
    if "bland_altman" in summary:
        lower, bias, upper = (
            _value(summary["bland_altman"][one]["value"]) for one in ("lower", "bias", "upper")
        )
        yield f"  {'bias':<18} {bias}, limits of agreement {lower} to {upper} (predicted less measured)"
    if "patients" in summary:
        level = summary["patients"]
        yield f"Patients ({level['rule']} of the rows of each):"
        for name, title in titles.items():
            yield f"  {title:<18} {_figure(level['metrics'][name])}"
    if "recalibrated" in summary:
        yield from _refits(summary)


def _refits(summary: Record) -> Iterator[str]:
    line = summary["line"]
    yield (
        f"Recalibration: measured over predicted, slope {_value(line['slope']['value'])} (1), intercept "
        f"{_value(line['intercept']['value'])} (0)"
    )
    for kind, one in {"frozen": summary, **summary["recalibrated"]}.items():
        if one["metrics"] is None:
            yield f"  {TITLES[kind]:<24} {one['note']}"
            continue
        parts = [f"{title} {_value(one['metrics'][name]['mean'])}" for name, title in SHOWN["number"].items()]
        yield f"  {TITLES[kind]:<24} {', '.join(parts)}"
    yield f"  {STAR}"


def _discrimination(summary: Record) -> Iterator[str]:
    internal = (summary["model"].get("internal") or {}).get("metrics") or {}
    yield f"Frozen model, at its own threshold of {summary['threshold']:.3f}:"
    for name, title in FIGURES:
        inside = f"   inside training: {_figure(internal[name])}" if name in internal else ""
        yield f"  {title:<12} {_figure(summary['metrics'][name])}{inside}"
    yield f"  interval of the AUC: {summary['metrics']['auc']['method']}"
    if "patients" in summary:
        level = summary["patients"]
        yield f"Patients ({level['rule']} of the rows of each), at their own threshold of {level['threshold']:.3f}:"
        for name, title in FIGURES[:3]:
            yield f"  {title:<12} {_figure(level['metrics'][name])}"


def _calibration(summary: Record) -> Iterator[str]:
    kinds = {"frozen": summary, **summary["recalibrated"]}
    yield "Calibration:"
    for kind, one in kinds.items():
        if one["metrics"] is None:
            yield f"  {TITLES[kind]:<24} {one['note']}"
            continue
        parts = [f"{title} {_value(one['calibration'][name]['value'])}" for name, title in CALIBRATION]
        yield f"  {TITLES[kind]:<24} {', '.join(parts)}, Brier score {_value(one['metrics']['brier']['mean'])}"
    yield f"  {STAR}"


def _ranges(ranges: Record) -> Iterator[str]:
    n_off = len(ranges["features"])
    if n_off:
        worst = ", ".join(one["feature"] for one in ranges["features"][:3])
        yield (
            f"Outside the training ranges: {n_off} of {ranges['n_needed']} features, in {ranges['n_rows_outside']} row(s); "
            f"{ranges['n_rows_unlike']} row(s) so far that their score means nothing. Most often: {worst}."
        )


def _comparison(summary: Record) -> Iterator[str]:
    found, old = summary["comparison"], summary["against"]
    yield f"Against the other model (AUC {_figure(old['metrics']['auc'])}):"
    yield f"  difference of AUC {_auc_change(found)}"
    for one in found["net_benefit"]:
        yield f"  net benefit at {one['threshold']:.3f}: {_change(one)}"
    for name, title in (("nri", "NRI"), ("continuous_nri", "continuous NRI"), ("idi", "IDI")):
        yield f"  {title}: {_change(found[name]['total'])}"
    yield f"  {found['caution']}"


def _graded_comparison(summary: Record) -> Iterator[str]:
    found, old, titles = summary["comparison"], summary["against"], SHOWN[summary["task"]]
    yield "Against the other model, this one less the other:"
    for name, title in titles.items():
        yield f"  {title:<18} {_change(found['differences'][name])}   the other: {_figure(old['metrics'][name])}"
    for one in found["boundaries"]:
        yield f"  AUC of {one['name']}: {_auc_change(one)}"
    yield f"  {found['method']}. {found['caution']}"


def _auc_change(one: Record) -> str:
    auc = one["auc"]
    if auc is None:
        return f"not compared: {one['note']}"
    p = "" if auc["p"] is None else f", p = {auc['p']:.3g}"
    return f"{auc['difference']:+.3f}  (95 % interval {auc['low']:+.3f} to {auc['high']:+.3f}{p}; {auc['method']})"


def _figure(one: Record) -> str:
    if one["mean"] is None:
        return "–"
    between = "" if one["low"] is None else f"  (95 % interval {one['low']:.3f} to {one['high']:.3f})"
    return f"{one['mean']:.3f}{between}"


def _change(one: Record) -> str:
    if one["value"] is None:
        return "–"
    between = "" if one["low"] is None else f"  (95 % interval {one['low']:+.3f} to {one['high']:+.3f})"
    return f"{one['value']:+.3f}{between}"


def _value(value: float | None) -> str:
    return "–" if value is None else f"{round(value, 2) + 0.0:.2f}"
