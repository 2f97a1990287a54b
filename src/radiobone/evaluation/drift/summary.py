"""All that is told of new rows beside those of training, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.evaluation.drift.bins import design_effect, rows_each
from radiobone.evaluation.drift.columns import Entry, NewRows, column_entries, judge
from radiobone.evaluation.drift.limits import Level, Limits, worst
from radiobone.evaluation.drift.missing import missingness
from radiobone.evaluation.drift.psi import FEWEST_CASES, cases_needed
from radiobone.evaluation.drift.reference import Reference
from radiobone.evaluation.drift.shares import share_level
from radiobone.evaluation.drift.windows import Window

BoolArray = npt.NDArray[np.bool_]
Ranges = Mapping[str, tuple[float, float]]
TREND = ("psi", "psi_excess", "psi_expected", "share_missing", "share_outside", "level")


def drift_entry(
    rows: NewRows, unlike: BoolArray, uncertain: BoolArray, windows: Sequence[Window], reference: Reference,
    ranges: Ranges, limits: Limits,
) -> dict[str, Any]:  # fmt: skip
    """Compare all rows, the last window and every window with training.

    Parameters
    ----------
    rows : NewRows
        At least one.
    unlike : numpy.ndarray of bool, shape (n_rows,)
        Rows of which the model says nothing that is to be used: half or more of the features outside the range.
    uncertain : numpy.ndarray of bool, shape (n_rows,)
        Rows that got no answer.
    windows : sequence of Window
        In their order; may be empty.
    reference : Reference
    ranges : dict of str to (low, high)
    limits : Limits

    Returns
    -------
    dict
        ``columns`` of all rows and ``last`` of the last window, whose tests are corrected together; ``windows``, corrected
        among themselves; ``unlike``; ``uncertain``; ``cases_needed`` to see a PSI at ``act_psi``; ``n_independent``.
    """
    several = len(windows) > 1
    batches = [column_entries(rows, reference, ranges)]
    if several:
        batches.append(column_entries(rows.part(windows[-1].here), reference, ranges))
    asked = _uncertain(rows, uncertain, reference)
    judged, (q, *_) = judge(batches, limits, [1.0 if asked is None else asked["p_value"]])
    return {
        "n_rows": len(rows.predicted),
        "n_patients": len(np.unique(rows.patients)),
        "columns": judged[0],
        "last": {"name": windows[-1].name, "columns": judged[1]} if several else None,
        "windows": _trend(rows, unlike, uncertain, windows, reference, ranges, limits),
        "uncertain": None if asked is None else {**asked, "q_value": q, "level": _more(asked, q, limits)},
        "unlike": {"n": int(unlike.sum()), "level": _unlike_level(unlike, rows, limits)},
        "fewest_cases": FEWEST_CASES,
        "cases_needed": _needed(rows, reference, limits),
    }


def _trend(
    rows: NewRows, unlike: BoolArray, uncertain: BoolArray, windows: Sequence[Window], reference: Reference, ranges: Ranges,
    limits: Limits,
) -> list[dict[str, Any]]:  # fmt: skip
    parts = [rows.part(one.here) for one in windows]
    judged, _ = judge([column_entries(part, reference, ranges) for part in parts], limits)
    return [
        {
            "name": window.name,
            "n_rows": len(part.predicted),
            "n_patients": len(np.unique(part.patients)),
            "mean_predicted": float(part.predicted.mean()),
            "n_unlike": int(unlike[window.here].sum()),
            "share_uncertain": float(uncertain[window.here].mean()),
            "level": worst([entry["level"] for entry in entries]),
            "columns": {entry["name"]: {key: entry[key] for key in TREND} for entry in entries},
        }
        for window, part, entries in zip(windows, parts, judged, strict=True)
    ]


def _uncertain(rows: NewRows, uncertain: BoolArray, reference: Reference) -> dict[str, Any] | None:
    """Compare the share of rows without an answer; None where it is not known of the reference, or rows are too few."""
    bins, known = reference.predicted, reference.n_uncertain
    if known is None or bins.n == 0:
        return None
    effect, before = (
        design_effect(bins.alike, one) for one in (rows_each(rows.patients), reference.rows_each)
    )
    found = missingness(int(uncertain.sum()), len(uncertain), known, bins.n, effect=effect, before=before)
    if len(uncertain) / effect < FEWEST_CASES:
        return None
    return {
        "n": int(uncertain.sum()), "share": found.share, "training_share": found.training_share, "p_value": found.p_value,
    }  # fmt: skip


def _more(asked: Mapping[str, Any], q: float, limits: Limits) -> Level:
    more = asked["share"] - asked["training_share"] >= limits.watch_share
    return "watch" if more and q <= limits.alpha else "fine"


def _unlike_level(unlike: BoolArray, rows: NewRows, limits: Limits) -> Level:
    """Judge the share of patients with such a row, so that many rows of one patient are no alarm."""
    people = np.unique(rows.patients)
    return share_level(len(np.unique(rows.patients[unlike])), len(people), limits)


def _needed(rows: NewRows, reference: Reference, limits: Limits) -> int | None:
    each = rows_each(rows.patients)
    told = [
        cases_needed(limits.act_psi, bins, training_rows_each=reference.rows_each, new_rows_each=each)
        for bins in reference.features.values()
        if len(bins.counts) > 1
    ]
    known = [one for one in told if one is not None]
    return max(known) if told and len(known) == len(told) else None


def moved_first(entries: Sequence[Entry]) -> list[Entry]:
    """Order columns by how pressing they are, then by how far they moved."""
    rank = {"act": 0, "watch": 1, "fine": 2, "too few": 3}
    return sorted(entries, key=lambda one: (rank[one["level"]], -(one["psi_excess"] or 0.0), one["name"]))
