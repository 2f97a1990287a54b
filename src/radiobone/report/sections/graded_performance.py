"""How well it did on unseen rows, for ordered classes and numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
from markupsafe import Markup

from radiobone.cohort.task import Number
from radiobone.report.data import Record, ResultData
from radiobone.report.figures.graded import bland_altman_figure, classes_figure, scatter_figure
from radiobone.report.figures.svg import to_svg
from radiobone.report.numbers import decimals
from radiobone.report.sections.base import Context, Section
from radiobone.report.sections.performance import fold_row
from radiobone.report.validation.data import ValidationData
from radiobone.report.words import model_title

MEASURES = {
    "quadratic_kappa": ("Quadratic kappa", "agreement that counts how far apart; 1 is perfect, 0 is chance"),
    "accuracy": ("Accuracy", "share put into the right class; high by chance where one class is common"),
    "balanced_accuracy": ("Balanced accuracy", "mean over the classes of the share put right"),
    "off_by": ("Classes off", "mean number of classes between truth and prediction; 0 is perfect"),
    "r2": ("R²", "share of the variance explained; 1 is perfect, 0 no better than the mean"),
    "mae": ("Mean absolute error", "in the target's unit; 0 is perfect"),
    "rmse": ("RMSE", "root of the mean squared error; large errors weigh more"),
}
Judged = ResultData | ValidationData
WHO = {one.text for one in Number().boundaries}
FOLD_SCORE = {"ordinal": "Quadratic kappa", "number": "Mean absolute error"}


def _context(data: ResultData) -> Context:
    about = data.metrics
    return {
        **shown_measures(data),
        "fold_score": FOLD_SCORE[about["task"]],
        "folds": [fold_row(fold) for fold in data.folds],
        "models": [(model_title(name), n) for name, n in about["models"].items()],
    }


def shown_measures(data: Judged) -> Context:
    """Return the measures and figures of an evaluation or a validation.

    Parameters
    ----------
    data : ResultData or ValidationData
    """
    about = data.metrics
    implied = about.get("implied")
    boundaries, prefix = (
        (implied["boundaries"], "implied.boundaries")
        if implied
        else (about.get("boundaries", []), "boundaries")
    )
    return {
        "about": about,
        "metrics": [
            (key, *MEASURES[key], about["metrics"][key]) for key in MEASURES if key in about["metrics"]
        ],
        "how": _methods(about["metrics"]),
        "patients": about.get("patients"),
        "measures": MEASURES,
        "confusion": _confusion(data),
        "who": {one["name"] for one in boundaries} <= WHO,
        "scatter": _scatter(data),
        "agreement": _agreement(data),
        "implied": implied,
        "boundaries": boundaries,
        "prefix": prefix,
        "left_out": about["left_out"],
    }


def _methods(metrics: Record) -> list[str]:
    """Say how intervals were made: as that of the first measure, and of which measures otherwise."""
    first, *others = [key for key in MEASURES if key in metrics]
    usual = metrics[first]["method"]
    differing = [key for key in others if metrics[key]["method"] != usual]
    return [usual, *(f"{MEASURES[key][0]}: {metrics[key]['method']}" for key in differing)]


def _confusion(data: Judged) -> Markup | None:
    about = data.metrics
    implied = about.get("implied")
    if about["task"] == "number" and not implied:
        return None
    table = implied["confusion"] if implied else about["confusion"]
    names = implied["classes"] if implied else [level["name"] for level in about["levels"]]
    lines = [
        f"{name}: " + ", ".join(f"{n} called {other}" for other, n in zip(names, row, strict=True))
        for name, row in zip(names, table, strict=True)
    ]
    return to_svg(
        classes_figure(table, names),
        key="classes",
        title="Confusion table",
        description="; ".join(lines) + ".",
    )


def _rows(data: Judged) -> tuple[Any, Any]:
    """Measured and predicted number of each row, the mean over repeats."""
    means = data.predictions.groupby("row_id", sort=True)[["y", "predicted"]].mean()
    return means["y"].to_numpy(float), means["predicted"].to_numpy(float)


def _scatter(data: Judged) -> Markup | None:
    if data.metrics["task"] != "number":
        return None
    measured, predicted = _rows(data)
    correlation = float(np.corrcoef(measured, predicted)[0, 1]) if np.ptp(predicted) else None
    return to_svg(
        scatter_figure(measured, predicted, str(data.metrics["target"])),
        key="scatter",
        title="Predicted against measured",
        description=f"One dot per case; correlation {decimals(correlation)}.",
    )


def _agreement(data: Judged) -> Markup | None:
    found = data.metrics.get("bland_altman")
    if found is None or found["lower"]["value"] is None:
        return None
    lower, bias, upper = (float(found[name]["value"]) for name in ("lower", "bias", "upper"))
    return to_svg(
        bland_altman_figure(*_rows(data), (lower, bias, upper)),
        key="agreement",
        title="Bland–Altman plot",
        description=f"Bias {decimals(bias)}, limits of agreement {decimals(lower)} to {decimals(upper)}.",
    )


GRADED_PERFORMANCE = Section("graded_performance", "How well it did", _context)
