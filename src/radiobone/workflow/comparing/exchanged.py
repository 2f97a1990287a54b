"""Rows that changed places: one patient's features stand beside another's name."""

from __future__ import annotations

import numpy as np

from radiobone.workflow.comparing.pattern import SHAPES, BoolArray, FloatArray, Pattern

ENOUGH = 3  # columns that tell rows apart
MOST_COLUMNS = 60
MOST_ROWS = 500
SHOWN = 5
ALIKE = 1e-6  # relative


def exchanged_rows(pattern: Pattern) -> str | None:
    """Say which rows of B hold the features that A has under another name."""
    rows = np.flatnonzero(pattern.rows)[:MOST_ROWS]
    everything = np.ones(len(pattern.feature), dtype=bool)
    for what, columns in (("features", everything), ("shape", pattern.of(families=SHAPES))):
        found = _elsewhere(pattern, rows, columns)
        if found:
            names = pattern.found.pairs.names
            pairs = [f"{names[one]} in A is {names[other]} in B" for one, other in found[:SHOWN]]
            more = ", …" if len(found) > SHOWN else ""
            return (
                f"Rows are exchanged: by their {what}, {', '.join(pairs)}{more}. Patients or files were confused in one "
                "of the tables."
            )
    return None


def _elsewhere(pattern: Pattern, rows: np.ndarray, columns: BoolArray) -> list[tuple[int, int]]:
    """Rows of A whose values stand in another row of B, and not in their own."""
    told = _telling(pattern.found.a, columns)
    if len(rows) < 2 or len(told) < ENOUGH:
        return []
    a, b = pattern.found.a[rows][:, told], pattern.found.b[rows][:, told]
    found = []
    for at, values in enumerate(a):
        alike = np.isclose(b, values, rtol=ALIKE, atol=1e-12).all(axis=1)
        if alike.any() and not alike[at]:
            found.append((int(rows[at]), int(rows[int(np.argmax(alike))])))
    return found


def _telling(a: FloatArray, columns: BoolArray) -> np.ndarray:
    """Columns whose values differ between rows, evenly chosen."""
    varies = np.isfinite(a).all(axis=0) & (a.min(axis=0) < a.max(axis=0)) & columns
    found = np.flatnonzero(varies)
    return found[:: max(1, len(found) // MOST_COLUMNS)]
