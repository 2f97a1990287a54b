"""Coefficients of linear models over the folds, odds ratios and the nomogram."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from radiobone.core.counting import counted
from radiobone.explain.nomogram import Nomogram, nomogram_of
from radiobone.explain.weights import LOG_ODDS
from radiobone.report.data import ResultData
from radiobone.report.figures.coefficients import coefficients_figure
from radiobone.report.figures.nomogram import nomogram_figure
from radiobone.report.figures.svg import to_svg
from radiobone.report.sections.base import Context
from radiobone.report.words import model_title

MOST_DRAWN, MOST_LINES, MOST_LISTED = 12, 10, 30
ENDS = (0.02, 0.98)
AXES = {
    LOG_ODDS: "Log odds per SD of the feature",
    "number": "Change of the predicted number per SD of the feature",
}


def weights_context(data: ResultData) -> Context | None:
    """Return what is told of linear models; None where no fold has one."""
    if data.weights is None or not len(data.weights):
        return None
    table = data.weights.assign(per_sd=data.weights["coefficient"] * data.weights["spread"])
    n_folds = len(table[["repeat", "fold"]].drop_duplicates())
    scale = str(table["scale"].iloc[0])
    rows = _rows(table, n_folds, odds=scale == LOG_ODDS)
    nomogram = nomogram_of(table, raw_ranges(data), most=MOST_LINES)
    return {
        "rows": rows[:MOST_LISTED],
        "n_all": len(rows),
        "n_folds": n_folds,
        "n_folds_total": data.n_folds_total,
        "models": ", ".join(sorted({model_title(str(name)) for name in table["model"]})),
        "odds": scale == LOG_ODDS,
        "figure": _coefficients(rows[:MOST_DRAWN], scale),
        "nomogram": _nomogram(nomogram, data),
        "n_held": nomogram.n_held,
        "in_sd": [line.feature for line in nomogram.lines if line.in_sd],
        "calibrated": "svm" in set(table["model"]),
    }


def raw_ranges(data: ResultData) -> pd.DataFrame:
    """Return ``low`` and ``high`` of each feature: where the middle 96 % of the held-out values lie."""
    if data.shap is None:
        return pd.DataFrame(columns=["low", "high"])
    values = data.shap.drop_duplicates(["feature", "row_id"]).groupby("feature")["value"]
    return pd.DataFrame({"low": values.quantile(ENDS[0]), "high": values.quantile(ENDS[1])})


def _rows(table: pd.DataFrame, n_folds: int, *, odds: bool) -> list[dict[str, Any]]:
    found = []
    for feature, rows in table.groupby("feature", sort=True):
        values = rows["per_sd"].to_numpy(dtype=float)
        mean = float(values.mean())
        found.append(
            {
                "name": str(feature), "folds": values, "mean": mean,
                "sd": float(values.std(ddof=1)) if len(values) > 1 else None,
                "rate": len(values) / n_folds,
                "ratio": float(np.exp(mean)) if odds else None,
                "ratio_low": float(np.exp(values.min())) if odds else None,
                "ratio_high": float(np.exp(values.max())) if odds else None,
                "same_sign": float(np.mean(np.sign(values) == np.sign(mean))),
            }
        )  # fmt: skip
    return sorted(found, key=lambda row: (-abs(row["mean"]) * row["rate"], row["name"]))


def _coefficients(rows: list[dict[str, Any]], scale: str) -> Any:
    figure = coefficients_figure(
        [row["name"] for row in rows], [row["folds"] for row in rows], axis=AXES[scale]
    )
    told = "; ".join(f"{row['name']}: {row['mean']:.2f}" for row in rows)
    return to_svg(
        figure,
        key="coefficients",
        title=f"Coefficients of {counted(len(rows), 'feature')}",
        description=told + ".",
    )


def _nomogram(nomogram: Nomogram, data: ResultData) -> Any:
    positive = data.metrics.get("positive")
    outcome = f"Probability of {positive}" if positive is not None else "Predicted number"
    told = "; ".join(
        f"{line.feature} from {line.low:.3g} to {line.high:.3g}: {nomogram.points(line, line.low):.0f} to "
        f"{nomogram.points(line, line.high):.0f} points"
        for line in nomogram.lines
    )
    return to_svg(
        nomogram_figure(nomogram, outcome=outcome),
        key="nomogram",
        title="Nomogram",
        description=told + ".",
    )
