"""Whether it differs from an earlier result on the same folds."""

from __future__ import annotations

from radiobone.core.files import read_json
from radiobone.evaluation.contrast import CONTRAST_FILE, title_of
from radiobone.report.data import ResultData
from radiobone.report.sections.base import Context, Section


def _context(data: ResultData) -> Context | None:
    path = data.folder / CONTRAST_FILE
    if not path.is_file():
        return None
    found = read_json(path)
    return {"found": found, "title": title_of(found)}


CONTRAST: Section[ResultData] = Section("contrast", "Compared with an earlier result", _context)
