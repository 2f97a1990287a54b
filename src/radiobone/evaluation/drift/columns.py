"""Every feature and the prediction against training: distribution, missing values, values outside the range."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import false_discovery_control

from radiobone.evaluation.drift.bins import Bins, design_effect, rows_each
from radiobone.evaluation.drift.limits import Level, Limits, worst
from radiobone.evaluation.drift.missing import missingness
from radiobone.evaluation.drift.outside import outside
from radiobone.evaluation.drift.psi import FEWEST_CASES, shift
from radiobone.evaluation.drift.reference import Reference

PREDICTED = "(prediction)"
TESTS = ("psi", "missing", "outside")
Entry = dict[str, Any]


@dataclass(frozen=True, eq=False)
class NewRows:
    """Rows to compare with those of training.

    Attributes
    ----------
    features : pandas.DataFrame, shape (n_rows, n_needed)
        The columns that the model needs, as numbers; missing ones are NaN.
    predicted : numpy.ndarray of float, shape (n_rows,)
        As in ``Reference.predicted``.
    patients : numpy.ndarray of str, shape (n_rows,)
    """

    features: pd.DataFrame
    predicted: npt.NDArray[np.float64]
    patients: npt.NDArray[np.str_]

    def part(self, here: npt.NDArray[Any]) -> NewRows:
        """Return some of the rows."""
        return NewRows(self.features[here], self.predicted[here], self.patients[here])


def column_entries(
    rows: NewRows, reference: Reference, ranges: Mapping[str, tuple[float, float]]
) -> list[Entry]:
    """Compare the prediction, then every feature, with training; nothing is judged yet.

    Parameters
    ----------
    rows : NewRows
        At least one.
    reference : Reference
    ranges : dict of str to (low, high)
        Least and greatest training value of each feature.

    Returns
    -------
    list of dict
        ``name``; of the distribution ``psi``, ``psi_expected``, ``psi_excess``, ``p_psi``, ``n_bins``, ``seen`` and
        ``n_independent``, None where rows are too few, as are the p values; ``share_missing``, ``training_share_missing``, ``p_missing``;
        ``n_below``, ``n_above``, ``share_outside``, ``expected_outside``, ``p_outside``.
    """
    found = [_entry(PREDICTED, rows.predicted, reference.predicted, (-math.inf, math.inf), rows, reference)]
    return found + [
        _entry(name, rows.features[name].to_numpy(dtype=float), bins, ranges[name], rows, reference)
        for name, bins in reference.features.items()
    ]


def _entry(
    name: str,
    values: npt.NDArray[np.float64],
    bins: Bins,
    bounds: tuple[float, float],
    rows: NewRows,
    reference: Reference,
) -> Entry:
    each = rows_each(rows.patients)
    effect, before = (design_effect(bins.alike, one) for one in (each, reference.rows_each))
    moved = shift(bins, values, training_rows_each=reference.rows_each, new_rows_each=each)
    lost = missingness(
        int(np.isnan(values).sum()), len(values), bins.n_missing, bins.n + bins.n_missing, effect=effect, before=before
    )  # fmt: skip
    beyond = outside(values, *bounds, bins.n, effect=effect, before=before)
    return {
        "name": name,
        "psi": None if moved is None else moved.psi,
        "psi_expected": None if moved is None else moved.expected,
        "psi_excess": None if moved is None else moved.excess,
        "p_psi": None if moved is None else moved.p_value,
        "n_bins": None if moved is None else moved.n_bins,
        "seen": None if moved is None else moved.seen,
        "n_independent": None if moved is None else moved.n_independent,
        "constant": len(bins.counts) < 2,
        "n_known": beyond.n_known,
        "share_missing": lost.share,
        "training_share_missing": lost.training_share,
        "p_missing": lost.p_value if len(values) / effect >= FEWEST_CASES else None,
        "n_below": beyond.n_below,
        "n_above": beyond.n_above,
        "share_outside": beyond.share,
        "expected_outside": beyond.expected,
        "p_outside": beyond.p_value if beyond.n_known / effect >= FEWEST_CASES else None,
    }


def judge(
    batches: Sequence[Sequence[Entry]], limits: Limits, others: Sequence[float] = ()
) -> tuple[list[list[Entry]], list[float]]:
    """Give every column of some batches its level; all tests of a run are one family.

    So where nothing changed, a run gives any alarm at all with chance ``limits.alpha`` at most, however many columns there
    are (Benjamini and Hochberg).

    Parameters
    ----------
    batches : sequence of list of dict
        From ``column_entries``: all rows, the last window.
    limits : Limits
    others : sequence of float
        P values of further tests of the run.

    Returns
    -------
    list of list of dict
        The entries with ``q_psi``, ``q_missing``, ``q_outside`` and ``level``.
    list of float
        The others, corrected.
    """
    flat = [
        dict.fromkeys([f"q_{test}" for test in TESTS]) | dict(entry) for batch in batches for entry in batch
    ]
    tests = [(entry, test) for entry in flat for test in TESTS if entry[f"p_{test}"] is not None]
    values = [*(entry[f"p_{test}"] for entry, test in tests), *others]
    corrected = [float(q) for q in false_discovery_control(values)] if values else []
    for (entry, test), q in zip(tests, corrected[: len(tests)], strict=True):
        entry[f"q_{test}"] = q
    for entry in flat:
        entry["level"] = _level(entry, limits)
    ends = np.cumsum([len(batch) for batch in batches]).tolist()
    parts = [flat[end - len(batch) : end] for batch, end in zip(batches, ends, strict=True)]
    return parts, corrected[len(tests) :]


def _level(entry: Entry, limits: Limits) -> Level:
    sizes = {
        "psi": entry["psi_excess"],
        "missing": abs(entry["share_missing"] - entry["training_share_missing"]),
        "outside": entry["share_outside"] - entry["expected_outside"],
    }
    found: list[Level] = [
        limits.of(size, "psi" if test == "psi" else "share")
        for test, size in sizes.items()
        if size is not None and entry[f"q_{test}"] is not None and entry[f"q_{test}"] <= limits.alpha
    ]
    unknown: list[Level] = ["too few"] if entry["psi"] is None and not entry["constant"] else []
    return worst([*found, *unknown])
