"""Calibration, decision curve and selection stability of a result, as plain data for ``metrics.json``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from radiobone.evaluation import calibration_measures, decision_curve
from radiobone.evaluation.binned_calibration import BinnedCurve
from radiobone.evaluation.calibration_measures import SMOOTHER, Calibration, calibration
from radiobone.evaluation.fold import FoldOutcome
from radiobone.evaluation.selection_stability import selection_stability
from radiobone.evaluation.weighted import FloatArray, HeldOut, IntArray


def calibration_entry(rows: HeldOut, repeat: IntArray, *, seed: int) -> dict[str, Any]:
    """Measures with intervals, and the smooth and the binned curve with their bands."""
    found = calibration(rows, repeat, seed=seed)
    return {
        **{name: asdict(one) for name, one in found.measures.items()},
        "curve": _curve(found),
        "binned": _curve(found.binned),
        "smoother": SMOOTHER,
        "method": calibration_measures.METHOD.format(n=calibration_measures.N_RESAMPLES),
    }


def decision_curve_entry(rows: HeldOut, repeat: IntArray, *, seed: int) -> dict[str, Any]:
    """Net benefit at each threshold of the model, of treating all and of treating none."""
    found = decision_curve.decision_curve(rows, repeat, seed=seed)
    bands = {"model": found.model, "treat_all": found.treat_all, "gain": found.gain}
    return {
        "threshold": _listed(found.threshold),
        **{
            name: {"value": _listed(band.value), "low": _listed(band.low), "high": _listed(band.high)}
            for name, band in bands.items()
        },
        "treat_none": 0.0,
        "gain_is": "net benefit of the model over the better of treating all and treating none",
        "method": decision_curve.METHOD.format(n=decision_curve.N_RESAMPLES),
    }


def stability_entry(fits: Sequence[FoldOutcome], n_features: int) -> dict[str, Any]:
    """Nogueira's index of the features that reach the models of the folds."""
    names = sorted({name for fit in fits for name in fit.features})
    chosen = np.zeros((len(fits), max(n_features, len(names))), dtype=bool)
    for row, fit in zip(chosen, fits, strict=True):
        row[: len(names)] = np.isin(names, fit.features)
    return {
        **asdict(selection_stability(chosen)),
        "method": "Nogueira's index; 95 % interval for independent selections, those of folds overlap",
    }


def _curve(found: Calibration | BinnedCurve) -> dict[str, list[float | None]]:
    columns = {
        "probability": found.probability,
        "observed": found.observed,
        "low": found.low,
        "high": found.high,
    }
    return {name: _listed(values) for name, values in columns.items()}


def _listed(values: FloatArray) -> list[float | None]:
    return [float(value) if np.isfinite(value) else None for value in values]
