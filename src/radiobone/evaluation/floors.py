"""What the interval of each metric is never narrower than: what the numbers of patients alone leave open."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from radiobone.evaluation.sample_bounds import (
    Bounds,
    FoldSize,
    auc_bounds,
    f1_bounds,
    mcc_bounds,
    mean_bounds,
    wilson,
)
from radiobone.evaluation.weighted import BoolArray, HeldOut

FLOORS = {
    "auc": "Newcombe's bounds from the numbers of patients in the folds (Stat Med 25, 2006, method 5)",
    "sensitivity": "Wilson's bounds from the number of positive patients",
    "specificity": "Wilson's bounds from the number of negative patients",
    "accuracy": "Wilson's bounds from the number of patients",
    "ppv": "Wilson's bounds from the number of patients called positive",
    "npv": "Wilson's bounds from the number of patients called negative",
    "average_precision": "Wilson's bounds from the number of positive patients (Boyd, Eng and Page, ECML 2013)",
    "f1": "Wilson's bounds of F1 / (2 - F1), a share of the patients who are positive or were called so",
    "mcc": "the bounds that Wilson's of sensitivity and specificity give for it at the observed share of positives",
    "balanced_accuracy": "the bounds that Wilson's of sensitivity and specificity give for their mean",
}
"""What the interval of a metric is never narrower than; a bootstrap alone has no width where no error was seen."""


def sample_floors(rows: HeldOut, observed: Mapping[str, float]) -> dict[str, Bounds]:
    """Bounds from the observed means and the numbers of patients, of the metrics that could be computed.

    Parameters
    ----------
    rows : HeldOut
        Predictions of all folds and repeats.
    observed : dict of str to float
        Mean over folds of each metric; NaN where there is none.
    """
    bounds = _auc_floor(rows, observed["auc"])
    for name, n in _shares(rows).items():
        if np.isfinite(observed[name]) and n > 0:
            low, high = wilson(observed[name], n)
            bounds[name] = (float(low), float(high))
    called_or_positive = _n_patients(rows, (rows.y == 1) | (rows.predicted == 1)) / _repeats(rows)
    if np.isfinite(observed["f1"]):
        bounds["f1"] = f1_bounds(observed["f1"], called_or_positive)
    if {"sensitivity", "specificity"} <= set(bounds):
        shares = (observed["sensitivity"], observed["specificity"])
        parts = (bounds["sensitivity"], bounds["specificity"])
        bounds["balanced_accuracy"] = mean_bounds(shares, parts)
        if np.isfinite(observed["mcc"]):
            bounds["mcc"] = mcc_bounds(observed["mcc"], shares, parts, prevalence=float(rows.y.mean()))
    return bounds


def _auc_floor(rows: HeldOut, observed: float) -> dict[str, Bounds]:
    sizes = [_sizes(rows, rows.fold == fold) for fold in np.unique(rows.fold)]
    both = [size for size in sizes if size.n_positive and size.n_negative]
    return {"auc": auc_bounds(observed, both, repeats=_repeats(rows))} if np.isfinite(observed) else {}


def _shares(rows: HeldOut) -> dict[str, float]:
    """Of how many patients each metric that is a share is the share; called ones are those of one repeat."""
    everyone = np.ones(len(rows.y), dtype=bool)
    total, repeats = _sizes(rows, everyone), _repeats(rows)
    return {
        "sensitivity": total.n_positive,
        "specificity": total.n_negative,
        "accuracy": len(np.unique(rows.patient)),
        "average_precision": total.n_positive,
        "ppv": _n_patients(rows, rows.predicted == 1) / repeats,
        "npv": _n_patients(rows, rows.predicted == 0) / repeats,
    }


def _repeats(rows: HeldOut) -> float:
    """How often each patient was held out."""
    return _n_patients(rows, np.ones(len(rows.y), dtype=bool)) / len(np.unique(rows.patient))


def _n_patients(rows: HeldOut, here: BoolArray) -> int:
    """Count the patients among the rows ``here``, once per fold."""
    return len(np.unique(np.column_stack([rows.fold[here], rows.patient[here]]), axis=0))


def _sizes(rows: HeldOut, here: BoolArray) -> FoldSize:
    """Count patients with a positive and with a negative row among the rows ``here``."""
    positive, negative = (len(np.unique(rows.patient[here & (rows.y == label)])) for label in (1, 0))
    return FoldSize(positive, negative)
