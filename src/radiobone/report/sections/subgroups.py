"""How well it did in parts of the cohort."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from radiobone.report.data import Record, ResultData
from radiobone.report.drawings.compared import SUBGROUPS as FOREST
from radiobone.report.numbers import count, significant
from radiobone.report.sections.base import Context, Section

Titles = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Shown:
    """What is shown of the subgroups of a task.

    Attributes
    ----------
    columns : tuple of (key, title)
        Measures.
    counted : str
        Heading of what is told of the target.
    """

    columns: Titles
    counted: str


SHOWN: Mapping[str, Shown] = {
    "binary": Shown(
        (("auc", "AUC"), ("sensitivity", "Sensitivity"), ("specificity", "Specificity"), ("brier", "Brier score")),
        "With the condition",
    ),
    "ordinal": Shown(
        (("quadratic_kappa", "Quadratic kappa"), ("accuracy", "Accuracy")),
        "Of each class",
    ),
    "number": Shown(
        (("mae", "Mean absolute error"), ("bias", "Bias"), ("rmse", "RMSE"), ("r2", "R²")),
        "Mean (SD) of the target",
    ),
}  # fmt: skip


def subgroups_context(data: Any) -> Context | None:
    """Make the template's values of an evaluation or a validation; None if no subgroups were asked for."""
    metrics = data.metrics
    found = metrics.get("subgroups")
    if found is None:
        return None
    shown, everyone = SHOWN[metrics.get("task", "binary")], found["all"]
    rows = [everyone, *found["groups"]]
    return {
        "found": found,
        "rows": [{**one, "counted": _counted(one)} for one in rows],
        "shown": (*shown.columns, *_beyond(metrics)),
        "counted": shown.counted,
        "has_classes": metrics.get("task", "binary") != "number",
        "figure": FOREST.shown(data),
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


def _context(data: ResultData) -> Context | None:
    return subgroups_context(data)


SUBGROUPS = Section("subgroups", "Subgroups", _context)
