"""How well frozen probabilities do on the labelled rows of another cohort."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.evaluation import calibration_measures, decision_curve
from radiobone.evaluation.delong import auc_covariance, auc_interval
from radiobone.evaluation.intervals import N_RESAMPLES, intervals, method_of
from radiobone.evaluation.metrics import METRICS, Scored, confusion
from radiobone.evaluation.result import Estimate
from radiobone.evaluation.result_statistics import calibration_entry, decision_curve_entry
from radiobone.evaluation.weighted import HeldOut, IntArray

BOOTSTRAP = "95 % percentile bootstrap of patients, {n} resamples, the model kept"
MODEL_KEPT = BOOTSTRAP.format(n=N_RESAMPLES)
DELONG = "95 %, DeLong's variance, on the log odds"
OBUCHOWSKI = "95 %, Obuchowski's variance (DeLong's with rows of a patient kept together), on the log odds"
RANKING = ("auc", "average_precision")
BESIDE_RANKING = tuple(name for name in METRICS if name not in RANKING)
"""Metrics that do not depend on the order of the rows alone, which recalibration keeps."""


def held_out(
    y: npt.ArrayLike, probability: npt.ArrayLike, threshold: float, groups: npt.ArrayLike
) -> HeldOut:
    """Gather the rows of a cohort that a frozen model has scored, as one fold.

    Parameters
    ----------
    y, probability : array-like, shape (n_rows,)
        Classes 0 and 1, and probabilities of class 1.
    threshold : float
        The model's own.
    groups : array-like, shape (n_rows,)
        Patient of each row.
    """
    _, unit = np.unique(np.asarray(groups), return_inverse=True)
    chances = np.asarray(probability, dtype=float)
    called = (chances >= threshold).astype(np.int64)
    fold = np.zeros(len(chances), dtype=np.int64)
    return HeldOut(np.asarray(y, dtype=np.int64), chances, called, unit.astype(np.int64), fold)


def is_clustered(rows: HeldOut) -> bool:
    """Tell whether a patient has several rows."""
    return len(np.unique(rows.patient)) < len(rows.y)


def estimates(rows: HeldOut, *, seed: int, names: Collection[str] = tuple(METRICS)) -> dict[str, Estimate]:
    """Metrics with 95 % intervals by the bootstrap of patients; mean over repeats, if there are several.

    Parameters
    ----------
    rows : HeldOut
        Each repeat is one fold.
    seed : int
        Of the bootstrap.
    names : collection of str
        Which metrics.
    """
    bounds = intervals(rows, seed=seed, names=names)
    parts = [_part(rows, rows.fold == one) for one in np.unique(rows.fold)]
    found = {}
    for name in names:
        there = [value for value in map(METRICS[name], parts) if value is not None]
        mean = float(np.mean(there)) if there else None
        method = method_of(name, MODEL_KEPT)
        found[name] = Estimate(mean, *bounds[name], mean, None, len(there), method)
    return found


def frozen_estimates(rows: HeldOut, *, seed: int) -> dict[str, Estimate]:
    """As ``estimates``, with the AUC's interval by DeLong, or by Obuchowski where patients have several rows.

    Raises
    ------
    OneClass, TooFewPerClass
        If a class has fewer than two patients.
    """
    by_patient = is_clustered(rows)
    area = auc_interval(auc_covariance(rows.y, rows.probability, rows.patient if by_patient else None))
    method = OBUCHOWSKI if by_patient else DELONG
    auc = Estimate(area.auc, area.low, area.high, area.auc, None, 1, method)
    others = estimates(rows, seed=seed, names=[name for name in METRICS if name != "auc"])
    return {"auc": auc, **others}


def _part(rows: HeldOut, here: npt.NDArray[np.bool_]) -> Scored:
    return Scored(rows.y[here], rows.probability[here], rows.predicted[here])


def frozen_performance(rows: HeldOut, *, seed: int) -> dict[str, Any]:
    """Metrics, confusion, calibration and decision curve of a frozen model, as plain data.

    Raises
    ------
    OneClass, TooFewPerClass
    """
    return {
        "metrics": plain(frozen_estimates(rows, seed=seed)),
        "confusion": confusion(Scored(rows.y, rows.probability, rows.predicted)),
        **curves(rows, np.zeros(len(rows.y), dtype=np.int64), seed=seed),
    }


def curves(rows: HeldOut, repeat: IntArray, *, seed: int) -> dict[str, Any]:
    """Calibration and decision curve, as plain data, with what they are called where nothing is out of fold."""
    moved = f"{BOOTSTRAP}; those of ICI, E50 and E90 moved by the bootstrap's bias"
    return {
        "calibration": {
            **calibration_entry(rows, repeat, seed=seed),
            "method": moved.format(n=calibration_measures.N_RESAMPLES),
        },
        "decision_curve": {
            **decision_curve_entry(rows, repeat, seed=seed),
            "method": BOOTSTRAP.format(n=decision_curve.N_RESAMPLES),
        },
    }


def plain(found: Mapping[str, Estimate]) -> dict[str, dict[str, Any]]:
    """Turn estimates into plain data, without what only folds have."""
    kept = ("mean", "low", "high", "method")
    return {name: {key: asdict(one)[key] for key in kept} for name, one in found.items()}
