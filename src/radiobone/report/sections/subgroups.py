"""How well it did in parts of the cohort."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from radiobone.report.data import Record, ResultData
from radiobone.report.figures.forest import AUC, Drawn, forest_figure
from radiobone.report.figures.svg import to_svg
from radiobone.report.numbers import count, decimals, significant
from radiobone.report.sections.base import Context, Section

Titles = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Shown:
    """What is shown of the subgroups of a task.

    Attributes
    ----------
    columns : tuple of (key, title)
        Measures.
    drawn : str
        Key of the measure that the figure shows.
    measure : Drawn
        How it is drawn.
    counted : str
        Heading of what is told of the target.
    """

    columns: Titles
    drawn: str
    measure: Drawn
    counted: str


SHOWN: Mapping[str, Shown] = {
    "binary": Shown(
        (("auc", "AUC"), ("sensitivity", "Sensitivity"), ("specificity", "Specificity"), ("brier", "Brier score")),
        "auc",
        AUC,
        "With the condition",
    ),
    "ordinal": Shown(
        (("quadratic_kappa", "Quadratic kappa"), ("accuracy", "Accuracy")),
        "quadratic_kappa",
        Drawn("Quadratic kappa", 0.0, -1.0, 1.0),
        "Of each class",
    ),
    "number": Shown(
        (("mae", "Mean absolute error"), ("bias", "Bias"), ("rmse", "RMSE"), ("r2", "R²")),
        "mae",
        Drawn("Mean absolute error", None, 0.0, None),
        "Mean (SD) of the target",
    ),
}  # fmt: skip


def subgroups_context(metrics: Record) -> Context | None:
    """Make the template's values from ``metrics.json``; None if no subgroups were asked for."""
    found = metrics.get("subgroups")
    if found is None:
        return None
    shown, everyone = SHOWN[metrics.get("task", "binary")], found["all"]
    rows = [everyone, *found["groups"]]
    drawn = [one for one in found["groups"] if one["metrics"] is not None]
    return {
        "found": found,
        "rows": [{**one, "counted": _counted(one)} for one in rows],
        "shown": (*shown.columns, *_beyond(metrics)),
        "counted": shown.counted,
        "drawn": shown.measure.title,
        "has_classes": metrics.get("task", "binary") != "number",
        "figure": _forest(drawn, everyone["metrics"], shown),
    }


def _beyond(metrics: Record) -> Titles:
    """Name the AUC of lying beyond each boundary between ordered classes."""
    boundaries = metrics["boundaries"] if metrics.get("task") == "ordinal" else []
    return tuple(
        (f"auc_beyond_{number}", f"AUC: {one['name']}") for number, one in enumerate(boundaries, start=1)
    )


def _counted(one: Record) -> str:
    if "n_events" in one:
        return count(one["n_events"])
    if "n_of_class" in one:
        return " / ".join(map(count, one["n_of_class"]))
    return f"{significant(one['mean'])} ({significant(one['sd'])})"


def _forest(rows: list[Record], everyone: Record | None, shown: Shown) -> Any:
    drawn = []
    for one in rows:
        value = one["metrics"][shown.drawn]
        name = f"{one['column']} {one['label']} (n = {one['n_patients']})"
        drawn.append((name, value["mean"], value["low"], value["high"]))
    overall = None if everyone is None else everyone[shown.drawn]["mean"]
    if not drawn or overall is None:
        return None
    told = [
        f"{name}: {decimals(mean)} ({decimals(low)} to {decimals(high)})" for name, mean, low, high in drawn
    ]
    return to_svg(
        forest_figure(drawn, overall=overall, measure=shown.measure),
        key="forest",
        title=f"{shown.measure.title} by subgroup",
        description="; ".join(told) + ".",
    )


def _context(data: ResultData) -> Context | None:
    return subgroups_context(data.metrics)


SUBGROUPS = Section("subgroups", "Subgroups", _context)
