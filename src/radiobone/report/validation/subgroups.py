"""Subgroups of the new cohort."""

from __future__ import annotations

from radiobone.report.sections.base import Context, Section
from radiobone.report.sections.subgroups import subgroups_context
from radiobone.report.validation.data import ValidationData


def _context(data: ValidationData) -> Context | None:
    return subgroups_context(data)


VALIDATION_SUBGROUPS = Section("subgroups", "Subgroups", _context)
