"""What the models relied on: SHAP values of held-out rows over all outer folds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from radiobone.report.data import ResultData
from radiobone.report.drawings.relied_on import BEESWARM, IMPORTANCE
from radiobone.report.feature_words import describe
from radiobone.report.numbers import MISSING
from radiobone.report.pipeline_words import model_title
from radiobone.report.sections.base import Context, Section
from radiobone.report.sections.shap_details import shap_details
from radiobone.report.shap_features import ranked_features
from radiobone.report.shap_units import unit_of

MOST_LISTED = 30
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
    ranked, unit = ranked_features(data), unit_of(data)
    clinical = frozenset(data.cohort.get("clinical") or ())
    return {
        "left_out": False,
        "beeswarm": BEESWARM.shown(data),
        "importance": IMPORTANCE.shown(data),
        "rows": [
            {
                "words": describe(one.name, clinical),
                "mean": unit.size(one.mean),
                "sd": unit.size(one.sd) if data.n_folds_total > 1 else MISSING,
                "rate": one.rate,
            }
            for one in ranked[:MOST_LISTED]
        ],
        "n_all": len(ranked),
        "info": data.shap_info,
        "explainers": explainer_lines(data),
        "positive": data.metrics.get("positive"),
        "moved": unit.moved,
        "size_unit": unit.size_unit,
        **shap_details(data, unit),
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


SHAP = Section(
    "shap",
    "What the models relied on",
    _context,
    absent="No SHAP values are in the result folder, so what the models relied on is not shown.",
)
