"""Titles of the measures of ``metrics.json``, by task."""

from __future__ import annotations

from radiobone.report.sections.graded_performance import MEASURES
from radiobone.report.sections.performance import METRICS


def measure_titles(task: str) -> dict[str, str]:
    """Name the measures of a task, in the order in which they are shown."""
    if task == "binary":
        return {key: title for key, title, _ in METRICS}
    return {key: title for key, (title, _) in MEASURES.items()}
