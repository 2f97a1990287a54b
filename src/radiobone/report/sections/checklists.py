"""Reporting checklists, filled in from the run, each decision with its evidence."""

from __future__ import annotations

from radiobone.report.checklists.judge import AUTHOR, Filled, filled_checklists
from radiobone.report.data import ResultData
from radiobone.report.sections.base import Context, Section

DECISIONS = ("yes", "no", "not applicable", AUTHOR)


def _context(data: ResultData) -> Context:
    return {
        "lists": [_shown(one) for one in filled_checklists(data)],
        "decisions": DECISIONS,
        "author": AUTHOR,
    }


def _shown(filled: Filled) -> dict[str, object]:
    return {
        "about": filled.checklist,
        "items": filled.items,
        "n_decided": filled.n_decided,
        "n_open": filled.count(AUTHOR),
        "counts": [(name, filled.count(name)) for name in DECISIONS[:-1]],
        "weighted": filled.weighted,
        "points": filled.points,
    }


CHECKLISTS = Section("checklists", "Checklists", _context)
