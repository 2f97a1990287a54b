"""How far probabilities are from what happens: slope, intercept, ICI, E50, E90, and the smooth curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from threadpoolctl import threadpool_limits

from radiobone.core.seeds import rng_for
from radiobone.evaluation.binned_calibration import BinnedCurve, binned_curve
from radiobone.evaluation.intervals import draw_patients, percentiles
from radiobone.evaluation.loess import Loess, prepare_loess
from radiobone.evaluation.weighted import FloatArray, HeldOut, IntArray, ratio

N_RESAMPLES = 300
NEAREST_TO_CERTAIN = 1e-9
N_STEPS = 60
N_HALVINGS = 36  # 60 / 2**36 is below 1e-9
DISTANCES = ("ici", "e50", "e90")
MEASURES = ("slope", "intercept", *DISTANCES)
GRID = np.linspace(0.01, 0.99, 99)
SMOOTHER = (
    "loess of the outcome on the probability: local quadratic, tricube weights, span 0.75, no iterations"
)
METHOD = (
    "per repeat on out-of-fold probabilities, then averaged; 95 % percentile bootstrap of patients, {n} resamples; "
    "those of ICI, E50 and E90 moved by the bootstrap's bias"
)


@dataclass(frozen=True)
class Measured:
    """One value with its 95 % interval; None where it cannot be computed."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, eq=False)
class Calibration:
    """Calibration of out-of-fold probabilities.

    Attributes
    ----------
    measures : dict of str to Measured
        ``slope`` of the outcome on the log odds (1 is right, below 1 too extreme); ``intercept``, calibration in
        the large, with the log odds as offset (0 is right, above 0 too low); ``ici``, ``e50`` and ``e90``, mean,
        median and 90th percentile of the distance between probability and smooth curve.
    probability, observed, low, high : numpy.ndarray of float, shape (n_grid,)
        Smooth curve and its band, where every repeat has probabilities on both sides; NaN elsewhere.
    binned : BinnedCurve
        Share of positives in groups of equal size.
    """

    measures: dict[str, Measured]
    probability: FloatArray
    observed: FloatArray
    low: FloatArray
    high: FloatArray
    binned: BinnedCurve


def calibration(rows: HeldOut, repeat: IntArray, *, seed: int, n_resamples: int = N_RESAMPLES) -> Calibration:
    """Measure calibration per repeat, average over repeats, and bootstrap patients with all their rows.

    Parameters
    ----------
    rows : HeldOut
        Predictions of held-out rows.
    repeat : numpy.ndarray of int, shape (n_rows,)
        Repeat of each row.
    seed : int
        Of the bootstrap. Patients are drawn whatever their class, as the share of positives is part of
        calibration.

    References
    ----------
    Austin PC, Steyerberg EW. The Integrated Calibration Index (ICI) and related metrics. Stat Med 38, 2019.
    Van Calster B et al. Calibration: the Achilles heel of predictive analytics. BMC Med 17, 2019.
    """
    n_patients = int(rows.patient.max()) + 1
    drawn = draw_patients(np.zeros(n_patients, dtype=np.int64), n_resamples, rng_for(seed, "calibration"))
    weights = np.vstack([np.ones((1, n_patients)), drawn])  # the first weighting is the observed rows
    with threadpool_limits(limits=1):
        parts = [_of_repeat(rows, np.flatnonzero(repeat == one), weights) for one in np.unique(repeat)]
    measured = {name: mean_there([part[0][name] for part in parts]) for name in MEASURES}
    curves = np.mean([part[1] for part in parts], axis=0)
    band = [percentiles(column) for column in curves[1:].T]
    low, high = (np.array([one[side] for one in band], dtype=float) for side in (0, 1))
    found = {name: _with_interval(name, values) for name, values in measured.items()}
    return Calibration(found, GRID, curves[0], low, high, binned_curve(rows, repeat, weights))


def _of_repeat(
    rows: HeldOut, here: npt.NDArray[np.intp], weights: FloatArray
) -> tuple[dict[str, FloatArray], FloatArray]:
    order = here[np.lexsort((rows.y[here], rows.probability[here]))]
    y, probability = rows.y[order].astype(float), rows.probability[order]
    of_row = weights[:, rows.patient[order]]
    log_odds = logit(np.clip(probability, NEAREST_TO_CERTAIN, 1 - NEAREST_TO_CERTAIN))
    smoother = prepare_loess(probability)
    curve = smoother.curve(y, of_row)
    distance = np.abs(smoother.at_rows(curve) - probability)
    values = {
        "slope": slopes(log_odds, y, of_row),
        "intercept": intercepts(log_odds, y, of_row),
        "ici": ratio((np.where(of_row > 0, distance, 0.0) * of_row).sum(axis=1), of_row.sum(axis=1)),
        "e50": weighted_quantile(distance, of_row, 0.5),
        "e90": weighted_quantile(distance, of_row, 0.9),
    }
    return values, _on_grid(smoother, curve)


def _on_grid(smoother: Loess, curve: FloatArray) -> FloatArray:
    """Read curves on the grid, NaN beyond the probabilities there are."""
    return np.array([np.interp(GRID, smoother.at, one, left=np.nan, right=np.nan) for one in curve])


def slopes(log_odds: FloatArray, y: FloatArray, weights: FloatArray) -> FloatArray:
    """Slope of the logistic regression of the outcome on the log odds, under each weighting.

    Parameters
    ----------
    log_odds, y : numpy.ndarray of float, shape (n_rows,)
        Log odds of the probabilities, and classes 0 and 1.
    weights : numpy.ndarray of float, shape (n_weightings, n_rows)
        How much each row counts.

    Returns
    -------
    numpy.ndarray of float, shape (n_weightings,)
        NaN where the log odds part the classes, or do not vary: there is no finite slope.
    """
    slope, constant = np.zeros(len(weights)), np.zeros(len(weights))
    there = _overlap(log_odds, y, weights)
    used = weights[there]
    for _ in range(N_STEPS):
        chance = expit(slope[there, None] * log_odds + constant[there, None])
        error, spread = used * (y - chance), used * chance * (1 - chance)
        a, b, c = spread.sum(axis=1), spread @ log_odds, spread @ log_odds**2
        determinant = a * c - b * b
        g, h = error.sum(axis=1), error @ log_odds
        step = np.stack([ratio(a * h - b * g, determinant), ratio(c * g - b * h, determinant)])
        step = np.nan_to_num(step) / np.maximum(1.0, np.abs(np.nan_to_num(step)).max(axis=0) / 2)
        slope[there] += step[0]
        constant[there] += step[1]
        if not np.abs(step).max(initial=0.0) > 1e-10:
            break
    return np.where(there, slope, np.nan)


def _overlap(log_odds: FloatArray, y: FloatArray, weights: FloatArray) -> npt.NDArray[np.bool_]:
    """Whether the classes overlap in the log odds, so that a finite slope exists."""
    ends = {}
    for label in (0, 1):
        counts = (weights > 0) & (y == label)
        lowest = np.where(counts, log_odds, np.inf).min(axis=1)
        ends[label] = lowest, np.where(counts, log_odds, -np.inf).max(axis=1)
    return np.asarray((ends[1][0] < ends[0][1]) & (ends[0][0] < ends[1][1]))


def intercepts(log_odds: FloatArray, y: FloatArray, weights: FloatArray) -> FloatArray:
    """Calibration in the large: what must be added to the log odds for the mean probability to be right.

    Parameters and returned shape are those of ``slopes``; NaN with one class only.
    """
    wanted = weights @ y
    both = (wanted > 0) & (wanted < weights.sum(axis=1))
    low, high = np.full(len(weights), -30.0), np.full(len(weights), 30.0)
    for _ in range(N_HALVINGS):
        middle = (low + high) / 2
        above = (weights * expit(log_odds + middle[:, None])).sum(axis=1) > wanted
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.where(both, (low + high) / 2, np.nan)


def weighted_quantile(values: FloatArray, weights: FloatArray, level: float) -> FloatArray:
    """Quantile of each row of ``values`` as if each were written out as often as its weight, shape (n_weightings,).

    The smallest value that at least ``level`` of the total weight does not exceed.
    """
    order = np.argsort(np.where(weights > 0, values, np.inf), axis=1, kind="stable")
    reached = np.cumsum(np.take_along_axis(weights, order, axis=1), axis=1)
    first = (reached >= level * reached[:, -1:] - 1e-9).argmax(axis=1)
    return np.take_along_axis(np.take_along_axis(values, order, axis=1), first[:, None], axis=1)[:, 0]


def mean_there(parts: list[FloatArray]) -> FloatArray:
    """Mean over repeats of the values that are there; NaN where none is."""
    values = np.array(parts)
    there = np.isfinite(values)
    return ratio(np.where(there, values, 0.0).sum(axis=0), there.sum(axis=0).astype(float))


def _with_interval(name: str, values: FloatArray) -> Measured:
    """Interval of the first value from the others.

    A distance grows with any noise, that of resampling included: intervals of distances are moved by as much as
    the median resample lies above the observed value, and end at 0.
    """
    low, high = percentiles(values[1:])
    if low is None or high is None or name not in DISTANCES or not np.isfinite(values[0]):
        return Measured(_known(values[0]), low, high)
    excess = float(np.nanmedian(values[1:]) - values[0])
    return Measured(_known(values[0]), max(low - excess, 0.0), max(high - excess, 0.0))


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
