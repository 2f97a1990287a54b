"""How folds, models and searches are put into words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from radiobone.core.counting import counted
from radiobone.report.data import Record
from radiobone.report.facts import Facts
from radiobone.report.pipeline_words import MODELS, member_words

MEASURES = {
    "auc": "AUC", "sensitivity": "sensitivity", "specificity": "specificity", "balanced_accuracy": "balanced accuracy",
    "average_precision": "average precision", "ppv": "positive predictive value", "npv": "negative predictive value",
    "accuracy": "accuracy", "f1": "F1", "mcc": "Matthews' correlation", "brier": "Brier score",
    "quadratic_kappa": "quadratic weighted kappa", "off_by": "mean distance in classes", "mae": "mean absolute error",
    "rmse": "root mean squared error", "r2": "R²",
}  # fmt: skip
SCORINGS = {
    "roc_auc": "the AUC", "average_precision": "the average precision",
    "neg_ranked_probability_score": "the ranked probability score", "boundary_auc": "the mean AUC at the boundaries",
    "quadratic_kappa": "the quadratic weighted kappa", "neg_root_mean_squared_error": "the root mean squared error",
    "neg_mean_absolute_error": "the mean absolute error", "r2": "R²",
}  # fmt: skip


def listed(words: Sequence[str], joint: str = "and") -> str:
    """Join words as a sentence does.

    Examples
    --------
    >>> listed(["age", "sex", "bmi"])
    'age, sex and bmi'
    """
    *first, last = words
    return f"{', '.join(first)} {joint} {last}" if first else last


def folds_words(facts: Facts) -> str:
    """Name the outer folds."""
    outer, n, repeats = facts.outer, len(facts.data.folds), int(facts.metrics.get("n_repeats", 1))
    kind = outer["kind"]
    if kind == "site":
        return f"each of {n} sites held out once"
    if kind == "external":
        return "one external cohort held out"
    if kind in ("temporal", "dated"):
        return f"{counted(n, 'split')} in time, tested on the later rows"
    times = f" in each of {repeats} repeats" if repeats > 1 else ""
    return f"nested cross-validation with {n // max(repeats, 1)} outer folds{times}"


def model_words(facts: Facts) -> str:
    """Name the model families that were offered."""
    return listed([model_phrase(one) for one in facts.models])


def model_phrase(model: Record) -> str:
    """Name one family, and the members of one that combines others."""
    name, members = str(model["name"]), (model.get("params") or {}).get("members")
    title = MODELS.get(name, name)
    return f"{title} ({member_words(members)})" if isinstance(members, str) else title


def values_words(value: Any) -> str:
    """Write the values of a setting: one, several that were tried, or a range."""
    if isinstance(value, dict):
        low, high = value.get("low"), value.get("high")
        return f"{low} to {high}" + (" on a logarithmic scale" if value.get("log") else "")
    return listed([str(one) for one in value], "or") if isinstance(value, list) else str(value)


def search_words(facts: Facts) -> str | None:
    """Say how settings were chosen; None where the pipeline does not say."""
    search, inner = facts.pipeline.get("search") or {}, facts.pipeline.get("inner") or {}
    kind, folds = search.get("kind"), inner.get("folds")
    if kind is None or folds is None:
        return None
    inside = f"{counted(int(folds), 'inner fold')} of the training rows"
    if not facts.is_searched:
        return (
            f"No setting was searched for: steps and model were fixed beforehand{_other_use(facts, inside)}."
        )
    score = SCORINGS.get(str(search.get("scoring")), str(search.get("scoring")))
    ways = {
        "grid": "every combination was tried",
        "random": f"{search.get('n_iter')} random settings of each family were tried",
        "optuna": f"{search.get('n_iter')} settings of each family were proposed by a tree-structured Parzen estimator",
    }
    return f"In {inside} {ways.get(str(kind), str(kind))}, and the best by {score} was taken."


def _other_use(facts: Facts, inside: str) -> str:
    """Say what inner folds are for where nothing is searched."""
    fitted = {"calibration": facts.pipeline.get("calibration") not in (None, "none"),
              "threshold": (facts.pipeline.get("threshold") or {}).get("kind") not in (None, "fixed")}  # fmt: skip
    uses = [name for name, learned in fitted.items() if learned and facts.task == "binary"]
    return f"; {inside} served {listed(uses)} alone" if uses else ""
