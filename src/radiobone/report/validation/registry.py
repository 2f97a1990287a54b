"""The sections of a validation's page, in their order. To add one: its module, its template and a line here."""

from __future__ import annotations

from radiobone.report.sections.base import Section
from radiobone.report.validation.answer import ANSWER
from radiobone.report.validation.comparison import COMPARISON
from radiobone.report.validation.data import ValidationData
from radiobone.report.validation.figures import FIGURES
from radiobone.report.validation.graded import GRADED_ANSWER, GRADED_FIGURES, REFITTED
from radiobone.report.validation.graded_comparison import GRADED_COMPARISON
from radiobone.report.validation.origin import ORIGIN
from radiobone.report.validation.ranges import RANGES
from radiobone.report.validation.recalibration import RECALIBRATION
from radiobone.report.validation.subgroups import VALIDATION_SUBGROUPS

VALIDATION_SECTIONS: tuple[Section[ValidationData], ...] = (
    ANSWER,
    FIGURES,
    RECALIBRATION,
    VALIDATION_SUBGROUPS,
    COMPARISON,
    RANGES,
    ORIGIN,
)
GRADED_VALIDATION: tuple[Section[ValidationData], ...] = (
    GRADED_ANSWER,
    GRADED_FIGURES,
    REFITTED,
    VALIDATION_SUBGROUPS,
    GRADED_COMPARISON,
    RANGES,
    ORIGIN,
)
"""Of ordered classes and of numbers."""


def validation_sections_of(data: ValidationData) -> tuple[Section[ValidationData], ...]:
    """Return the sections for the task of a validation."""
    return VALIDATION_SECTIONS if data.metrics.get("task", "binary") == "binary" else GRADED_VALIDATION
