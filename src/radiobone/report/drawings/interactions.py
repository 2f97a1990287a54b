"""Figures of the features that act together in models of trees."""

from __future__ import annotations

from functools import partial

from radiobone.core.counting import counted
from radiobone.report.data import ResultData
from radiobone.report.drawings.base import Drawing, Drawn
from radiobone.report.figures.pairs import pairs_figure
from radiobone.report.shap_pairs import PairGroup, pair_groups
from radiobone.report.shap_units import unit_of

MOST_DRAWN = 10


def _group(data: ResultData, in_log_odds: bool) -> PairGroup | None:
    return next((one for one in pair_groups(data.pairs) if one.in_log_odds == in_log_odds), None)


def _pairs(in_log_odds: bool, data: ResultData) -> Drawn | None:
    group = _group(data, in_log_odds)
    if group is None:
        return None
    unit, drawn = unit_of(data), group.strongest().head(MOST_DRAWN)
    names = list(zip(drawn["feature"].astype(str), drawn["other"].astype(str), strict=True))
    sizes = ((1.0 if in_log_odds else unit.factor) * drawn["mean"]).tolist()
    axis = "Mean interaction (log odds)" if in_log_odds else unit.interaction
    told = "; ".join(
        f"{first} with {second}: {size:.3g}" for (first, second), size in zip(names, sizes, strict=True)
    )
    return Drawn(pairs_figure(names, sizes, axis=axis), told + ".")


def _title(in_log_odds: bool, data: ResultData) -> str:
    group = _group(data, in_log_odds)
    who = (
        "" if group is None else f": {group.titles}, {group.n_folds} of {counted(data.n_folds_total, 'fold')}"
    )
    return f"Strongest interactions{who}{' (log odds)' if in_log_odds else ''}"


def _drawing(name: str, *, in_log_odds: bool) -> Drawing[ResultData]:
    return Drawing(
        name,
        partial(_title, in_log_odds),
        "Mean absolute interaction over held-out cases and folds: what two features add together beyond what each adds alone. A "
        "fold without both features counts as 0.",
        partial(_pairs, in_log_odds),
    )


INTERACTIONS = {
    False: _drawing("interactions", in_log_odds=False),
    True: _drawing("interactions_log_odds", in_log_odds=True),
}
"""Of pairs on the scale of the SHAP values, and of those in log odds."""
