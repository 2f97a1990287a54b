"""A frozen model's probabilities fitted to another cohort: by the intercept alone, or by intercept and slope.

Recalibration learns from the new cohort's labels. What it would give on further patients of that cohort is told by
cross-validation over patients: the labels of a patient never change that patient's own probability.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

from radiobone.evaluation.calibration_measures import NEAREST_TO_CERTAIN, intercepts, slopes
from radiobone.evaluation.splits import make_splits, smallest_class
from radiobone.evaluation.validation.performance import BESIDE_RANKING, curves, estimates, held_out, plain
from radiobone.evaluation.weighted import FloatArray, HeldOut, IntArray

Kind = Literal["intercept", "logistic"]
KINDS: tuple[Kind, ...] = ("intercept", "logistic")
MOST_FOLDS = 10
REPEATS = 5
USED_LABELS = (
    "Uses the labels of this cohort: fitted to its patients, and judged on those that each fit left out ({folds} folds "
    "over patients, {repeats} times). Not what the frozen model gives; for use here, judge it on further patients."
)

WRONG_WAY = (
    " The fitted slope is not above 0: the model ranks patients of this cohort no better than the wrong way round, and its "
    "probabilities cannot be repaired by refitting them."
)


@dataclass(frozen=True)
class Recalibration:
    """Probability = expit(intercept + slope · log odds of the frozen probability)."""

    intercept: float
    slope: float

    def predict(self, probability: npt.ArrayLike) -> FloatArray:
        """Turn frozen probabilities into recalibrated ones."""
        return np.asarray(expit(self.intercept + self.slope * _log_odds(probability)), dtype=float)


def fit_recalibration(probability: npt.ArrayLike, y: npt.ArrayLike, kind: Kind) -> Recalibration | None:
    """Fit by maximum likelihood.

    Parameters
    ----------
    probability, y : array-like, shape (n_rows,)
        Frozen probabilities of class 1, and classes 0 and 1.
    kind : {"intercept", "logistic"}
        What is fitted: the intercept, with a slope of 1; or both.

    Returns
    -------
    Recalibration or None
        None if there is one class only, or the probabilities part the classes, so that no finite slope exists.

    References
    ----------
    Steyerberg EW et al. Validation and updating of predictive logistic regression models. Stat Med 23, 2004.
    """
    log_odds, labels = _log_odds(probability), np.asarray(y, dtype=float)
    once = np.ones((1, len(labels)))
    slope = 1.0 if kind == "intercept" else float(slopes(log_odds, labels, once)[0])
    if not np.isfinite(slope):
        return None
    intercept = float(intercepts(slope * log_odds, labels, once)[0])
    return Recalibration(intercept, slope) if np.isfinite(intercept) else None


def _log_odds(probability: npt.ArrayLike) -> FloatArray:
    chances = np.clip(np.asarray(probability, dtype=float), NEAREST_TO_CERTAIN, 1 - NEAREST_TO_CERTAIN)
    return np.asarray(logit(chances), dtype=float)


@dataclass(frozen=True, eq=False)
class Unseen:
    """Recalibrated probabilities of patients that each fit left out.

    Attributes
    ----------
    probability : numpy.ndarray of float, shape (n_repeats, n_rows)
        Every row once per repeat.
    folds : int
        Folds over patients.
    """

    probability: FloatArray
    folds: int


def recalibrate_unseen(
    probability: FloatArray, y: IntArray, groups: npt.NDArray[np.str_], kind: Kind, *, seed: int
) -> Unseen | None:
    """Recalibrate each row by the labels of other patients.

    Parameters
    ----------
    probability, y, groups : numpy.ndarray, shape (n_rows,)
        Frozen probabilities, classes, and the patient of each row.
    kind : {"intercept", "logistic"}
        As for ``fit_recalibration``.
    seed : int
        Of the folds.

    Returns
    -------
    Unseen or None
        None if a fold has no finite fit.
    """
    folds = min(MOST_FOLDS, smallest_class(y, groups))
    splits = make_splits(y, groups, folds=folds, repeats=REPEATS, seed=seed, key="recalibration")
    found = np.full((REPEATS, len(y)), np.nan)
    for split in splits:
        fitted = fit_recalibration(probability[split.train], y[split.train], kind)
        if fitted is None:
            return None
        found[split.repeat, split.test] = fitted.predict(probability[split.test])
    return Unseen(found, folds)


def recalibrated_entry(
    probability: FloatArray,
    y: IntArray,
    groups: npt.NDArray[np.str_],
    kind: Kind,
    *,
    threshold: float,
    seed: int,
) -> dict[str, Any]:
    """Judge recalibration on patients that it left out, and tell the fit to all rows, as plain data.

    Parameters
    ----------
    probability, y, groups, kind, seed
        As for ``recalibrate_unseen``.
    threshold : float
        The model's own, applied to the recalibrated probabilities.

    Returns
    -------
    dict
        With ``metrics`` None, and ``note`` saying why, where no finite fit exists.
    """
    unseen = recalibrate_unseen(probability, y, groups, kind, seed=seed)
    whole = fit_recalibration(probability, y, kind)
    if unseen is None or whole is None:
        return {
            "used_labels": True,
            "metrics": None,
            "note": "Not fitted: the probabilities part the two classes, so that no finite slope exists.",
        }
    rows, repeat = _rows_of(unseen, y, groups, threshold)
    return {
        "used_labels": True,
        "note": USED_LABELS.format(folds=unseen.folds, repeats=REPEATS)
        + (WRONG_WAY if whole.slope <= 0 else ""),
        "folds": unseen.folds,
        "repeats": REPEATS,
        "all_rows": asdict(whole),
        "metrics": plain(estimates(rows, seed=seed, names=BESIDE_RANKING)),
        **curves(rows, repeat, seed=seed),
    }


def _rows_of(
    unseen: Unseen, y: IntArray, groups: npt.NDArray[np.str_], threshold: float
) -> tuple[HeldOut, IntArray]:
    """All repeats below each other, each as one fold."""
    n_repeats, n_rows = unseen.probability.shape
    rows = held_out(np.tile(y, n_repeats), unseen.probability.ravel(), threshold, np.tile(groups, n_repeats))
    repeat = np.repeat(np.arange(n_repeats, dtype=np.int64), n_rows)
    return HeldOut(rows.y, rows.probability, rows.predicted, rows.patient, repeat), repeat
