"""First screen for ordered classes and numbers: the question, the honest answer, and how far to believe it."""

from __future__ import annotations

from radiobone.report.cautions import cautions
from radiobone.report.data import ResultData
from radiobone.report.flow import flow_context
from radiobone.report.graded import TITLES, graded_verdict, headline, reading, rule
from radiobone.report.sections.base import Context, Section
from radiobone.report.sections.summary import how_judged, sorted_findings

TILES = {
    "ordinal": (
        ("accuracy", "Accuracy", "share put into the right class"),
        ("balanced_accuracy", "Balanced accuracy", "its mean over the classes"),
        ("off_by", "Classes off", "mean distance; lower is better"),
    ),
    "number": (
        ("mae", "Mean absolute error", "in the target's unit"),
        ("rmse", "RMSE", "large errors weigh more"),
    ),
}


def _context(data: ResultData) -> Context:
    metrics, findings = data.metrics["metrics"], sorted_findings(data.findings)
    key, value = headline(data)
    return {
        **flow_context(data),
        "about": data.metrics,
        "title": data.provenance.get("title"),
        "key": key,
        "measure": TITLES[key],
        "how_judged": how_judged(data, key),
        "value": value,
        "verdict": graded_verdict(data),
        "rule": rule(key),
        "reading": reading(data),
        "tiles": [(name, title, hint, metrics[name]) for name, title, hint in TILES[data.metrics["task"]]],
        "findings": findings,
        "audited": data.findings is not None,
        "cautions": cautions(data),
    }


GRADED_SUMMARY = Section("graded_summary", "Summary", _context)
