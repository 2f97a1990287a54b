"""The sections of the report, in their order. To add one: its module, its template and a line here."""

from __future__ import annotations

from radiobone.report.data import ResultData
from radiobone.report.sections.ablation import ABLATION
from radiobone.report.sections.base import Section
from radiobone.report.sections.checklists import CHECKLISTS
from radiobone.report.sections.cohort import COHORT
from radiobone.report.sections.contrast import CONTRAST
from radiobone.report.sections.controls import CONTROLS
from radiobone.report.sections.data_card import DATA_CARD
from radiobone.report.sections.external import EXTERNAL
from radiobone.report.sections.graded_performance import GRADED_PERFORMANCE
from radiobone.report.sections.graded_summary import GRADED_SUMMARY
from radiobone.report.sections.images import IMAGES
from radiobone.report.sections.methods import METHODS
from radiobone.report.sections.model_card import MODEL_CARD
from radiobone.report.sections.performance import PERFORMANCE
from radiobone.report.sections.provenance import PROVENANCE
from radiobone.report.sections.selection import SELECTION
from radiobone.report.sections.shap import SHAP
from radiobone.report.sections.subgroups import SUBGROUPS
from radiobone.report.sections.summary import SUMMARY
from radiobone.report.sections.univariate import UNIVARIATE
from radiobone.report.sections.voxel_maps import VOXEL_MAPS

OF_EVERY_TASK: tuple[Section[ResultData], ...] = (
    EXTERNAL,
    CONTROLS,
    SUBGROUPS,
    ABLATION,
    CONTRAST,
    IMAGES,
    SELECTION,
    UNIVARIATE,
    SHAP,
    VOXEL_MAPS,
    METHODS,
    CHECKLISTS,
    MODEL_CARD,
    DATA_CARD,
    PROVENANCE,
)
SECTIONS: tuple[Section[ResultData], ...] = (SUMMARY, COHORT, PERFORMANCE, *OF_EVERY_TASK)
GRADED: tuple[Section[ResultData], ...] = (GRADED_SUMMARY, COHORT, GRADED_PERFORMANCE, *OF_EVERY_TASK)
"""Of ordered classes and of numbers."""


def sections_of(data: ResultData) -> tuple[Section[ResultData], ...]:
    """Return the sections for the task of a result."""
    return SECTIONS if data.metrics.get("task", "binary") == "binary" else GRADED
