"""Figures of ordered classes and of numbers, of an evaluation or of a frozen model."""

from __future__ import annotations

from typing import Any

import numpy as np
from markupsafe import Markup

from radiobone.cohort.task import Number
from radiobone.report.data import ResultData, in_print
from radiobone.report.drawings.base import Drawing, Drawn, interval_text
from radiobone.report.drawings.two_classes import IS_RIGHT
from radiobone.report.figures.graded import bland_altman_figure, classes_figure, scatter_figure
from radiobone.report.numbers import decimals, unit_places
from radiobone.report.validation.data import ValidationData

Judged = ResultData | ValidationData
WHO = {in_print(one.text) for one in Number().boundaries}
WHO_WORDS = " For a T-score, below −1 is osteopenia and −2.5 and below osteoporosis (WHO)."


def _rows(data: Judged) -> tuple[Any, Any]:
    """Measured and predicted number of each row, the mean over repeats."""
    means = data.predictions.groupby("row_id", sort=True)[["y", "predicted"]].mean()
    return means["y"].to_numpy(float), means["predicted"].to_numpy(float)


def _scatter(data: Judged) -> Drawn | None:
    if data.metrics["task"] != "number":
        return None
    measured, predicted = _rows(data)
    correlation = float(np.corrcoef(measured, predicted)[0, 1]) if np.ptp(predicted) else None
    figure = scatter_figure(measured, predicted, str(data.metrics["target"]))
    return Drawn(figure, f"One dot per case; correlation {decimals(correlation)}.")


def _caption_of_scatter(data: Judged) -> str:
    n = data.metrics.get("n_repeats", 1)
    return f"One dot per case{f' (mean of {n} repeats)' if n > 1 else ''}. On the dashed line, both agree."


def _agreement(data: Judged) -> Drawn | None:
    found = data.metrics.get("bland_altman")
    if found is None or found["lower"]["value"] is None:
        return None
    lower, bias, upper = (float(found[name]["value"]) for name in ("lower", "bias", "upper"))
    places = unit_places(data.metrics)
    figure = bland_altman_figure(*_rows(data), (lower, bias, upper), places=places)
    told = [decimals(one, places) for one in (bias, lower, upper)]
    return Drawn(figure, f"Bias {told[0]}, limits of agreement {told[1]} to {told[2]}.")


def _caption_of_agreement(data: Judged) -> str:
    found, places = data.metrics["bland_altman"], unit_places(data.metrics)
    told = {
        name: interval_text(f"bland_altman.{name}", found[name], in_the_unit=places, first="value")
        for name in ("bias", "lower", "upper")
    }
    return Markup(
        "Bias (solid) {bias}; limits of agreement (dashed) {lower} and {upper}, each with its 95 % interval. A slope of the dots is "
        "to be expected: a model draws uncertain cases towards the mean."
    ).format(**told)


def _classes(data: Judged) -> Drawn | None:
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
    return Drawn(classes_figure(table, names), "; ".join(lines) + ".")


def _title_of_classes(data: Judged) -> str:
    return (
        "Confusion table of the classes that the number implies"
        if data.metrics.get("implied")
        else "Confusion table"
    )


def _caption_of_classes(data: Judged) -> str:
    about = data.metrics
    n, implied = about.get("n_repeats", 1), about.get("implied")
    counted = f" Every case counts once per repeat ({n} repeats)." if n > 1 else ""
    if not implied:
        return f"{IS_RIGHT}{counted}"
    kappa = interval_text("implied.quadratic_kappa", implied["quadratic_kappa"], first="value")
    who = WHO_WORDS if {one["name"] for one in implied["boundaries"]} <= WHO else ""
    return Markup("{}{} Quadratic kappa {}.{}").format(IS_RIGHT, counted, kappa, who)


SCATTER: Drawing[Any] = Drawing("scatter", "Predicted against measured", _caption_of_scatter, _scatter)
AGREEMENT: Drawing[Any] = Drawing("agreement", "Bland–Altman plot", _caption_of_agreement, _agreement)
CLASSES: Drawing[Any] = Drawing("classes", _title_of_classes, _caption_of_classes, _classes)
GRADED_DRAWINGS = (SCATTER, AGREEMENT, CLASSES)
