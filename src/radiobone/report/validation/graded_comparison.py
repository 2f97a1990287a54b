"""The model beside another one on the same rows, for ordered classes and numbers."""

from __future__ import annotations

from radiobone.report.sections.base import Context, Section
from radiobone.report.sections.graded_performance import MEASURES
from radiobone.report.validation.comparison import names_of
from radiobone.report.validation.data import ValidationData

LOWER_IS_BETTER = ("mae", "rmse", "off_by")


def _context(data: ValidationData) -> Context | None:
    found = data.metrics.get("comparison")
    if found is None:
        return None
    return {
        "found": found,
        "names": names_of(data),
        "mine": data.metrics["metrics"],
        "theirs": data.metrics["against"]["metrics"],
        "measures": [
            (key, title, "below 0" if key in LOWER_IS_BETTER else "above 0")
            for key, (title, _) in MEASURES.items()
            if key in found["differences"]
        ],
    }


GRADED_COMPARISON = Section("validation_graded_comparison", "Against another model", _context)
