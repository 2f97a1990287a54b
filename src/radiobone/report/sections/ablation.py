"""What each block of columns adds to the others and to one simple column."""

from __future__ import annotations

from typing import Any

from radiobone.report.data import ResultData
from radiobone.report.drawings.compared import ABLATION as DRAWING
from radiobone.report.sections.base import Context, Section

LEVELS = {"rows": "rows", "patients": "patients, rows pooled"}


def _context(data: ResultData) -> Context | None:
    plain = data.ablation
    if plain is None:
        return None
    return {
        "figure": DRAWING.shown(data),
        "levels": [
            (words, [_row(plain, model, level) for model in plain["models"]])
            for level, words in LEVELS.items()
            if level in plain["differences"]
        ],
        "whole": plain["whole"],
        "baseline": plain["baseline"],
        "method": plain["method"],
        "title": plain.get("title", "AUC"),
    }


def _row(plain: dict[str, Any], model: dict[str, Any], level: str) -> dict[str, Any]:
    """Prepare one model: its score, and what it has over the baseline and over the whole."""
    return {
        **model,
        "score": model[level],
        "over_baseline": _difference(plain, model["name"], plain["baseline"], level),
        "over_whole": _difference(plain, model["name"], plain["whole"], level),
    }


def _difference(plain: dict[str, Any], first: str, second: str | None, level: str) -> dict[str, Any] | None:
    for one in plain["differences"][level]:
        if (one["first"], one["second"]) == (first, second):
            return {**one["difference"], "p_holm": one["p_holm"]}
    return None


ABLATION: Section[ResultData] = Section(
    "ablation",
    "What each block of columns adds",
    _context,
)
