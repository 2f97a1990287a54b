"""The data card, as a section of the report."""

from __future__ import annotations

from radiobone.report.cards.data_card import data_card
from radiobone.report.data import ResultData
from radiobone.report.sections.base import Context, Section


def _context(data: ResultData) -> Context:
    return {"card": data_card(data)}


DATA_CARD = Section("data_card", "Data card", _context)
