"""What the section of SHAP values tells beyond its summary; each part alone, and None where there is nothing to tell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from radiobone.explain.agreement import fold_agreement
from radiobone.explain.summary import fold_means
from radiobone.report.data import ResultData
from radiobone.report.figures.agreement import agreement_figure
from radiobone.report.figures.dependence import dependence_figure
from radiobone.report.figures.svg import to_svg
from radiobone.report.figures.waterfall import waterfall_figure
from radiobone.report.numbers import significant
from radiobone.report.sections.base import Context
from radiobone.report.sections.shap_pairs import pairs_context, partner_of
from radiobone.report.sections.shap_weights import weights_context
from radiobone.report.shap_cases import CaseShap, case_shaps, cases_as_json, telling_cases
from radiobone.report.shap_features import FeatureShap
from radiobone.report.shap_units import ShapUnit, unit_of

MOST_DEPENDENCE = 6
STATIC_PARTS = 7
LARGELY, PARTLY = 0.7, 0.4


def shap_details(data: ResultData, ranked: Sequence[FeatureShap]) -> Context:
    """Return the values of ``shap_details.html``."""
    unit = unit_of(data)
    return {
        "cases": _cases(data, unit),
        "dependence": [
            _dependence(number, one, partner, unit)
            for number, (one, partner) in enumerate(_with_partners(data, ranked))
        ],
        "coloured": data.pairs is not None and len(data.pairs) > 0,
        "agreement": _agreement(data),
        "weights": weights_context(data),
        "pairs": pairs_context(data, unit),
    }


def _cases(data: ResultData, unit: ShapUnit) -> Context:
    found = case_shaps(data)
    short = {case.row_id: case for case in case_shaps(data, most=STATIC_PARTS)}
    telling = [(words, short[case.row_id]) for words, case in telling_cases(data, found)]
    return {
        "json": cases_as_json(found, unit),
        "n": len(found),
        "telling": [
            {"words": words, "case": case, "figure": _waterfall(number, case, unit), "total": unit.total(case.total),
             "base": unit.total(case.base), "reported": None if case.reported is None else unit.total(case.reported)}
            for number, (words, case) in enumerate(telling)
        ],
        "calibrated": bool(found) and found[0].reported is not None,
        "repeats": int(data.metrics["n_repeats"]),
    }  # fmt: skip


def _waterfall(number: int, case: CaseShap, unit: ShapUnit) -> Any:
    parts = [(part.feature, f" = {significant(part.value)}", part.shap) for part in case.parts]
    if case.n_rest:
        parts.append((f"{case.n_rest} other feature{'s' if case.n_rest > 1 else ''}", "", case.rest))
    figure = waterfall_figure(
        [(name + value, unit.factor * size) for name, value, size in parts],
        base=unit.factor * case.base,
        total=unit.factor * case.total,
        axis=unit.prediction,
        changes=[unit.signed(size) for _, _, size in parts],
    )
    told = "; ".join(f"{name}{value}: {unit.signed(size)}" for name, value, size in parts)
    return to_svg(
        figure,
        key=f"waterfall{number}",
        title=f"What moved the prediction of {case.label}",
        description=f"From {unit.total(case.base)} to {unit.total(case.total)}: {told}.",
    )


def _with_partners(
    data: ResultData, ranked: Sequence[FeatureShap]
) -> list[tuple[FeatureShap, FeatureShap | None]]:
    """Return the leading features, each with the one that interacts most with it, where that is known."""
    by_name = {one.name: one for one in ranked}
    return [(one, by_name.get(partner_of(data.pairs, one.name) or "")) for one in ranked[:MOST_DEPENDENCE]]


def _dependence(number: int, one: FeatureShap, partner: FeatureShap | None, unit: ShapUnit) -> Any:
    figure = dependence_figure(
        one.name,
        one.value,
        unit.factor * one.when_chosen,
        axis=_short_axis(unit),
        partner="" if partner is None else partner.name,
        partner_values=None if partner is None else partner.value,
    )
    told = f"One dot per held-out case; {int(np.isfinite(one.when_chosen).sum())} cases."
    return to_svg(
        figure,
        key=f"dependence{number}",
        title=f"SHAP value against the value of {one.name}",
        description=told if partner is None else f"{told} Coloured by {partner.name}.",
    )


def _short_axis(unit: ShapUnit) -> str:
    return "SHAP value (points)" if unit.factor != 1 else "SHAP value"


def _agreement(data: ResultData) -> Context | None:
    """Say how far folds rely on the same features; None for a single fold."""
    if data.shap is None or len(data.folds) < 2:
        return None
    found = fold_agreement(fold_means(data.shap, [(fold["repeat"], fold["fold"]) for fold in data.folds]))
    pairs, overlap = found.pairs_rank, found.pairs_overlap
    if not len(pairs):
        return None
    mean = float(pairs.mean())
    figure = to_svg(
        agreement_figure(found.rank),
        key="agreement",
        title="Agreement of the folds' rankings",
        description=f"Rank correlation of each pair of {len(data.folds)} folds; mean {mean:.2f}.",
    )
    return {
        "figure": figure,
        "mean": mean,
        "low": float(np.quantile(pairs, 0.1)),
        "high": float(np.quantile(pairs, 0.9)),
        "overlap": float(overlap.mean()),
        "top": found.top,
        "n_folds": len(data.folds),
        "words": agreement_words(mean),
    }


def agreement_words(mean: float) -> str:
    """Say in words what the mean rank correlation between folds means."""
    if mean >= LARGELY:
        return "The models of different folds rely largely on the same features."
    if mean >= PARTLY:
        return "The models of different folds rely partly on the same features: read the ranking with care."
    return "The models of different folds rely on different features: the ranking above is not stable, and no single feature of it should be trusted."
