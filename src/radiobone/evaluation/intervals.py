"""How much the scores of held-out patients would vary with other patients."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from radiobone.core.seeds import rng_for
from radiobone.evaluation.floors import FLOORS, sample_floors
from radiobone.evaluation.sample_bounds import Bounds
from radiobone.evaluation.weighted import FOLD_METRICS, HeldOut, ratio

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
N_RESAMPLES = 2000
RESAMPLES_AT_ONCE = 250  # weights of every row and resample would fill the memory for tables of vertebrae
LEVEL = 0.95
METHOD = "95 % percentile bootstrap of patients, {n} resamples, folds and fitted models kept"
FOLDS_KEPT = METHOD.format(n=N_RESAMPLES)


def bootstrap_means(
    rows: HeldOut, weights: FloatArray, names: Collection[str] = tuple(FOLD_METRICS)
) -> dict[str, FloatArray]:
    """Compute the mean over folds of metrics, with patients counted as often as drawn.

    A fold without one of the classes in a resample is left out of that resample's mean.

    Parameters
    ----------
    rows : HeldOut
        Predictions.
    weights : numpy.ndarray of float, shape (n_resamples, n_patients)
        How often each patient was drawn.
    names : collection of str
        Which metrics.

    Returns
    -------
    dict of str to numpy.ndarray, shape (n_resamples,)
        NaN where no fold could be counted.
    """
    metrics = {name: FOLD_METRICS[name] for name in names}
    totals = {name: np.zeros(len(weights)) for name in metrics}
    counted = {name: np.zeros(len(weights)) for name in metrics}
    for fold in np.unique(rows.fold):
        here = np.flatnonzero(rows.fold == fold)
        here = here[np.argsort(rows.probability[here], kind="stable")]
        part = HeldOut(
            rows.y[here], rows.probability[here], rows.predicted[here], rows.patient[here], rows.fold[here]
        )
        drawn = weights[:, part.patient]
        for name, metric in metrics.items():
            values = metric(part, drawn)
            there = np.isfinite(values)
            totals[name] += np.where(there, values, 0.0)
            counted[name] += there
    return {name: ratio(totals[name], counted[name]) for name in metrics}


def draw_patients(patient_class: IntArray, n_resamples: int, rng: np.random.Generator) -> FloatArray:
    """Draw patients with replacement, as many of each class as there are.

    Parameters
    ----------
    patient_class : numpy.ndarray of int, shape (n_patients,)
        Class of each patient.

    Returns
    -------
    numpy.ndarray of float, shape (n_resamples, n_patients)
        How often each was drawn.
    """
    weights = np.zeros((n_resamples, len(patient_class)))
    for label in np.unique(patient_class):
        members = np.flatnonzero(patient_class == label)
        weights[:, members] = rng.multinomial(
            len(members), np.full(len(members), 1 / len(members)), size=n_resamples
        )
    return weights


def intervals(
    rows: HeldOut,
    *,
    seed: int,
    n_resamples: int = N_RESAMPLES,
    names: Collection[str] = tuple(FOLD_METRICS),
) -> dict[str, tuple[float | None, float | None]]:
    """Bootstrap a 95 % interval of the mean over folds of metrics, all of them unless ``names`` says which.

    Patients are drawn with all their rows and repeats, within their class; folds, fitted models and
    thresholds stay as they are. The interval says how sure one can be of these models' scores, not how
    much other training data would change the models. No interval of `FLOORS` is narrower than what the number
    of patients alone leaves open.

    Returns
    -------
    dict of str to (low, high)
        None where the metric cannot be computed in any fold.
    """
    patient_class = np.zeros(rows.patient.max() + 1, dtype=np.int64)
    np.maximum.at(patient_class, rows.patient, rows.y)
    weights = draw_patients(patient_class, n_resamples, rng_for(seed, "bootstrap"))
    with threadpool_limits(limits=1):
        parts = [
            bootstrap_means(rows, weights[start : start + RESAMPLES_AT_ONCE], names)
            for start in range(0, n_resamples, RESAMPLES_AT_ONCE)
        ]
        observed = bootstrap_means(rows, np.ones((1, len(patient_class))))
    found = {name: percentiles(np.concatenate([part[name] for part in parts])) for name in names}
    least = sample_floors(rows, {name: float(values[0]) for name, values in observed.items()})
    return {name: _wider(bounds, least.get(name)) for name, bounds in found.items()}


def method_of(name: str, method: str = FOLDS_KEPT) -> str:
    """Say how the interval of a metric was made."""
    floor = FLOORS.get(name)
    return method + (f"; never narrower than {floor}" if floor else "")


def _wider(
    bounds: tuple[float | None, float | None], least: Bounds | None
) -> tuple[float | None, float | None]:
    if least is None:
        return bounds
    low, high = bounds
    return least[0] if low is None else min(low, least[0]), least[1] if high is None else max(high, least[1])


def percentiles(values: FloatArray) -> tuple[float | None, float | None]:
    """95 % percentile interval of resampled values; None if half of them could not be computed."""
    finite = values[np.isfinite(values)]
    if len(finite) < len(values) / 2:
        return None, None
    low, high = np.quantile(finite, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
