"""What the terminal says of new cases beside those of training: the verdict first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from radiobone.core.counting import counted
from radiobone.evaluation.drift.columns import PREDICTED


def monitor_lines(summary: Mapping[str, Any]) -> Iterator[str]:
    """Yield the verdict, its reasons, and the figures behind it."""
    drift, judged = summary["drift"], summary["verdict"]
    yield f"{judged['sentence']} ({judged['level']})"
    for one in judged["reasons"]:
        yield f"  {one['level']}: {one['sentence']}"
    people = counted(drift["n_patients"], "patient")
    known = summary["reference"]
    yield f"{counted(drift['n_rows'], 'case')} of {people}, against {known['n_rows']} of {known['n_patients']} in {_name(known)}."
    prediction = next(one for one in drift["columns"] if one["name"] == PREDICTED)
    if prediction["psi"] is not None and not summary["training_again"]:
        yield (
            f"  predictions: PSI {prediction['psi']:.3f} ({prediction['psi_expected']:.3f} by chance alone, p {prediction['p_psi']:.2g}); "
            f"one of {prediction['psi_expected'] + prediction['seen']:.2f} would be found four times in five"
        )
    yield from _outcome(summary)
    for one in drift["windows"]:
        yield f"  {one['name']}: {counted(one['n_rows'], 'case')}, {one['level']}"


def _name(known: Mapping[str, Any]) -> str:
    return "training" if known["own"] else "the reference"


def _outcome(summary: Mapping[str, Any]) -> Iterator[str]:
    outcome = summary["outcome"]
    if outcome is None:
        return
    everyone = outcome["all"]
    if "ratio" not in everyone:
        yield f"  labels of {everyone['n']}: measured less predicted {everyone['mean_error']:.3g} on average"
        return
    ratio = "–" if everyone["ratio"] is None else f"{everyone['ratio']:.2f}"
    yield (
        f"  labels of {everyone['n']}: {everyone['observed']:.0f} observed, {everyone['expected']:.1f} expected (ratio {ratio})"
    )
    auc = (outcome.get("measures") or {}).get("auc")
    if auc is not None and auc["low"] is not None:
        internal = (summary["internal_auc"] or {}).get("mean")
        beside = "" if internal is None else f"; {internal:.2f} in nested cross-validation"
        yield f"  AUC {auc['mean']:.2f} (95 % interval {auc['low']:.2f} to {auc['high']:.2f}{beside})"
    if "too_few" in outcome:
        yield f"  no AUC and no slope: {outcome['too_few']}"
