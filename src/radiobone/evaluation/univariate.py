"""Every feature by itself, on all rows: medians, a test of ranks, and how well it does alone.

A description of the table for the reader. Nothing is chosen by it: features are chosen anew within each fold, from its
training rows, and what stands out here has seen the rows that the folds are tested on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm, rankdata
from scipy.stats import t as student

from radiobone.cohort.cohort import Cohort
from radiobone.core.errors import OneClass, TooFewPerClass
from radiobone.evaluation.delong import auc_covariance, auc_interval
from radiobone.selection.kruskal import kruskal_wallis
from radiobone.selection.mannwhitney import mann_whitney
from radiobone.selection.univariate import benjamini_hochberg

FloatArray = npt.NDArray[np.float64]
Labels = npt.NDArray[np.float64]
Patients = npt.NDArray[np.generic] | None
Tested = dict[str, FloatArray]
AT_ONCE = 64
"""Columns whose AUCs are computed together."""
TESTS: Mapping[str, str] = {
    "binary": "Mann-Whitney U",
    "ordinal": "Kruskal-Wallis H",
    "number": "Spearman's rank correlation",
}
LEVEL = 0.95


def univariate(cohort: Cohort) -> pd.DataFrame:
    """Describe every column of a cohort by itself; rows that were made from others are left out.

    Parameters
    ----------
    cohort : Cohort

    Returns
    -------
    pandas.DataFrame
        One row per column, in the order of the table: ``feature``; ``n`` rows that have a value and ``n_missing``;
        ``least`` and ``greatest``; ``median_0``, ``median_1``, ... of the classes in their order, or ``median`` for a
        number; ``statistic`` of the test in ``TESTS``; ``effect``, which is the AUC of the column alone (above 0.5 if the
        positive class has the higher values) or the rank correlation, with its 95 % interval ``low``, ``high``; ``p``,
        two-sided, which takes rows of a patient for independent; ``p_bh``, corrected for all columns by Benjamini and
        Hochberg. NaN where the values do not allow it.
    """
    measured = np.ones(cohort.n_rows, dtype=bool) if cohort.derived is None else ~cohort.derived
    table = cohort.X.to_numpy(dtype=np.float64)[measured]
    y = np.asarray(cohort.y, dtype=np.float64)[measured]
    patient = cohort.patient[measured]
    several = len(np.unique(patient)) < len(patient)
    kind = cohort.task.kind
    n_classes = {"binary": 2, "ordinal": len(cohort.levels)}.get(kind, 0)
    found = {
        **_ranges(table, y, n_classes),
        **_tested(_OF_TASK[kind], table, y, patient if several else None),
    }
    return pd.DataFrame({"feature": [str(name) for name in cohort.X.columns], **found})


def _ranges(table: FloatArray, y: Labels, n_classes: int) -> dict[str, npt.NDArray[np.generic]]:
    known = np.isfinite(table)
    n = known.sum(axis=0)
    found = {
        "n": n,
        "n_missing": len(table) - n,
        "least": _or_nan(np.min, table, known),
        "greatest": _or_nan(np.max, table, known),
    }
    parts = {f"median_{code}": y == code for code in range(n_classes)} or {
        "median": np.ones(len(y), dtype=bool)
    }
    return found | {name: _or_nan(np.median, table[rows], known[rows]) for name, rows in parts.items()}


def _or_nan(
    measure: Callable[[FloatArray], np.floating], table: FloatArray, known: npt.NDArray[np.bool_]
) -> FloatArray:
    columns = zip(table.T, known.T, strict=True)
    return np.array([measure(one[there]) if there.any() else np.nan for one, there in columns], dtype=float)


def _tested(test: Callable[..., Tested], table: FloatArray, y: Labels, patient: Patients) -> Tested:
    """Test complete columns together, and each of the others on the rows where it has a value."""
    n_columns = table.shape[1]
    found = {name: np.full(n_columns, np.nan) for name in ("statistic", "effect", "low", "high", "p")}
    known = np.isfinite(table)
    complete = np.flatnonzero(known.all(axis=0))
    groups = [complete] if len(complete) else []
    groups += [np.array([column]) for column in np.flatnonzero(~known.all(axis=0))]
    for columns in groups:
        rows = known[:, columns[0]]
        part = test(table[np.ix_(rows, columns)], y[rows], None if patient is None else patient[rows])
        for name, values in part.items():
            found[name][columns] = values
    tested = np.isfinite(found["p"])
    found["p_bh"] = np.full(n_columns, np.nan)
    found["p_bh"][tested] = benjamini_hochberg(found["p"][tested])
    return found


def _two_classes(table: FloatArray, y: Labels, patient: Patients) -> Tested:
    positive = y == 1
    if positive.all() or not positive.any():
        return {}
    test = mann_whitney(table, positive)
    low, high = _auc_intervals(table, positive, patient)
    return {"statistic": test.statistic, "effect": test.auc, "low": low, "high": high, "p": test.pvalues}


def _auc_intervals(
    table: FloatArray, positive: npt.NDArray[np.bool_], patient: Patients
) -> tuple[FloatArray, FloatArray]:
    """DeLong's interval of each column's AUC, or Obuchowski's where patients have several rows."""
    bounds = np.full((2, table.shape[1]), np.nan)
    for start in range(0, table.shape[1], AT_ONCE):
        columns = table[:, start : start + AT_ONCE].T
        try:
            found = auc_covariance(positive.astype(int), columns, patient)
        except (OneClass, TooFewPerClass):
            continue
        for place, values in enumerate(columns):
            if np.ptp(values):
                one = auc_interval(found, place)
                bounds[:, start + place] = one.low, one.high
    return bounds[0], bounds[1]


def _classes(table: FloatArray, y: Labels, patient: Patients) -> Tested:
    _, codes = np.unique(y, return_inverse=True)
    if codes.max(initial=0) < 1:
        return {}
    test = kruskal_wallis(table, codes)
    return {"statistic": test.statistic, "p": test.pvalues}


def _number(table: FloatArray, y: Labels, patient: Patients) -> Tested:
    """Spearman's correlation with its p value by Student's t, and Bonett and Wright's interval (Psychometrika 65, 2000)."""
    n = len(y)
    if n < 4 or not np.ptp(y):
        return {}
    ranks, target = rankdata(table, axis=0), rankdata(y)
    ranks, target = ranks - ranks.mean(axis=0), target - target.mean()
    size = np.sqrt(np.square(ranks).sum(axis=0) * np.square(target).sum())
    rho = np.divide(target @ ranks, size, out=np.full(len(size), np.nan), where=size > 0).clip(-1, 1)
    with np.errstate(divide="ignore"):
        statistic = rho * np.sqrt((n - 2) / (1 - np.square(rho)))
        middle = np.arctanh(rho)
    half = float(norm.ppf((1 + LEVEL) / 2)) * np.sqrt((1 + np.square(rho) / 2) / (n - 3))
    return {
        "statistic": rho,
        "effect": rho,
        "low": np.tanh(middle - half),
        "high": np.tanh(middle + half),
        "p": 2 * student.sf(np.abs(statistic), n - 2),
    }


_OF_TASK: Mapping[str, Callable[[FloatArray, Labels, Patients], Tested]] = {
    "binary": _two_classes,
    "ordinal": _classes,
    "number": _number,
}
