"""All figures of the frozen model on the new cohort, those from inside training beside them."""

from __future__ import annotations

from radiobone.report.drawings.base import all_shown
from radiobone.report.drawings.two_classes import TWO_CLASSES
from radiobone.report.sections.base import Context, Section
from radiobone.report.sections.performance import metric_rows
from radiobone.report.validation.data import ValidationData


def _context(data: ValidationData) -> Context:
    about = data.metrics
    return {
        "about": about,
        "metrics": metric_rows(about["metrics"]),
        "internal": data.internal,
        "patients": about.get("patients"),
        "of_patients": metric_rows(about["patients"]["metrics"]) if "patients" in about else [],
        "figures": all_shown(TWO_CLASSES, data),
    }


FIGURES = Section("validation_figures", "How well it did", _context)
