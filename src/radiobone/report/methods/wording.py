"""How folds, models and searches are put into words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from radiobone.report.data import Record
from radiobone.report.facts import Facts
from radiobone.report.words import MODELS, member_words

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


def counted(n: int, what: str) -> str:
    """Write a number with its noun, in the plural unless it is one.

    Examples
    --------
    >>> counted(1, "fold"), counted(5, "fold")
    ('1 fold', '5 folds')
    """
    return f"{n} {what}" if n == 1 else f"{n} {what}s"


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
    score = SCORINGS.get(str(search.get("scoring")), str(search.get("scoring")))
    ways = {
        "grid": "every combination was tried",
        "random": f"{search.get('n_iter')} random settings of each family were tried",
        "optuna": f"{search.get('n_iter')} settings of each family were proposed by a tree-structured Parzen estimator",
    }
    return f"In {counted(int(folds), 'inner fold')} of the training rows {ways.get(str(kind), str(kind))}, and the best by {score} was taken."
