"""The model card, as a section of the report."""

from __future__ import annotations

from radiobone.report.cards.model_card import model_card
from radiobone.report.data import ResultData
from radiobone.report.sections.base import Context, Section


def _context(data: ResultData) -> Context:
    return {"card": model_card(data)}


MODEL_CARD = Section("model_card", "Model card", _context)
