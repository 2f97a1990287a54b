"""How well it did in parts of the cohort."""

from __future__ import annotations

from typing import Any

from radiobone.report.data import Record, ResultData
from radiobone.report.figures.forest import forest_figure
from radiobone.report.figures.svg import to_svg
from radiobone.report.numbers import decimals
from radiobone.report.sections.base import Context, Section

SHOWN = (
    ("auc", "AUC"),
    ("sensitivity", "Sensitivity"),
    ("specificity", "Specificity"),
    ("brier", "Brier score"),
)


def subgroups_context(metrics: Record) -> Context | None:
    """Make the template's values from ``metrics.json``; None if no subgroups were asked for."""
    found = metrics.get("subgroups")
    if found is None:
        return None
    everyone = found["all"]
    rows = [{**one, "path": f"subgroups.groups.{n}"} for n, one in enumerate(found["groups"])]
    return {
        "found": found,
        "rows": [{**everyone, "path": "subgroups.all"}, *rows],
        "shown": SHOWN,
        "figure": _forest([one for one in rows if one["metrics"] is not None], everyone["metrics"]),
    }


def _forest(rows: list[Record], everyone: Record | None) -> Any:
    drawn = []
    for one in rows:
        auc = one["metrics"]["auc"]
        drawn.append(
            (
                f"{one['column']} {one['label']} (n = {one['n_patients']})",
                auc["mean"],
                auc["low"],
                auc["high"],
            )
        )
    if not drawn or everyone is None:
        return None
    told = [
        f"{name}: {decimals(mean)} ({decimals(low)} to {decimals(high)})" for name, mean, low, high in drawn
    ]
    return to_svg(
        forest_figure(drawn, overall=everyone["auc"]["mean"]),
        key="forest",
        title="AUC by subgroup",
        description="; ".join(told) + ".",
    )


def _context(data: ResultData) -> Context | None:
    return subgroups_context(data.metrics)


SUBGROUPS = Section("subgroups", "Subgroups", _context)
