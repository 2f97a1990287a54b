"""Frozen predictions against labels that came later: over all rows, by group, and window by window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.evaluation.drift.cusum import cusum
from radiobone.evaluation.drift.limits import Limits
from radiobone.evaluation.drift.observed import mean_error, observed_expected
from radiobone.evaluation.drift.reference import Reference
from radiobone.evaluation.drift.windows import Window
from radiobone.evaluation.model import Model
from radiobone.evaluation.result_statistics import calibration_entry
from radiobone.evaluation.subgroups import Subgroup
from radiobone.evaluation.validation.performance import frozen_estimates, held_out, plain

FEWEST_PATIENTS = 5
BoolArray = npt.NDArray[np.bool_]
Part = Callable[[BoolArray], dict[str, Any]]


@dataclass(frozen=True, eq=False)
class Labelled:
    """Rows whose labels are known.

    Attributes
    ----------
    y : numpy.ndarray of float, shape (n_rows,)
        Classes 0 and 1, places of ordered classes, or numbers.
    predicted : numpy.ndarray of float, shape (n_rows,)
        As in ``Reference.predicted``.
    patients : numpy.ndarray of str, shape (n_rows,)
    windows : sequence of Window
        Over the same rows.
    groups : sequence of Subgroup
        Over the same rows.
    """

    y: npt.NDArray[np.float64]
    predicted: npt.NDArray[np.float64]
    patients: npt.NDArray[np.str_]
    windows: Sequence[Window]
    groups: Sequence[Subgroup]


def outcome_entry(
    model: Model, reference: Reference, rows: Labelled, limits: Limits, *, seed: int
) -> dict[str, Any]:
    """Sum up how predictions and labels agree, as plain data.

    Parameters
    ----------
    model : Model
    reference : Reference
        What is usual.
    rows : Labelled
    limits : Limits
    seed : int
        Of the bootstrap.

    Returns
    -------
    dict
        ``all``, ``groups`` and ``windows``: of two classes observed over expected, of other tasks the mean error; ``chart``,
        the cumulative sum; ``measures`` with intervals (AUC, Brier, calibration …), or ``too_few``, why there are none.
    """
    part = _part_of(model, reference, rows)
    everyone = np.ones(len(rows.y), dtype=bool)
    windows = [{"name": one.name, **part(one.here)} for one in rows.windows if one.here.any()]
    sums = cusum([one["errors"] for one in windows], slack=limits.cusum_slack, alarm=limits.cusum_alarm)
    groups = [
        {"column": one.column, "label": one.label, **part(one.here)} for one in rows.groups if one.here.any()
    ]
    return {
        "n_rows": len(rows.y),
        "n_patients": len(np.unique(rows.patients)),
        "all": part(everyone),
        "groups": groups,
        "windows": windows,
        "chart": asdict(sums),
        **_measures(model, rows, seed),
    }


def _part_of(model: Model, reference: Reference, rows: Labelled) -> Part:
    y, predicted, patients = rows.y, rows.predicted, rows.patients
    if model.task.name == "binary":
        return lambda here: observed_expected(y[here], predicted[here], patients[here]).as_plain()
    return lambda here: mean_error(
        y[here], predicted[here], patients[here], usual=reference.error_mean, sd=reference.error_sd
    )


def _measures(model: Model, rows: Labelled, seed: int) -> dict[str, Any]:
    """AUC, Brier score and calibration with intervals; of other tasks `radiobone validate` tells everything."""
    if model.task.name != "binary":
        return {}
    assert model.threshold is not None  # a model for two classes has one
    held = held_out(rows.y, rows.predicted, model.threshold, rows.patients)
    rarer = min(len(np.unique(rows.patients[rows.y == one])) for one in (0, 1))
    if rarer < FEWEST_PATIENTS:
        why = f"{rarer} patient(s) of one class have labels, and intervals need at least {FEWEST_PATIENTS}."
        return {"too_few": why}
    one_repeat = np.zeros(len(rows.y), dtype=np.int64)
    return {
        "measures": plain(frozen_estimates(held, seed=seed)),
        "calibration": calibration_entry(held, one_repeat, seed=seed),
    }
