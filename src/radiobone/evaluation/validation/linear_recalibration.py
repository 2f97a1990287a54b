"""A frozen model's numbers fitted to another cohort: by a shift, or by a straight line.

As for probabilities, what it would give on further patients is told by cross-validation over patients: what was measured of a
patient never changes that patient's own number.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from radiobone.cohort.cohort import Cohort
from radiobone.evaluation.fold import FoldOutcome
from radiobone.evaluation.graded_intervals import Held, Rows, graded_intervals
from radiobone.evaluation.number_metrics import weighted_line
from radiobone.evaluation.splits import make_splits
from radiobone.evaluation.summary import predictions_table
from radiobone.evaluation.task_results.registry import TASK_RESULTS
from radiobone.evaluation.validation.performance import MODEL_KEPT, plain
from radiobone.evaluation.validation.recalibration import MOST_FOLDS, REPEATS, USED_LABELS

FloatArray = npt.NDArray[np.float64]
Kind = Literal["shift", "line"]
KINDS: tuple[Kind, ...] = ("shift", "line")
WRONG_WAY = " The fitted slope is not above 0: here the measured numbers do not rise with the predicted ones, and no line can repair that."
NOT_FITTED = "Not fitted: the predicted numbers are alike, or there are too few patients to leave some out."


@dataclass(frozen=True)
class Line:
    """Measured number = intercept + slope · predicted number."""

    intercept: float
    slope: float

    def predict(self, predicted: FloatArray) -> FloatArray:
        """Turn frozen numbers into recalibrated ones."""
        return np.asarray(self.intercept + self.slope * predicted, dtype=float)


def fit_line(predicted: FloatArray, y: FloatArray, kind: Kind) -> Line | None:
    """Fit by least squares: a shift, with a slope of 1, or a line; None if it cannot be, as where predictions are alike.

    Parameters
    ----------
    predicted, y : numpy.ndarray of float, shape (n_rows,)
    kind : {"shift", "line"}
    """
    if not len(y):
        return None
    if kind == "shift":
        return Line(float((y - predicted).mean()), 1.0)
    found = weighted_line(y, predicted, np.ones((1, len(y))))
    slope = float(found["slope"][0])
    return Line(float(found["intercept"][0]), slope) if np.isfinite(slope) else None


def refit_unseen(cohort: Cohort, predicted: FloatArray, kind: Kind, *, seed: int) -> FloatArray | None:
    """Recalibrate each row by what was measured of other patients.

    Returns
    -------
    numpy.ndarray of float, shape (n_repeats, n_rows), or None
        None if a fold has no fit.
    """
    folds = min(MOST_FOLDS, len(np.unique(cohort.groups)))
    if folds < 2:
        return None
    alike = np.zeros(cohort.n_rows, dtype=np.int64)
    splits = make_splits(
        alike,
        cohort.groups,
        folds=folds,
        repeats=REPEATS,
        seed=seed,
        key="recalibration",
        names=("measured",),
    )
    found = np.full((REPEATS, cohort.n_rows), np.nan)
    for split in splits:
        line = fit_line(predicted[split.train], cohort.y[split.train], kind)
        if line is None:
            return None
        found[split.repeat, split.test] = line.predict(predicted[split.test])
    return found


def refitted_entry(cohort: Cohort, fold: FoldOutcome, kind: Kind, *, seed: int) -> dict[str, Any]:
    """Judge a refit on patients that it left out, and tell the fit to all rows, as plain data.

    Parameters
    ----------
    cohort : Cohort
        What was measured, and patients.
    fold : FoldOutcome
        The frozen numbers.
    kind : {"shift", "line"}
    seed : int

    Returns
    -------
    dict
        With ``metrics`` None, and ``note`` saying why, where it cannot be fitted.
    """
    unseen, whole = (
        refit_unseen(cohort, fold.output, kind, seed=seed),
        fit_line(fold.output, cohort.y, kind),
    )
    if unseen is None or whole is None:
        return {"used_labels": True, "metrics": None, "note": NOT_FITTED}
    each = [
        replace(fold, repeat=number, train=fold.test, output=output) for number, output in enumerate(unseen)
    ]  # the refits of a repeat together learned from all rows, each row's own from those of others
    found = TASK_RESULTS["number"].estimates(cohort, each, predictions_table(cohort, each), seed, MODEL_KEPT)
    n_folds = min(MOST_FOLDS, len(np.unique(cohort.groups)))
    note = USED_LABELS.format(folds=n_folds, repeats=REPEATS) + (WRONG_WAY if whole.slope <= 0 else "")
    return {
        "used_labels": True,
        "note": note,
        "folds": n_folds,
        "repeats": REPEATS,
        "all_rows": asdict(whole),
        "metrics": plain(found),
    }


def line_entry(cohort: Cohort, predicted: FloatArray, *, seed: int) -> dict[str, Any]:
    """Slope and intercept of the measured numbers over the frozen ones, 1 and 0 if they agree, as plain data."""
    _, unit = np.unique(cohort.groups, return_inverse=True)
    part = np.zeros(cohort.n_rows, dtype=np.int64)
    held = Held(unit.astype(np.int64), part, np.zeros(unit.max() + 1, dtype=np.int64))
    bounds = graded_intervals(held, partial(_line, cohort.y, predicted), seed=seed)
    values = weighted_line(cohort.y, predicted, np.ones((1, cohort.n_rows)))
    return {
        name: {
            "value": float(values[name][0]) if np.isfinite(values[name][0]) else None,
            "low": low,
            "high": high,
        }
        for name, (low, high) in bounds.items()
    }


def _line(y: FloatArray, predicted: FloatArray, rows: Rows, drawn: FloatArray) -> dict[str, FloatArray]:
    return weighted_line(y[rows], predicted[rows], drawn)
