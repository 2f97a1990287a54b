"""What came in at each step, and what left there."""

from __future__ import annotations

from typing import Any

import pandas as pd

from radiobone.report.data import ResultData


def flow_context(data: ResultData) -> dict[str, Any]:
    """Return what the diagram on the page shows, the analysed cases apart."""
    return {
        "flow": flow(data),
        "failures": [] if data.cases is None else failure_counts(data.cases),
        "n_tested": data.n_patients_tested,
        "n_sites": len(data.cohort.get("sites") or {}),
    }


def flow(data: ResultData) -> list[dict[str, Any]]:
    """List the boxes of the flow diagram: what came in at each step, and what left there."""
    boxes: list[dict[str, Any]] = []
    dropped = int(data.cohort.get("rows_dropped") or 0)
    if data.cases is not None:
        status = data.cases["status"].value_counts()
        failed, empty = int(status.get("failed", 0)), int(status.get("empty", 0))
        lost = [(failed, "failed"), (empty, "without a region (empty structure)")]
        boxes.append(
            {"n": len(data.cases), "what": "regions asked for", "lost": [one for one in lost if one[0]]}
        )
        boxes.append({"n": int(status.get("done", 0)), "what": "regions measured", "lost": _dropped(dropped)})
    elif dropped:
        boxes.append(
            {"n": data.metrics["n_rows"] + dropped, "what": "rows in the table", "lost": _dropped(dropped)}
        )
    return boxes


def _dropped(n: int) -> list[tuple[int, str]]:
    return [(n, "left out (no value of the target)")] if n else []


def failure_counts(cases: pd.DataFrame) -> list[tuple[str, int]]:
    """Count error codes, most frequent first."""
    codes = cases.loc[cases["status"] == "failed", "code"].value_counts()
    return sorted(((str(code), int(n)) for code, n in codes.items()), key=lambda item: (-item[1], item[0]))
