"""What the models relied on: SHAP values of held-out rows over all outer folds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from radiobone.report.data import ResultData
from radiobone.report.figures.beeswarm import beeswarm_figure
from radiobone.report.figures.importance import importance_figure
from radiobone.report.figures.svg import to_svg
from radiobone.report.numbers import decimals
from radiobone.report.sections.base import Context, Section
from radiobone.report.sections.shap_details import shap_details
from radiobone.report.shap_features import FeatureShap, ranked_features
from radiobone.report.words import describe, model_title

MOST_DRAWN = 12
EXPLAINERS = {
    "tree": "exactly, along the trees",
    "linear": "exactly, by all subsets of features",
    "exact": "exactly, by all subsets of features",
    "permutation": "approximately, by random orders of the features, because all subsets would be too many",
    "members": "each voting model in the way that suits it, exactly along trees, else by random orders of the features; then their mean",
}


def was_left_out(data: ResultData) -> bool:
    """Tell whether SHAP values were left out on request."""
    return data.provenance.get("explain") is False


def _context(data: ResultData) -> Context | None:
    if was_left_out(data):
        return {"left_out": True}
    if data.shap is None or not len(data.shap):
        return None
    ranked = ranked_features(data)
    drawn = ranked[:MOST_DRAWN]
    clinical = frozenset(data.cohort.get("clinical") or ())
    return {
        "left_out": False,
        "beeswarm": _beeswarm(drawn, data.metrics["positive"]),
        "importance": _importance(drawn),
        "rows": [{"words": describe(one.name, clinical), "shap": one} for one in ranked[:30]],
        "n_all": len(ranked),
        "n_drawn": len(drawn),
        "info": data.shap_info,
        "explainers": explainer_lines(data),
        "positive": data.metrics["positive"],
        "n_repeats": data.metrics["n_repeats"],
        **shap_details(data, ranked),
    }


def explainer_lines(data: ResultData) -> list[str]:
    """Say per model which folds were explained how, and how many features their models had."""
    chosen = {(fold["repeat"], fold["fold"]): len(fold["features"]) for fold in data.folds}
    sizes: dict[tuple[str, str], list[int]] = defaultdict(list)
    orders: dict[tuple[str, str], list[int]] = defaultdict(list)
    for fold in data.shap_info.get("folds", []):
        kind, model = str(fold.get("explainer", "")), model_title(str(fold.get("model", "")))
        sizes[model, kind].append(chosen.get((fold.get("repeat"), fold.get("fold")), 0))
        orders[model, kind] += [int(fold["orders"])] if fold.get("orders") else []
    return [
        f"{model[:1].upper()}{model[1:]}, {len(found)} {'fold' if len(found) == 1 else 'folds'} with {span(found)} "
        f"{'feature' if max(found) == 1 else 'features'}: {EXPLAINERS.get(kind, kind)}{cost_words(orders[model, kind])}."
        for (model, kind), found in sorted(sizes.items())
    ]


def cost_words(orders: Sequence[int]) -> str:
    """Say how many orders an estimate took per case; nothing of exact values."""
    return f" ({span(orders)} orders per case, each forwards and backwards)" if orders else ""


def span(numbers: Sequence[int]) -> str:
    """Write the range of some whole numbers."""
    return f"{min(numbers)}" if min(numbers) == max(numbers) else f"{min(numbers)} to {max(numbers)}"


def _beeswarm(features: list[FeatureShap], positive: str) -> Any:
    figure = beeswarm_figure(
        [one.name for one in features],
        [one.shap[np.isfinite(one.value) | (one.shap != 0)] for one in features],
        [one.value[np.isfinite(one.value) | (one.shap != 0)] for one in features],
        positive=positive,
    )
    return to_svg(
        figure,
        key="beeswarm",
        title="SHAP summary",
        description="One dot per held-out case and feature; the most important features are on top: "
        + ", ".join(one.name for one in features)
        + ".",
    )


def _importance(features: list[FeatureShap]) -> Any:
    sizes = [f"{one.name}: {decimals(100 * one.mean, 1)} ± {decimals(100 * one.sd, 1)}" for one in features]
    return to_svg(
        importance_figure([one.name for one in features], [one.fold_means for one in features]),
        key="importance",
        title="Mean absolute SHAP value and its variation between folds, in percentage points",
        description="; ".join(sizes) + ".",
    )


SHAP = Section(
    "shap",
    "What the models relied on",
    _context,
    absent="No SHAP values are in the result folder, so what the models relied on is not shown.",
)
