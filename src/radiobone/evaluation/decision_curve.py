"""Net benefit of acting on a model, on everyone and on no one, over the thresholds at which one would act."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from radiobone.core.seeds import rng_for
from radiobone.evaluation.intervals import draw_patients, percentiles
from radiobone.evaluation.weighted import FloatArray, HeldOut, IntArray

N_RESAMPLES = 500
THRESHOLDS = np.round(np.linspace(0.01, 0.99, 99), 2)
METHOD = "per repeat on out-of-fold probabilities, then averaged; 95 % percentile bootstrap of patients, {n} resamples"


@dataclass(frozen=True, eq=False)
class Band:
    """Net benefit at each threshold, with its 95 % interval; arrays of shape (n_thresholds,)."""

    value: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, eq=False)
class DecisionCurve:
    """A decision curve; treating no one has a net benefit of 0 everywhere.

    Attributes
    ----------
    threshold : numpy.ndarray of float, shape (n_thresholds,)
        Probability from which one would act.
    model, treat_all : Band
        Net benefit: true positives minus false positives at the odds of the threshold, per row.
    gain : Band
        Of the model over the better of treating all and treating none.
    """

    threshold: FloatArray
    model: Band
    treat_all: Band
    gain: Band


def net_benefit(
    y: npt.ArrayLike, probability: npt.ArrayLike, threshold: npt.ArrayLike, weights: FloatArray | None = None
) -> FloatArray:
    """Net benefit of acting from each threshold on: ``TP / n - FP / n · t / (1 - t)``.

    Parameters
    ----------
    y, probability : array-like, shape (n_rows,)
        Classes 0 and 1, and probabilities of class 1.
    threshold : array-like of float, shape (n_thresholds,)
        Between 0 and 1, both left out.
    weights : numpy.ndarray of float, shape (n_weightings, n_rows), optional
        How often each row counts; once if not given.

    Returns
    -------
    numpy.ndarray of float, shape (n_weightings, n_thresholds)

    References
    ----------
    Vickers AJ, Elkin EB. Decision curve analysis. Med Decis Making 26, 2006.
    """
    labels, cuts = np.asarray(y), np.asarray(threshold, dtype=float)
    counts = np.ones((1, len(labels))) if weights is None else weights
    called = np.asarray(probability, dtype=float)[:, None] >= cuts
    worth = np.where(labels[:, None] == 1, 1.0, -cuts / (1 - cuts))
    return np.asarray((counts @ (called * worth)) / counts.sum(axis=1, keepdims=True), dtype=float)


def decision_curve(
    rows: HeldOut, repeat: IntArray, *, seed: int, n_resamples: int = N_RESAMPLES
) -> DecisionCurve:
    """Draw the decision curve of held-out rows, per repeat and averaged, with patient bootstrap bands.

    Parameters
    ----------
    rows : HeldOut
        Predictions of held-out rows.
    repeat : numpy.ndarray of int, shape (n_rows,)
        Repeat of each row.
    seed : int
        Of the bootstrap; patients are drawn whatever their class, as net benefit depends on the share of
        positives.
    """
    n_patients = int(rows.patient.max()) + 1
    drawn = draw_patients(np.zeros(n_patients, dtype=np.int64), n_resamples, rng_for(seed, "decision curve"))
    weights = np.vstack([np.ones((1, n_patients)), drawn])
    model, everyone = [], []
    with threadpool_limits(limits=1):
        for one in np.unique(repeat):
            here = np.flatnonzero(repeat == one)
            y, of_row = rows.y[here], weights[:, rows.patient[here]]
            model.append(net_benefit(y, rows.probability[here], THRESHOLDS, of_row))
            everyone.append(net_benefit(y, np.ones(len(here)), THRESHOLDS, of_row))
    by_model, by_all = np.mean(model, axis=0), np.mean(everyone, axis=0)
    return DecisionCurve(
        THRESHOLDS, _band(by_model), _band(by_all), _band(by_model - np.maximum(by_all, 0.0))
    )


def _band(values: FloatArray) -> Band:
    """Turn net benefits, the observed ones first, then those of resamples, into values and bounds."""
    bounds = [percentiles(column) for column in values[1:].T]
    low, high = (np.array([one[side] for one in bounds], dtype=float) for side in (0, 1))
    return Band(values[0], low, high)
