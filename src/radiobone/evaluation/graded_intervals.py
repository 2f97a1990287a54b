"""Bootstrap intervals of measures of ordered classes and of numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from radiobone.core.seeds import rng_for
from radiobone.evaluation.intervals import N_RESAMPLES, RESAMPLES_AT_ONCE, draw_patients, percentiles

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int64]
Measures = Callable[[Rows, FloatArray], Mapping[str, FloatArray]]


@dataclass(frozen=True, eq=False)
class Held:
    """Whose held-out rows are, and in which part of the evaluation they were predicted.

    Attributes
    ----------
    unit : numpy.ndarray of int, shape (n_rows,)
        Number of the patient, from 0.
    part : numpy.ndarray of int, shape (n_rows,)
        Number of the fold, or of the repeat.
    kind : numpy.ndarray of int, shape (n_units,)
        Kind of each patient: as many of each are drawn as there are.
    """

    unit: IntArray
    part: IntArray
    kind: IntArray


def graded_intervals(
    held: Held, measures: Measures, *, seed: int, n_resamples: int = N_RESAMPLES
) -> dict[str, tuple[float | None, float | None]]:
    """Bootstrap 95 % intervals of means over parts; patients are drawn with all their rows and repeats.

    Parameters
    ----------
    held : Held
    measures : callable
        From positions of rows and weights, shape (n_resamples, n_rows), to measures of shape (n_resamples,), NaN where
        one cannot be computed.
    seed : int
    n_resamples : int

    Returns
    -------
    dict of str to (low, high)
        None where half of the resamples do not have the measure.
    """
    weights = draw_patients(held.kind, n_resamples, rng_for(seed, "bootstrap"))
    with threadpool_limits(limits=1):
        blocks = [
            _means(held, measures, weights[start : start + RESAMPLES_AT_ONCE])
            for start in range(0, n_resamples, RESAMPLES_AT_ONCE)
        ]
    return {name: percentiles(np.concatenate([block[name] for block in blocks])) for name in blocks[0]}


def _means(held: Held, measures: Measures, weights: FloatArray) -> dict[str, FloatArray]:
    """Mean of each measure over the parts that have it."""
    found: dict[str, list[FloatArray]] = {}
    for part in np.unique(held.part):
        rows = np.flatnonzero(held.part == part)
        for name, values in measures(rows, weights[:, held.unit[rows]]).items():
            found.setdefault(name, []).append(values)
    return {name: _mean(np.stack(values)) for name, values in found.items()}


def _mean(values: FloatArray) -> FloatArray:
    there = np.isfinite(values)
    total, counted = np.where(there, values, 0.0).sum(axis=0), there.sum(axis=0)
    return np.asarray(
        np.divide(total, counted, out=np.full(len(total), np.nan), where=counted > 0), dtype=float
    )
