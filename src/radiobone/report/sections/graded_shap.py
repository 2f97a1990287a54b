"""What the models of ordered classes and of numbers relied on: SHAP values of held-out rows."""

from __future__ import annotations

from radiobone.report.data import ResultData
from radiobone.report.sections.base import Context, Section
from radiobone.report.sections.shap import explainer_lines, was_left_out
from radiobone.report.sections.shap_details import shap_details
from radiobone.report.shap_features import ranked_features
from radiobone.report.words import describe

MOST_LISTED = 30


def _context(data: ResultData) -> Context | None:
    if was_left_out(data):
        return {"left_out": True}
    if data.shap is None or not len(data.shap):
        return None
    clinical = frozenset(data.cohort.get("clinical") or ())
    ranked = ranked_features(data)
    return {
        "left_out": False,
        "rows": [{"words": describe(one.name, clinical), "shap": one} for one in ranked[:MOST_LISTED]],
        "n_all": len(ranked),
        "info": data.shap_info,
        "explainers": explainer_lines(data),
        **shap_details(data, ranked),
    }


GRADED_SHAP = Section(
    "graded_shap",
    "What the models relied on",
    _context,
    absent="No SHAP values are in the result folder, so what the models relied on is not shown.",
)
