"""Checks of the method itself: the null control, and what the wrong way would have reported."""

from __future__ import annotations

from typing import Any

from radiobone.evaluation.fold_score import FoldScore
from radiobone.evaluation.measure_names import AT_THRESHOLD
from radiobone.evaluation.tasks.registry import TASKS
from radiobone.report.data import ResultData
from radiobone.report.drawings.method import NULL
from radiobone.report.pipeline_words import STEP_TITLES, model_title
from radiobone.report.sections.base import Context, Section

TOLD_APART = 0.02
"""Difference of scores below which the wrong way is said to have changed next to nothing."""


def _context(data: ResultData) -> Context | None:
    null, meter = data.metrics.get("null_control"), data.metrics.get("optimism_meter")
    if null is None and meter is None:
        return None
    task = TASKS[data.metrics.get("task", "binary")]
    return {
        "null": null,
        "null_score": task.null_score,
        "figure": NULL.shown(data),
        "meter": meter,
        "learned": []
        if meter is None
        else [STEP_TITLES.get(one, one) for one in meter["fitted_on_all_rows"]],
        "headline": task.headline,
        "winner": model_title(str(meter["winner"]["winner"]["model"]))
        if meter and "winner" in meter
        else None,
        "cut_measures": AT_THRESHOLD,
        "meter_words": "" if meter is None else meter_words(meter, task.headline),
    }


def meter_words(meter: dict[str, Any], score: FoldScore) -> str:
    """Say what the difference between the two ways means."""
    inflation = meter["inflation"]
    if inflation is None:
        return f"No fold holds {score.needs}, so the two ways cannot be compared."
    chosen = (meter.get("winner") or {}).get("inflation", 0.0)
    more = (
        f" Model and settings chosen on the test rows would have added {chosen:.2f}."
        if chosen >= TOLD_APART
        else ""
    )
    if abs(inflation) < TOLD_APART:
        return f"Steps fitted on all rows would have changed next to nothing here, as it may be where features are few or the signal is strong.{more}"
    if inflation < 0:
        return f"Steps fitted on all rows would not have flattered the model here; that is chance, not a reason to work in this way.{more}"
    return f"Steps fitted on all rows would have added {inflation:.2f} to the {score.title} without the model being any better.{more}"


CONTROLS = Section(
    "controls",
    "Was the method put to the test?",
    _context,
    absent="no null control and no optimism meter were run (radiobone evaluate --null-control --optimism-meter).",
)
