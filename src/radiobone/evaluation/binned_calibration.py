"""The binned calibration curve: groups of equal size by probability, and the share of positives in each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from radiobone.evaluation.intervals import percentiles
from radiobone.evaluation.sample_bounds import wilson
from radiobone.evaluation.weighted import FloatArray, HeldOut, IntArray, ratio

ROWS_PER_BIN = 10
MOST_BINS = 10


@dataclass(frozen=True, eq=False)
class BinnedCurve:
    """Groups from low to high probability; arrays of shape (n_bins,).

    Attributes
    ----------
    probability, observed : numpy.ndarray of float
        Mean probability and share of positives, per repeat and then averaged.
    low, high : numpy.ndarray of float
        95 % interval of the share: percentiles of resamples, never narrower than Wilson's bounds for as many
        patients as the group has in one repeat.
    """

    probability: FloatArray
    observed: FloatArray
    low: FloatArray
    high: FloatArray


def binned_curve(rows: HeldOut, repeat: IntArray, weights: FloatArray) -> BinnedCurve:
    """Bin held-out rows; the groups are those of the observed rows, whatever the weights.

    Parameters
    ----------
    rows : HeldOut
        Predictions.
    repeat : numpy.ndarray of int, shape (n_rows,)
        Repeat of each row.
    weights : numpy.ndarray of float, shape (n_weightings, n_patients)
        How often each patient counts; the first weighting is the observed one.
    """
    repeats = np.unique(repeat)
    n_bins = int(np.clip(len(repeat) / len(repeats) // ROWS_PER_BIN, 2, MOST_BINS))
    parts = [_of_repeat(rows, np.flatnonzero(repeat == one), weights, n_bins) for one in repeats]
    probability, observed, n_patients = (np.mean([part[k] for part in parts], axis=0) for k in range(3))
    bounds = [percentiles(column) for column in observed[1:].T]
    low, high = (np.array([one[side] for one in bounds], dtype=float) for side in (0, 1))
    least, most = wilson(observed[0], n_patients)
    return BinnedCurve(probability, observed[0], np.fmin(low, least), np.fmax(high, most))


def _of_repeat(
    rows: HeldOut, here: IntArray, weights: FloatArray, n_bins: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean probability, share of positives under each weighting, and patients, of each group of one repeat."""
    order = here[np.lexsort((rows.y[here], rows.probability[here]))]
    groups = [group for group in np.array_split(order, n_bins) if len(group)]
    shares = []
    for group in groups:
        of_row = weights[:, rows.patient[group]]
        shares.append(ratio(of_row @ rows.y[group].astype(float), of_row.sum(axis=1)))
    means = np.array([rows.probability[group].mean() for group in groups])
    n_patients = np.array([len(np.unique(rows.patient[group])) for group in groups], dtype=float)
    return means, np.stack(shares, axis=1), n_patients
