"""Scores of predictions, per fold and pooled."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Scored:
    """Predictions of some rows: classes, probabilities, and what they were called."""

    y: IntArray
    probability: FloatArray
    predicted: IntArray


def auc(y: npt.ArrayLike, score: npt.ArrayLike) -> float | None:
    """Area under the ROC curve: the share of pairs in the right order, ties counting half.

    Returns
    -------
    float or None
        None if there is one class only.
    """
    labels = np.asarray(y)
    n_positive = int((labels == 1).sum())
    n_negative = len(labels) - n_positive
    if n_positive == 0 or n_negative == 0:
        return None
    ranks = rankdata(np.asarray(score, dtype=float))
    above = ranks[labels == 1].sum() - n_positive * (n_positive + 1) / 2
    return float(above / (n_positive * n_negative))


def average_precision(y: npt.ArrayLike, score: npt.ArrayLike) -> float | None:
    """Mean precision over the positives found when going down the scores; None with one class only."""
    labels, values = np.asarray(y), np.asarray(score, dtype=float)
    if not 0 < int((labels == 1).sum()) < len(labels):
        return None
    order = np.argsort(-values, kind="stable")
    last_of_ties = np.append(np.flatnonzero(np.diff(values[order])), len(values) - 1)
    found = np.cumsum(labels[order])[last_of_ties]
    precision = found / (last_of_ties + 1)
    return float((precision * np.diff(found, prepend=0)).sum() / labels.sum())


def sensitivity(rows: Scored) -> float | None:
    """Share of the positives that were called positive; None without a positive."""
    positive = rows.y == 1
    return float(rows.predicted[positive].mean()) if positive.any() else None


def specificity(rows: Scored) -> float | None:
    """Share of the negatives that were called negative; None without a negative."""
    negative = rows.y == 0
    return float(1 - rows.predicted[negative].mean()) if negative.any() else None


def balanced_accuracy(rows: Scored) -> float | None:
    """Mean of sensitivity and specificity; None with one class only."""
    parts = (sensitivity(rows), specificity(rows))
    return None if parts[0] is None or parts[1] is None else (parts[0] + parts[1]) / 2


def brier(rows: Scored) -> float | None:
    """Mean squared distance of probability and outcome; None without rows."""
    return float(np.mean((rows.probability - rows.y) ** 2)) if len(rows.y) else None


def accuracy(rows: Scored) -> float | None:
    """Share of rows that were called what they are; None without rows."""
    return float((rows.predicted == rows.y).mean()) if len(rows.y) else None


def ppv(rows: Scored) -> float | None:
    """Share of those called positive that are; None if none was called positive."""
    called = rows.predicted == 1
    return float((rows.y[called] == 1).mean()) if called.any() else None


def npv(rows: Scored) -> float | None:
    """Share of those called negative that are; None if none was called negative."""
    called = rows.predicted == 0
    return float((rows.y[called] == 0).mean()) if called.any() else None


def f1(rows: Scored) -> float | None:
    """Harmonic mean of PPV and sensitivity, 0 if all positives were missed; None without a positive."""
    n = confusion(rows)
    return 2 * n["tp"] / (2 * n["tp"] + n["fp"] + n["fn"]) if n["tp"] + n["fn"] else None


def mcc(rows: Scored) -> float | None:
    """Matthews' correlation coefficient; None with one class only, or if all rows were called the same.

    References
    ----------
    Matthews BW. Biochim Biophys Acta 405, 1975.
    """
    n = confusion(rows)
    margins = (n["tp"] + n["fp"]) * (n["tp"] + n["fn"]) * (n["tn"] + n["fp"]) * (n["tn"] + n["fn"])
    return (n["tp"] * n["tn"] - n["fp"] * n["fn"]) / math.sqrt(margins) if margins else None


METRICS: Mapping[str, Callable[[Scored], float | None]] = {
    "auc": lambda rows: auc(rows.y, rows.probability),
    "average_precision": lambda rows: average_precision(rows.y, rows.probability),
    "sensitivity": sensitivity,
    "specificity": specificity,
    "balanced_accuracy": balanced_accuracy,
    "accuracy": accuracy,
    "ppv": ppv,
    "npv": npv,
    "f1": f1,
    "mcc": mcc,
    "brier": brier,
}

LOWEST: Mapping[str, float] = {"mcc": -1.0}
"""Where a metric begins, if not at 0; all end at 1."""


def confusion(rows: Scored) -> dict[str, int]:
    """Count true and false positives and negatives."""
    called, positive = rows.predicted == 1, rows.y == 1
    return {
        "tp": int((called & positive).sum()),
        "fp": int((called & ~positive).sum()),
        "tn": int((~called & ~positive).sum()),
        "fn": int((~called & positive).sum()),
    }
