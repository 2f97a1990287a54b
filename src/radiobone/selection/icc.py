"""Intraclass correlation: how much of a feature's spread lies between regions, not between repeats of one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import TooFewRows
from radiobone.core.lazy import lazily

stats = lazily("scipy.stats")
FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Icc:
    """Intraclass correlations of several features.

    Attributes
    ----------
    value, low, high : ndarray of float, shape (n_features,)
        The correlation and the ends of its interval; NaN for a feature that is the same everywhere.
    n_subjects : int
        Subjects that were measured twice or more.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    n_subjects: int


def icc_1_1(values: npt.ArrayLike, subjects: npt.ArrayLike, *, confidence: float = 0.95) -> Icc:
    """Correlate single measurements of one subject, made by measurers taken by chance: ICC(1,1).

    Parameters
    ----------
    values : array-like of float, shape (n_rows, n_features)
        Measurements.
    subjects : array-like, shape (n_rows,)
        Whose measurement each row is; subjects measured once are left out.
    confidence : float
        Of the interval. Where subjects have different numbers of measurements it is approximate.

    Returns
    -------
    Icc

    Raises
    ------
    TooFewRows
        If fewer than two subjects were measured twice or more.

    References
    ----------
    Shrout and Fleiss 1979, Psychol Bull 86(2):420-428. Different numbers: Searle, Casella and McCulloch 1992,
    Variance Components, section 3.6.
    """
    table, codes, counts = _repeated(np.asarray(values, dtype=np.float64), np.asarray(subjects))
    n_subjects, n_rows = len(counts), len(codes)
    if n_subjects < 2:
        raise TooFewRows(
            f"{n_subjects} region(s) have two measurements or more, and an intraclass correlation compares regions: at "
            "least 2 are needed, 20 or more for an interval that says something."
        )
    between_df, within_df = n_subjects - 1, n_rows - n_subjects
    size = (n_rows - float((counts**2).sum()) / n_rows) / between_df  # of a group, were all alike
    between, within = _mean_squares(table, codes, counts)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = between / within
    tail = (1 - confidence) / 2
    low = ratio / stats.f.ppf(1 - tail, between_df, within_df)
    high = ratio * stats.f.ppf(1 - tail, within_df, between_df)
    value, low, high = (_correlation(one, size) for one in (ratio, low, high))
    return Icc(value, low, high, n_subjects)


def _repeated(
    table: FloatArray, subjects: npt.NDArray[np.generic]
) -> tuple[FloatArray, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Rows of subjects with two and more, the number of each row's subject, and how many rows each has."""
    _, codes, counts = np.unique(subjects, return_inverse=True, return_counts=True)
    kept = counts[codes] > 1
    _, codes, counts = np.unique(codes[kept], return_inverse=True, return_counts=True)
    return table[kept], codes, counts


def _mean_squares(
    table: FloatArray, codes: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]
) -> tuple[FloatArray, FloatArray]:
    """Variance between and within subjects; a spread that is rounding noise counts as none."""
    centred = table - table.mean(axis=0)
    sums = np.zeros((len(counts), table.shape[1]))
    np.add.at(sums, codes, centred)
    means = sums / counts[:, None]
    between = (counts[:, None] * means**2).sum(axis=0) / (len(counts) - 1)
    within = ((centred - means[codes]) ** 2).sum(axis=0) / (len(codes) - len(counts))
    noise = (np.abs(table).max(axis=0) * 1e-12) ** 2
    return np.where(between <= noise, 0.0, between), np.where(within <= noise, 0.0, within)


def _correlation(ratio: FloatArray, size: float) -> FloatArray:
    """Turn a ratio of variances into a correlation; an infinite ratio is 1."""
    with np.errstate(invalid="ignore"):
        found = (ratio - 1) / (ratio + size - 1)
    return np.where(np.isposinf(ratio), 1.0, found)
