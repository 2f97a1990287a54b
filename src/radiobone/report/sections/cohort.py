"""Who was in: sites, notes on the table, and the regions that failed or came with a warning."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from radiobone.report.data import ResultData
from radiobone.report.regions import regions_of, who
from radiobone.report.sections.base import Context, Section


def _context(data: ResultData) -> Context:
    cases = data.cases
    attention = None if cases is None else cases[(cases["status"] != "done") | (cases["warnings"] != "")]
    return {
        "about": data.metrics,
        "classes": None if "positive" in data.metrics else data.metrics.get("levels", []),
        "cohort": data.cohort,
        "attention": [] if attention is None else attention_rows(attention),
        "regions": {" ".join(filter(None, who(one.entry))): one for one in regions_of(data)[0]}
        if attention is not None
        else {},
        "n_attention": 0 if attention is None else len(attention),
        "has_cases": cases is not None,
        "sites": site_rows(data),
        "tested_alone": data.n_patients_tested < data.metrics["n_patients"],
        "notes": data.cohort.get("notes") or [],
    }


def attention_rows(cases: pd.DataFrame) -> list[dict[str, Any]]:
    """List what to look at: failed first, then empty, then warnings; warnings of one wording share a row.

    Returns
    -------
    list of dict
        ``status``, ``code``, ``message`` and ``names``: patients with their region.
    """
    order = {"failed": 0, "empty": 1, "done": 2}
    found: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for row in cases.to_dict("records"):
        name = f"{row['patient_id']} {row['roi']}".strip()
        if row["status"] != "done":
            found[row["status"], row["code"], row["message"], name].append(name)
            continue
        for code, message in split_warnings(row["warnings"]):
            found["done", code, _of_this_case(message, row), ""].append(name)
    rows = [
        {"status": status, "code": code, "message": message, "names": sorted(names)}
        for (status, code, message, _), names in found.items()
    ]
    return sorted(rows, key=lambda row: (order.get(row["status"], 3), row["code"], row["names"]))


def split_warnings(text: str) -> list[tuple[str, str]]:
    """Take a ``warnings`` cell apart, ``Code: message | Code: message``, into codes and messages."""
    parts = [part.partition(": ") for part in text.split(" | ") if part]
    return [(code.strip(), message) for code, _, message in parts]


def _of_this_case(message: str, row: Mapping[Any, Any]) -> str:
    """Leave the names of a case's own files out of a warning, so that equal warnings are worded alike."""
    for kind in ("image", "mask"):
        path = str(row.get(kind) or "")
        for name in (path, PurePosixPath(path).name):
            if "." in name:
                message = re.sub(rf"(?<![\w./-]){re.escape(name)}(?![\w/-])", f"this {kind}", message)
    return message[:1].upper() + message[1:]


def site_rows(data: ResultData) -> list[dict[str, Any]]:
    """Count positives, negatives and patients per site; nothing without sites."""
    predictions = data.predictions
    if "site" not in predictions or (predictions["site"].fillna("") == "").all():
        return []
    once = predictions.drop_duplicates("row_id")
    rows = []
    for site, group in once.groupby(once["site"].fillna("").replace("", "not given").astype(str), sort=True):
        positive = int((group["y"] == 1).sum())
        counts = {"positive": positive, "negative": len(group) - positive}
        rows.append({"site": site, "patients": group["patient_id"].nunique(), "rows": len(group), **counts})
    return rows


COHORT = Section("cohort", "Who was in", _context)
