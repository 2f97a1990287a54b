"""Measures of held-out rows: mean over folds with its intervals, and the pooled value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.cohort import Cohort
from radiobone.evaluation.estimate import Estimate
from radiobone.evaluation.fold import FoldOutcome
from radiobone.evaluation.intervals import intervals, method_of
from radiobone.evaluation.metrics import LOWEST, METRICS, Scored
from radiobone.evaluation.resampled_t import FoldMean, corrected_t
from radiobone.evaluation.weighted import HeldOut

Measure = Callable[[pd.DataFrame], float | None]
Bounds = tuple[float | None, float | None]
Range = tuple[float, float]


def scored(table: pd.DataFrame) -> Scored:
    """Return the columns of a table of predictions that metrics need."""
    return Scored(
        table["y"].to_numpy(np.int64),
        table["probability"].to_numpy(float),
        table["predicted"].to_numpy(np.int64),
    )


def estimates(
    predictions: pd.DataFrame,
    cohort: Cohort,
    fits: Sequence[FoldOutcome] | None,
    *,
    seed: int,
    method: str,
) -> dict[str, Estimate]:
    """Estimate every metric of two classes; ``method`` says how intervals are made, and what is kept while patients are drawn."""
    bounds = intervals(held_out(predictions, cohort), seed=seed)
    measures = {name: of_block(metric) for name, metric in METRICS.items()}
    ranges = {name: limits_of(name) for name in METRICS}
    methods = {name: method_of(name, method) for name in METRICS}
    return fold_estimates(predictions, fits, measures, bounds, ranges, methods)


def of_block(metric: Callable[[Scored], float | None]) -> Measure:
    """Return what computes a metric of two classes from a block of the table of predictions."""
    return lambda block: metric(scored(block))


def limits_of(name: str) -> Range:
    """Return between which values a metric of two classes lies."""
    return LOWEST.get(name, 0.0), 1.0


def fold_estimates(
    predictions: pd.DataFrame,
    fits: Sequence[FoldOutcome] | None,
    measures: Mapping[str, Measure],
    bounds: Mapping[str, Bounds],
    ranges: Mapping[str, Range],
    methods: Mapping[str, str],
) -> dict[str, Estimate]:
    """Estimate measures that a block of the table of predictions gives.

    Parameters
    ----------
    predictions : pandas.DataFrame
        One row per held-out row and repeat.
    fits : sequence of FoldOutcome or None
        None where the parts are no folds, and so have no corrected resampled t.
    measures : mapping of str to callable
        From the rows of a fold, or of a repeat, to the measure; None if it cannot be computed.
    bounds : mapping of str to (low, high)
        Bootstrap interval of each mean.
    ranges : mapping of str to (low, high)
        Between which values each measure lies.
    methods : mapping of str to str
        How each interval was made.
    """
    folds = [block for _, block in predictions.groupby(["repeat", "fold"], sort=True)]
    repeats = [block for _, block in predictions.groupby("repeat", sort=True)]
    found = {}
    for name, measure in measures.items():
        values = [measure(fold) for fold in folds]
        there = [value for value in values if value is not None]
        pooled = [value for value in map(measure, repeats) if value is not None]
        spread = float(np.std(there, ddof=1)) if len(there) > 1 else None
        by_t = _by_t(values, fits)
        found[name] = Estimate(
            _mean(there), *bounds[name], _mean(pooled), spread, len(there), methods[name],
            within(ranges[name], by_t.low), within(ranges[name], by_t.high),
        )  # fmt: skip
    return found


def _by_t(values: Sequence[float | None], fits: Sequence[FoldOutcome] | None) -> FoldMean:
    if fits is None:
        return FoldMean(None, None, None, None, 0)
    in_order = sorted(fits, key=lambda fit: (fit.repeat, fit.fold))
    return corrected_t(values, [len(fit.train) for fit in in_order], [len(fit.test) for fit in in_order])


def within(limits: Range, bound: float | None) -> float | None:
    """Cut a bound to the range of the metric."""
    return None if bound is None else min(max(bound, limits[0]), limits[1])


def held_out(predictions: pd.DataFrame, cohort: Cohort) -> HeldOut:
    """Return predictions of two classes with the number of each row's patient and fold."""
    rows = scored(predictions)
    return HeldOut(
        rows.y, rows.probability, rows.predicted, units(predictions, cohort), fold_numbers(predictions)
    )


def units(predictions: pd.DataFrame, cohort: Cohort) -> npt.NDArray[np.int64]:
    """Return a number per held-out row for its patient, or for what splits keep whole."""
    group_of_row = dict(zip(cohort.X.index.astype(str), cohort.groups.tolist(), strict=True))
    _, unit = np.unique([group_of_row[row] for row in predictions["row_id"]], return_inverse=True)
    return unit.astype(np.int64)


def fold_numbers(predictions: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Return a number for the fold of each held-out row, over all repeats."""
    number = predictions.groupby(["repeat", "fold"], sort=True).ngroup()
    return np.asarray(number.to_numpy(), dtype=np.int64)


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if len(values) else None
