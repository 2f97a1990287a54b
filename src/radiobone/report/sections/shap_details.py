"""What the section of SHAP values tells beyond its summary; each part alone, and None where there is nothing to tell."""

from __future__ import annotations

from typing import Any

import numpy as np

from radiobone.core.counting import counted
from radiobone.report.data import ResultData
from radiobone.report.drawings.interactions import INTERACTIONS
from radiobone.report.drawings.linear import COEFFICIENTS, NOMOGRAM
from radiobone.report.drawings.relied_on import DEPENDENCE, FOLD_AGREEMENT, single_dependences
from radiobone.report.figures.svg import to_svg
from radiobone.report.figures.waterfall import waterfall_figure
from radiobone.report.numbers import significant
from radiobone.report.sections.base import Context
from radiobone.report.shap_agreement import agreement_of, agreement_words
from radiobone.report.shap_cases import CaseShap, case_shaps, cases_as_json, telling_cases
from radiobone.report.shap_pairs import pair_groups
from radiobone.report.shap_units import ShapUnit
from radiobone.report.shap_weights import linear_models

STATIC_PARTS = 7
MOST_PAIRS, MOST_COEFFICIENTS = 15, 30


def shap_details(data: ResultData, unit: ShapUnit) -> Context:
    """Return the values of ``shap_details.html``."""
    return {
        "cases": _cases(data, unit),
        "dependence": single_dependences(data),
        "dependence_caption": DEPENDENCE.caption_of(data),
        "agreement": _agreement(data),
        "weights": _weights(data),
        "pairs": _pairs(data, unit),
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
        parts.append((f"{counted(case.n_rest, 'other feature')}", "", case.rest))
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


def _agreement(data: ResultData) -> Context | None:
    """Say how far folds rely on the same features."""
    found = agreement_of(data)
    if found is None:
        return None
    low, high = np.quantile(found.pairs_rank, [0.1, 0.9]).tolist()
    mean = float(found.pairs_rank.mean())
    return {
        "figure": FOLD_AGREEMENT.shown(data),
        "mean": mean,
        "low": low,
        "high": high,
        "overlap": float(found.pairs_overlap.mean()),
        "top": found.top,
        "n_folds": len(data.folds),
        "words": agreement_words(mean),
    }


def _weights(data: ResultData) -> Context | None:
    """Return what is told of linear models."""
    found = linear_models(data)
    if found is None:
        return None
    return {
        "about": found,
        "rows": found.rows[:MOST_COEFFICIENTS],
        "n_folds_total": data.n_folds_total,
        "figure": COEFFICIENTS.shown(data),
        "nomogram": NOMOGRAM.shown(data),
    }


def _pairs(data: ResultData, unit: ShapUnit) -> Context | None:
    """Return what is told of interactions, a group per scale."""
    groups = pair_groups(data.pairs)
    if not groups:
        return None
    told = []
    for group in groups:
        strongest, factor = group.strongest(), 1.0 if group.in_log_odds else unit.factor
        rows = strongest.assign(mean=factor * strongest["mean"]).head(MOST_PAIRS).to_dict("records")
        figure = INTERACTIONS[group.in_log_odds].shown(data)
        told.append({"figure": figure, "rows": rows, "n_all": len(strongest)})
    return {"groups": told, "has_log_odds": any(group.in_log_odds for group in groups)}
