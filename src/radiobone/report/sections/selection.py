"""Which features were chosen, how often, and what they measure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from radiobone.report.data import ResultData
from radiobone.report.drawings.chosen import CORRELATION, FREQUENCY, selection_rates
from radiobone.report.feature_words import FAMILIES, FILTERS, FeatureWords, describe
from radiobone.report.sections.base import Context, Section

MOST_LISTED = 30


@dataclass(frozen=True)
class Chosen:
    """A feature in words, the number of folds that chose it, and their share."""

    words: FeatureWords
    n: int
    rate: float


def _context(data: ResultData) -> Context | None:
    if not len(data.selected):
        return None
    clinical = frozenset(data.cohort.get("clinical") or ())
    rates = selection_rates(data)
    rows = [Chosen(describe(name, clinical), n, n / data.n_folds_total) for name, n in rates]
    sizes = [len(fold["features"]) for fold in data.folds]
    return {
        "frequency": FREQUENCY.shown(data),
        "correlation": CORRELATION.shown(data),
        "rows": rows[:MOST_LISTED],
        "rest": rows[MOST_LISTED:],
        "n_folds": data.n_folds_total,
        "n_offered": data.metrics["n_features"],
        "stability": data.metrics.get("selection_stability"),
        "smallest": min(sizes),
        "largest": max(sizes),
        "always": sum(row.n == data.n_folds_total for row in rows),
        "glossary": glossary([row.words for row in rows]),
    }


def glossary(features: list[FeatureWords]) -> dict[str, list[tuple[str, str]]]:
    """Explain the families and image types that occur."""
    families = {one.family for one in features}
    filters = {one.filter for one in features if one.filter}
    found: dict[str, Any] = {
        "families": [FAMILIES[key] for key in FAMILIES if key in families],
        "filters": [FILTERS[key] for key in FILTERS if key in filters],
    }
    return found


SELECTION = Section(
    "selection",
    "Which features were chosen",
    _context,
    absent="No record of chosen features is in the result folder.",
)
