"""Interactions of features in models of trees, over the folds."""

from __future__ import annotations

from typing import Any

import pandas as pd

from radiobone.explain.weights import LOG_ODDS
from radiobone.report.data import ResultData
from radiobone.report.figures.pairs import pairs_figure
from radiobone.report.figures.svg import to_svg
from radiobone.report.sections.base import Context
from radiobone.report.shap_units import ShapUnit
from radiobone.report.words import model_title

MOST_DRAWN, MOST_LISTED = 10, 15


def pairs_context(data: ResultData, unit: ShapUnit) -> Context | None:
    """Return what is told of interactions, a group per scale; None where no model gives them."""
    if data.pairs is None or not len(data.pairs):
        return None
    groups = [_group(number, scale, rows, unit) for number, (scale, rows) in enumerate(_by_scale(data.pairs))]
    return {
        "groups": groups,
        "n_folds_total": data.n_folds_total,
        "has_log_odds": LOG_ODDS in set(data.pairs["scale"]),
    }


def _by_scale(pairs: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Return the pairs of each scale, the one of most folds first."""
    found = [(str(scale), rows) for scale, rows in pairs.groupby("scale", sort=True)]
    return sorted(found, key=lambda group: -n_folds_of(group[1]))


def n_folds_of(pairs: pd.DataFrame) -> int:
    """Return how many folds there are."""
    return len(pairs[["repeat", "fold"]].drop_duplicates())


def strongest_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return ``feature, other, mean, rate``, strongest first; a fold without the pair counts as 0."""
    named = pairs.assign(
        feature=pairs[["feature", "other"]].min(axis=1), other=pairs[["feature", "other"]].max(axis=1)
    )
    n_folds = n_folds_of(pairs)
    found = named.groupby(["feature", "other"], sort=True)["strength"].agg(["sum", "size"]).reset_index()
    found["mean"], found["rate"] = found["sum"] / n_folds, found["size"] / n_folds
    return found.sort_values(["mean", "feature", "other"], ascending=[False, True, True], ignore_index=True)


def partner_of(pairs: pd.DataFrame | None, feature: str) -> str | None:
    """Return the feature that interacts most with another, on the scale of most folds; None if none is known to."""
    if pairs is None or not len(pairs):
        return None
    strongest = strongest_pairs(_by_scale(pairs)[0][1])
    own = strongest[(strongest["feature"] == feature) | (strongest["other"] == feature)]
    if not len(own):
        return None
    first, second = str(own["feature"].iloc[0]), str(own["other"].iloc[0])
    return second if first == feature else first


def _group(number: int, scale: str, pairs: pd.DataFrame, unit: ShapUnit) -> dict[str, Any]:
    logged = scale == LOG_ODDS
    factor = 1.0 if logged else unit.factor
    axis = "Mean interaction (log odds)" if logged else _axis(unit)
    strongest = strongest_pairs(pairs)
    rows = [
        {
            "feature": str(one["feature"]),
            "other": str(one["other"]),
            "mean": factor * one["mean"],
            "rate": one["rate"],
        }
        for one in strongest.head(MOST_LISTED).to_dict("records")
    ]
    drawn = rows[:MOST_DRAWN]
    figure = pairs_figure(
        [(row["feature"], row["other"]) for row in drawn], [row["mean"] for row in drawn], axis=axis
    )
    told = "; ".join(f"{row['feature']} with {row['other']}: {row['mean']:.3g}" for row in drawn)
    return {
        "logged": logged,
        "models": ", ".join(sorted({model_title(str(name)) for name in pairs["model"]})),
        "n_folds": n_folds_of(pairs),
        "rows": rows,
        "n_all": len(strongest),
        "figure": to_svg(
            figure, key=f"pairs{number}", title="Strongest interactions", description=told + "."
        ),
    }


def _axis(unit: ShapUnit) -> str:
    return "Mean interaction (percentage points)" if unit.factor != 1 else "Mean interaction"
