"""Figures of the checks of the method itself."""

from __future__ import annotations

from radiobone.evaluation.tasks.registry import TASKS
from radiobone.report.data import ResultData
from radiobone.report.drawings.base import Drawing, Drawn
from radiobone.report.figures.null import null_figure
from radiobone.report.numbers import decimals


def _null(data: ResultData) -> Drawn | None:
    null = data.metrics.get("null_control")
    if null is None:
        return None
    score = TASKS[data.metrics.get("task", "binary")].null_score
    return Drawn(
        null_figure(null, score),
        f"{score.title} of {null['n_shuffles']} shuffles, mean {decimals(null['mean'])}, expected {decimals(null['low'])} to "
        f"{decimals(null['high'])}; {score.title} of the true {score.shuffled} {decimals(null['observed'])}.",
    )


def _caption(data: ResultData) -> str:
    why = TASKS[data.metrics.get("task", "binary")].null_score.why
    words = (
        "Grey dots: one shuffle each, in order. Grey band: where their mean lies in 99 of 100 honest studies. The control finds "
        "steps that look beyond their training rows; faults of the table, such as one patient under two ids, are the audit’s to "
        "find."
    )
    return f"{words} {why}".strip()


NULL = Drawing("null", "Shuffles beside the true labels", _caption, _null)
