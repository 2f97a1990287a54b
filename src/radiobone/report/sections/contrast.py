"""Whether it differs from an earlier result on the same folds."""

from __future__ import annotations

from radiobone.evaluation.contrast import title_of
from radiobone.report.data import ResultData
from radiobone.report.drawings.compared import CONTRAST as DRAWING
from radiobone.report.sections.base import Context, Section


def _context(data: ResultData) -> Context | None:
    found = data.contrast
    return (
        None if found is None else {"found": found, "title": title_of(found), "figure": DRAWING.shown(data)}
    )


CONTRAST: Section[ResultData] = Section("contrast", "Compared with an earlier result", _context)
