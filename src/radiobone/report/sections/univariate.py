"""Every feature by itself: a description of all rows, by which nothing was chosen."""

from __future__ import annotations

import math
from typing import Any

from radiobone.evaluation.univariate import TESTS
from radiobone.report.data import ResultData
from radiobone.report.drawings.chosen import selection_rates
from radiobone.report.numbers import decimals, exact, p_value, significant
from radiobone.report.sections.base import Context, Section

MOST_IN_SIGHT, MOST_IN_ALL = 30, 1000
EFFECT = {"binary": "AUC alone", "number": "Rank correlation"}
NOTABLE = 0.05


def _context(data: ResultData) -> Context | None:
    table = data.univariate
    if table is None or not len(table):
        return None
    task = str(data.metrics.get("task", "binary"))
    chosen = dict(selection_rates(data))
    ordered = table.sort_values(["p_bh", "p", "feature"], na_position="last", kind="stable")
    rows = [
        _row(one, medians_of(data), chosen.get(str(one["feature"]), 0), data.n_folds_total)
        for one in ordered.head(MOST_IN_ALL).to_dict("records")
    ]
    return {
        "about": data.metrics,
        "rows": rows[:MOST_IN_SIGHT],
        "rest": rows[MOST_IN_SIGHT:],
        "n_all": len(table),
        "n_missing": int((table["n_missing"] > 0).sum()),
        "n_notable": int((table["p_bh"] <= NOTABLE).sum()),
        "medians": [title for _, title in medians_of(data)],
        "effect": EFFECT.get(task),
        "test": TESTS[task],
        "several": data.metrics["n_rows"] > data.metrics["n_patients"],
    }


def medians_of(data: ResultData) -> list[tuple[str, str]]:
    """Name the columns of medians and whose they are; those of two classes begin with the positive one."""
    about = data.metrics
    task = about.get("task", "binary")
    if task == "binary":
        return [("median_1", f"Median, {about['positive']}"), ("median_0", f"Median, {about['negative']}")]
    if task == "ordinal":
        return [(f"median_{code}", f"Median, {one['name']}") for code, one in enumerate(about["levels"])]
    return [("median", "Median")]


def _row(one: dict[Any, Any], medians: list[tuple[str, str]], n_chosen: int, n_folds: int) -> dict[str, Any]:
    return {
        "name": one["feature"],
        "medians": [exact(one[key], significant(one[key])) for key, _ in medians],
        "effect": exact(one["effect"], _with_interval(one)),
        "p": exact(one["p"], p_value(one["p"])),
        "p_bh": exact(one["p_bh"], p_value(one["p_bh"])),
        "chosen": exact(n_chosen / n_folds if n_folds else 0.0, f"{n_chosen} of {n_folds}"),
        "n_missing": int(one["n_missing"]),
    }


def _with_interval(one: dict[Any, Any]) -> str:
    if not math.isfinite(one["low"]):
        return decimals(one["effect"])
    return f"{decimals(one['effect'])} ({decimals(one['low'])} to {decimals(one['high'])})"


UNIVARIATE = Section(
    "univariate",
    "Every feature by itself",
    _context,
    absent="The result was made by an older version, which did not describe the features one by one.",
)
