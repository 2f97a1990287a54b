"""Figures that set figures side by side: subgroups, blocks of columns, an earlier result, other cohorts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from radiobone.evaluation.contrast import title_of
from radiobone.evaluation.tasks.registry import TASKS
from radiobone.report.data import Record, ResultData
from radiobone.report.drawings.base import Drawing, Drawn
from radiobone.report.figures.comparison import comparison_figure
from radiobone.report.figures.forest import AUC, ForestRow, Measure, forest_figure
from radiobone.report.numbers import decimals, places_of, unit_places

OF_SUBGROUPS: Mapping[str, tuple[str, Measure]] = {
    "binary": ("auc", AUC),
    "ordinal": ("quadratic_kappa", Measure("Quadratic kappa", 0.0, -1.0, 1.0)),
    "number": ("mae", Measure("Mean absolute error", None, 0.0, None)),
}
OF_HEADLINE: Mapping[str, tuple[str, Measure]] = {
    "binary": OF_SUBGROUPS["binary"],
    "ordinal": OF_SUBGROUPS["ordinal"],
    "number": ("r2", Measure("R²", 0.0, None, 1.0, "always the mean")),
}


def task_of(metrics: Record) -> str:
    """Return the task; results of older versions are of two classes."""
    return str(metrics.get("task", "binary"))


def row_of(name: str, value: Mapping[str, Any]) -> ForestRow:
    """Name a measure with its interval."""
    return name, value["mean"], value["low"], value["high"]


def told(rows: list[ForestRow], places: int = 2) -> str:
    """Say the rows of a figure in words."""
    each = [
        f"{name}: {decimals(mean, places)} ({decimals(low, places)} to {decimals(high, places)})"
        for name, mean, low, high in rows
    ]
    return "; ".join(each) + "."


def _subgroups(data: Any) -> Drawn | None:
    found = data.metrics.get("subgroups")
    if found is None or found["all"]["metrics"] is None:
        return None
    key, measure = OF_SUBGROUPS[task_of(data.metrics)]
    rows = [
        row_of(f"{one['column']} {one['label']} (n = {one['n_patients']})", one["metrics"][key])
        for one in found["groups"]
        if one["metrics"] is not None
    ]
    overall = found["all"]["metrics"][key]["mean"]
    if not rows or overall is None:
        return None
    places = places_of(key, unit_places(data.metrics))
    return Drawn(forest_figure(rows, overall=overall, measure=measure), told(rows, places))


def _title_of_subgroups(data: Any) -> str:
    return f"{OF_SUBGROUPS[task_of(data.metrics)][1].title} by subgroup"


def _chance(metrics: Record) -> float:
    """Return what chance gives in the score that the task compares results by."""
    return TASKS[task_of(metrics)].headline.chance


def _ablation(data: ResultData) -> Drawn | None:
    found = data.ablation
    if found is None:
        return None
    level = "patients" if found["differences"].get("patients") else "rows"
    scores = [row_of(one["name"], one[level]) for one in found["models"] if one.get(level)]
    differences = [
        row_of(f"{one['first']} less {one['second']}", one["difference"])
        for one in found["differences"][level]
        if found["baseline"] in (one["first"], one["second"])
    ]
    figure = comparison_figure(
        scores, differences, title=str(found.get("title", "AUC")), chance=_chance(data.metrics)
    )
    return Drawn(figure, told([*scores, *differences]))


def _contrast(data: ResultData) -> Drawn | None:
    found = data.contrast
    if found is None:
        return None
    scores = [row_of(name, one) for name, one in found["results"].items()]
    differences = [
        row_of(f"{one['first']} less {one['second']}", one["difference"]) for one in found["pairs"]
    ]
    figure = comparison_figure(scores, differences, title=title_of(found), chance=_chance(data.metrics))
    return Drawn(figure, told([*scores, *differences], 3))


def external_rows(data: ResultData) -> list[ForestRow]:
    """List the headline measure inside nested cross-validation, and that of each other cohort."""
    key, _ = OF_HEADLINE[task_of(data.metrics)]
    about = data.metrics
    rows = [row_of(f"Nested cross-validation (n = {about['n_patients']})", about["metrics"][key])]
    for name, metrics in data.external:
        rows.append(row_of(f"{name} (n = {metrics['n_patients']})", metrics["metrics"][key]))
    return rows


def _external(data: ResultData) -> Drawn | None:
    inside = external_rows(data)[0][1]
    if not data.external or inside is None:
        return None
    rows, (_, measure) = external_rows(data), OF_HEADLINE[task_of(data.metrics)]
    figure = forest_figure(rows, overall=inside, measure=measure, line="nested cross-validation")
    return Drawn(figure, told(rows))


SUBGROUPS: Drawing[Any] = Drawing("subgroups", _title_of_subgroups, "", _subgroups)
ABLATION = Drawing(
    "ablation",
    "Blocks of columns on the same folds",
    "Above: each model with its 95 % interval. Below: differences from the simple column, with intervals that are not corrected "
    "for their number.",
    _ablation,
)
CONTRAST = Drawing(
    "contrast",
    "Results on the same folds",
    "Above: each result with its 95 % interval. Below: the first less the second; no difference where the interval holds 0.",
    _contrast,
)
EXTERNAL = Drawing(
    "external",
    "Inside and in other cohorts",
    "The frozen model in cohorts that it had not seen, beside what nested cross-validation had expected of it. Intervals of the "
    "two are made in different ways and say how sure one can be of each by itself.",
    _external,
)
COMPARED = (SUBGROUPS, ABLATION, CONTRAST, EXTERNAL)
