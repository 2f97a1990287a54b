"""One HTML file of new cases beside those of training, the verdict first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from radiobone.evaluation.drift.columns import PREDICTED
from radiobone.evaluation.drift.summary import moved_first
from radiobone.report.build import render_alone
from radiobone.report.monitoring.panels import moved_panel, panels
from radiobone.report.pipeline_words import model_title

MOST_LISTED = 40
LIGHTS = {"fine": "good", "too few": "careful", "watch": "careful", "act": "bad"}
TAGS = {"fine": "yes", "too few": "", "watch": "warning", "act": "serious"}


def monitoring_page(summary: Mapping[str, Any]) -> str:
    """Return the page of ``monitor.json``; it loads nothing, and is readable without scripts."""
    drift = summary["drift"]
    ordered = moved_first(drift["columns"])
    prediction = next(one for one in drift["columns"] if one["name"] == PREDICTED)
    return render_alone(
        "monitoring.html",
        {
            "found": summary,
            "drift": drift,
            "verdict": summary["verdict"],
            "light": LIGHTS[summary["verdict"]["level"]],
            "tags": TAGS,
            "model": model_title(str(summary["model"]["model"])),
            "prediction": prediction,
            "n_moved": _n_moved(ordered),
            "n_moved_last": None if drift["last"] is None else _n_moved(drift["last"]["columns"]),
            "n_features": len(ordered) - 1,
            "columns": ordered[:MOST_LISTED],
            "n_left_out": max(len(ordered) - MOST_LISTED, 0),
            "panels": panels(summary),
            "moved": moved_panel(summary),
            "limits": summary["limits"],
        },
        version=(summary["versions"] or {}).get("radiobone"),
    )


def _n_moved(entries: Sequence[Mapping[str, Any]]) -> int:
    return sum(one["level"] in ("watch", "act") for one in entries if one["name"] != PREDICTED)
