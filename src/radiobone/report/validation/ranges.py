"""Features of the new cohort outside what the model was trained on."""

from __future__ import annotations

from radiobone.report.sections.base import Context, Section
from radiobone.report.validation.data import ValidationData

MOST_LISTED = 30


def _context(data: ValidationData) -> Context:
    ranges = data.metrics["ranges"]
    return {"about": data.metrics, "ranges": ranges, "rows": ranges["features"][:MOST_LISTED]}


RANGES = Section("validation_ranges", "How like the training cohort", _context)
