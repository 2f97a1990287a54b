"""Other cohorts, side by side with what nested cross-validation found."""

from __future__ import annotations

from radiobone.report.data import ResultData
from radiobone.report.drawings.compared import EXTERNAL as DRAWING
from radiobone.report.drawings.compared import OF_HEADLINE, external_rows, task_of
from radiobone.report.external import carries
from radiobone.report.pipeline_words import model_title
from radiobone.report.sections.base import Context, Section


def _context(data: ResultData) -> Context | None:
    if not data.external:
        return None
    key, measure = OF_HEADLINE[task_of(data.metrics)]
    rows = [
        {
            "name": name,
            "metrics": metrics,
            "value": metrics["metrics"][key],
            "model": model_title(str(metrics["model"]["model"])),
            "digest": str(metrics["model"]["digest"])[:12],
            "carries": carries(metrics, data, key),
        }
        for name, metrics in data.external
    ]
    return {
        "about": data.metrics,
        "key": key,
        "measure": measure.title,
        "inside": data.metrics["metrics"][key],
        "figure": DRAWING.shown(data) if len(external_rows(data)) > 1 else None,
        "rows": rows,
        "strangers": [row["name"] for row in rows if not row["carries"]],
    }


EXTERNAL = Section("external", "In other cohorts", _context)
