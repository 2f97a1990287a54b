"""Scores of held-out rows with patients counted as often as a resample drew them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class HeldOut:
    """Predictions of held-out rows of all folds and repeats.

    Attributes
    ----------
    y, predicted : numpy.ndarray of int, shape (n,)
        Classes, and what they were called.
    probability : numpy.ndarray of float, shape (n,)
        Of the positive class.
    patient : numpy.ndarray of int, shape (n,)
        Number of the patient, from 0.
    fold : numpy.ndarray of int, shape (n,)
        Number of the fold, from 0, over all repeats.
    """

    y: IntArray
    probability: FloatArray
    predicted: IntArray
    patient: IntArray
    fold: IntArray


def ratio(top: FloatArray, bottom: FloatArray) -> FloatArray:
    """Divide, with NaN where the divisor is 0."""
    return np.asarray(np.divide(top, bottom, out=np.full(len(top), np.nan), where=bottom > 0), dtype=float)


def _auc(rows: HeldOut, drawn: FloatArray) -> FloatArray:
    """Weighted area under the curve; ``rows`` ascend in probability, ties count half."""
    positive, negative = drawn * (rows.y == 1), drawn * (rows.y == 0)
    first_of_ties = np.flatnonzero(np.diff(rows.probability, prepend=-np.inf) > 0)
    p = np.add.reduceat(positive, first_of_ties, axis=1)
    n = np.add.reduceat(negative, first_of_ties, axis=1)
    below = np.cumsum(n, axis=1) - n / 2
    return ratio((p * below).sum(axis=1), p.sum(axis=1) * n.sum(axis=1))


def _sensitivity(rows: HeldOut, drawn: FloatArray) -> FloatArray:
    positive = rows.y == 1
    return ratio(drawn @ (positive & (rows.predicted == 1)).astype(float), drawn @ positive.astype(float))


def _specificity(rows: HeldOut, drawn: FloatArray) -> FloatArray:
    negative = rows.y == 0
    return ratio(drawn @ (negative & (rows.predicted == 0)).astype(float), drawn @ negative.astype(float))


def _balanced_accuracy(rows: HeldOut, drawn: FloatArray) -> FloatArray:
    return (_sensitivity(rows, drawn) + _specificity(rows, drawn)) / 2


def _brier(rows: HeldOut, drawn: FloatArray) -> FloatArray:
    return ratio(drawn @ ((rows.probability - rows.y) ** 2), drawn.sum(axis=1))


def _average_precision(rows: HeldOut, drawn: FloatArray) -> FloatArray:
    """Weighted average precision; ``rows`` ascend in probability, ties share one cut-off."""
    positive, negative = drawn * (rows.y == 1), drawn * (rows.y == 0)
    first_of_ties = np.flatnonzero(np.diff(rows.probability, prepend=-np.inf) > 0)
    p = np.add.reduceat(positive, first_of_ties, axis=1)[:, ::-1]
    called = p + np.add.reduceat(negative, first_of_ties, axis=1)[:, ::-1]
    found, called = np.cumsum(p, axis=1), np.cumsum(called, axis=1)
    precision = np.divide(found, called, out=np.zeros_like(found), where=called > 0)
    both = (found[:, -1] > 0) & (called[:, -1] > found[:, -1])
    return np.where(both, ratio((precision * p).sum(axis=1), found[:, -1]), np.nan)


def _counts(rows: HeldOut, drawn: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Weighted true positives, false positives, true negatives and false negatives."""
    called, positive = rows.predicted == 1, rows.y == 1
    cells = (called & positive, called & ~positive, ~called & ~positive, ~called & positive)
    tp, fp, tn, fn = (np.asarray(drawn @ cell.astype(float), dtype=float) for cell in cells)
    return tp, fp, tn, fn


def _ppv(rows: HeldOut, drawn: FloatArray) -> FloatArray:
    tp, fp, _, _ = _counts(rows, drawn)
    return ratio(tp, tp + fp)


def _npv(rows: HeldOut, drawn: FloatArray) -> FloatArray:
    _, _, tn, fn = _counts(rows, drawn)
    return ratio(tn, tn + fn)


def _f1(rows: HeldOut, drawn: FloatArray) -> FloatArray:
    tp, fp, _, fn = _counts(rows, drawn)
    return np.where(tp + fn > 0, ratio(2 * tp, 2 * tp + fp + fn), np.nan)


def _mcc(rows: HeldOut, drawn: FloatArray) -> FloatArray:
    tp, fp, tn, fn = _counts(rows, drawn)
    return ratio(tp * tn - fp * fn, np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)))


def _accuracy(rows: HeldOut, drawn: FloatArray) -> FloatArray:
    tp, _, tn, _ = _counts(rows, drawn)
    return ratio(tp + tn, drawn.sum(axis=1))


FOLD_METRICS: Mapping[str, Callable[[HeldOut, FloatArray], FloatArray]] = {
    "auc": _auc,
    "average_precision": _average_precision,
    "sensitivity": _sensitivity,
    "specificity": _specificity,
    "balanced_accuracy": _balanced_accuracy,
    "accuracy": _accuracy,
    "ppv": _ppv,
    "npv": _npv,
    "f1": _f1,
    "mcc": _mcc,
    "brier": _brier,
}
"""Per metric: predictions of one fold, ascending in probability, and weights of shape (n_resamples, n_rows)."""
