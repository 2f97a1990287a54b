"""Harrell's bootstrap: how much a score on the training rows flatters a pipeline."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import BadSetting
from radiobone.core.seeds import rng_for
from radiobone.evaluation.intervals import draw_patients, percentiles
from radiobone.evaluation.weighted import FloatArray, IntArray

N_RESAMPLES = 200
Metric = Callable[[IntArray, FloatArray], float | None]
FitPredict = Callable[[IntArray], FloatArray]
Each = Callable[[FitPredict, Sequence[IntArray]], Iterable[FloatArray]]


@dataclass(frozen=True)
class Optimism:
    """A score corrected for optimism.

    Attributes
    ----------
    apparent : float
        On the rows that the model learned from.
    optimism : float
        Mean over resamples of the score on the resample less that on all rows.
    corrected : float
        The first less the second.
    low, high : float or None
        95 % interval: percentiles of the scores on the resamples, moved by the optimism.
    n_resamples : int
        Resamples that have both scores.
    """

    apparent: float
    optimism: float
    corrected: float
    low: float | None
    high: float | None
    n_resamples: int


def bootstrap_optimism(
    fit_predict: FitPredict,
    metric: Metric,
    y: npt.ArrayLike,
    patient: npt.ArrayLike,
    *,
    seed: int,
    n_resamples: int = N_RESAMPLES,
    each: Each = map,
) -> Optimism:
    """Fit the whole pipeline on resamples of the patients, and see how much better it does on those.

    To be shown beside nested cross-validation, not in its place: with many more features than patients, and
    with models that learn rows by heart, a third of the patients missing from a resample is too few, and the
    correction is too small.

    Parameters
    ----------
    fit_predict : callable
        Fits everything that learns on the rows whose positions it is given, repeated as often as drawn, and
        returns probabilities of all rows, shape (n_rows,). Inner folds must keep copies of a patient together.
    metric : callable
        From classes and probabilities to a score; None if there is none.
    y : array-like of int, shape (n_rows,)
        Classes 0 and 1.
    patient : array-like, shape (n_rows,)
        Patient of each row; patients are drawn with all their rows, within their class.
    seed : int
        Of the bootstrap.
    n_resamples : int
        Resamples.
    each : callable
        Calls the first argument on every item of the second, in order; processes may share the work.

    Raises
    ------
    BadSetting
        If all rows together, or all resamples, have no score.

    References
    ----------
    Harrell FE, Lee KL, Mark DB. Multivariable prognostic models. Stat Med 15, 1996. Interval: Noma H et al. Confidence
    intervals of prediction accuracy measures for multivariable prediction models. Stat Med 40, 2021.
    """
    labels = np.asarray(y, dtype=np.int64)
    _, unit = np.unique(np.asarray(patient), return_inverse=True)
    patient_class = np.zeros(int(unit.max()) + 1, dtype=np.int64)
    np.maximum.at(patient_class, unit, labels)
    drawn = draw_patients(patient_class, n_resamples, rng_for(seed, "optimism")).astype(np.int64)
    everyone = np.arange(len(labels))
    drawings = [everyone, *(np.repeat(everyone, counts[unit]) for counts in drawn)]
    predicted = list(each(fit_predict, drawings))
    apparent = metric(labels, predicted[0])
    pairs = [
        (metric(labels[rows], probability[rows]), metric(labels, probability))
        for rows, probability in zip(drawings[1:], predicted[1:], strict=True)
    ]
    scored = np.array([pair for pair in pairs if None not in pair], dtype=float)
    if apparent is None or not len(scored):
        raise BadSetting(
            f"All rows together have {'no' if apparent is None else 'a'} score, and {len(scored)} of {n_resamples} "
            "resamples have one: optimism cannot be told. Use rows of both classes."
        )
    optimism = float((scored[:, 0] - scored[:, 1]).mean())
    low, high = percentiles(scored[:, 0] - optimism)
    return Optimism(apparent, optimism, apparent - optimism, low, high, len(scored))
