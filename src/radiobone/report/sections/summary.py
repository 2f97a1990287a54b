"""First screen: the question, the honest answer, and how far to believe it."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup

from radiobone.report.cautions import cautions
from radiobone.report.data import ResultData
from radiobone.report.drawings.two_classes import INTERVAL
from radiobone.report.feature_words import spaced
from radiobone.report.flow import flow_context
from radiobone.report.numbers import count, traced
from radiobone.report.reading import (
    belief,
    brier_sentence,
    calibration_sentence,
    no_error_sentence,
    ranking_sentence,
    threshold_sentence,
)
from radiobone.report.sections.base import Context, Section
from radiobone.report.verdict import RULE, verdict

TILES = (
    ("sensitivity", "Sensitivity", "positives found"),
    ("specificity", "Specificity", "negatives left alone"),
    ("balanced_accuracy", "Balanced accuracy", "mean of the two"),
    ("brier", "Brier score", "error of the probabilities; lower is better"),
)
NAMES_SHOWN = 6
SEVERITY_ORDER = ("serious", "warning", "note")


def _context(data: ResultData) -> Context:
    about, metrics = data.metrics, data.metrics["metrics"]
    auc = metrics["auc"]
    level, sentence = belief(auc)
    findings = sorted_findings(data.findings)
    return {
        **flow_context(data),
        "about": about,
        "title": data.provenance.get("title"),
        "auc": auc,
        "verdict": verdict(data),
        "rule": RULE,
        "belief": sentence if level == "better" else "",
        "reading": _reading(data),
        "figure": INTERVAL.shown(data),
        "tiles": [(key, title, hint, metrics[key]) for key, title, hint in TILES if key in metrics],
        "serious": [one for one in findings if one.get("severity") == "serious"],
        "findings": [one for one in findings if one.get("severity") != "serious"],
        "checks": [spaced(code).lower() for code in data.checks],
        "audited": data.findings is not None,
        "cautions": cautions(data),
        "how_judged": how_judged(data, "auc"),
        "kind": "images" if data.cases is not None or data.extraction else "these features",
    }


def how_judged(data: ResultData, key: str) -> Markup:
    """Say on whom the headline measure was taken, over how many folds."""
    about, value = data.metrics, data.metrics["metrics"][key]
    names = fold_names(data.folds)
    if len(data.folds) == 1:
        (fold,) = data.folds
        return Markup("One test: learned from {} rows, tested on {} others{}.").format(
            count(fold["n_train"]), count(fold["n_test"]), f" ({names})" if names else ""
        )
    n_repeats = about["n_repeats"]
    repeats = (
        Markup(" ({} repeats)").format(traced("n_repeats", n_repeats, count(n_repeats)))
        if n_repeats > 1
        else ""
    )
    return Markup("Nested cross-validation: mean of {} outer folds{}{}. Pooled over all cases: {}.").format(
        traced(f"metrics.{key}.n_folds", value["n_folds"], count(value["n_folds"])),
        repeats,
        f", each tested on {names}" if names else "",
        traced(f"metrics.{key}.pooled", value["pooled"]),
    )


def fold_name(name: str) -> str:
    """Name what a fold was tested on; a site called 'site 1' is not called a site once more."""
    return re.sub(r"^site (?=site\b)", "", name, flags=re.IGNORECASE)


def fold_names(folds: list[dict[str, Any]]) -> str:
    """Return what the folds test on, such as sites, in one phrase; empty where chance drew them."""
    names = list(dict.fromkeys(fold_name(str(fold["name"])) for fold in folds if fold.get("name")))
    shown = ", ".join(names[:NAMES_SHOWN]) + (", …" if len(names) > NAMES_SHOWN else "")
    return f"one of: {shown}" if len(names) > 1 else shown


def _reading(data: ResultData) -> list[str]:
    about, metrics = data.metrics, data.metrics["metrics"]
    names = (about["positive"], about["negative"])
    auc, sensitivity, specificity, brier = (
        metrics.get(key, {}).get("mean") for key in ("auc", "sensitivity", "specificity", "brier")
    )
    sentences = []
    if auc is not None:
        sentences.append(ranking_sentence(auc, *names))
    if auc == 1 and metrics["auc"]["low"] is not None:
        sentences.append(no_error_sentence(metrics["auc"]["low"], data.n_patients_tested))
    if sensitivity is not None and specificity is not None:
        sentences.append(threshold_sentence(sensitivity, specificity, *names))
    if brier is not None:
        sentences.append(brier_sentence(brier, data.share_of_positives))
    calibration = data.metrics.get("calibration") or {}
    if {"ici", "slope", "intercept"} <= set(calibration):
        sentences.append(calibration_sentence(calibration))
    return sentences


def sorted_findings(findings: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """Order findings, most severe first; unknown severities lead, so that none is overlooked."""
    rank = {name: position for position, name in enumerate(SEVERITY_ORDER)}
    return sorted(
        findings or [], key=lambda one: (rank.get(str(one.get("severity")), -1), str(one.get("code")))
    )


SUMMARY = Section("summary", "Summary", _context)
