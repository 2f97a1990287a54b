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


def icc_2_1(
    values: npt.ArrayLike, subjects: npt.ArrayLike, measurers: npt.ArrayLike, *, confidence: float = 0.95
) -> Icc:
    """Agreement of single measurements where the same measurers, taken by chance, saw every subject: ICC(2,1).

    A measurer who is off by a constant lowers it.

    Parameters
    ----------
    values : array-like of float, shape (n_rows, n_features)
        Measurements.
    subjects, measurers : array-like, shape (n_rows,)
        Whose measurement each row is, and who made it; subjects that a measurer is missing for are left out.
    confidence : float
        Of the interval, which is approximate.

    Returns
    -------
    Icc

    Raises
    ------
    TooFewRows
        If fewer than two subjects were seen by all measurers, or there is one measurer.

    References
    ----------
    Shrout and Fleiss 1979, Psychol Bull 86(2):420-428; McGraw and Wong 1996, Psychol Methods 1(1):30-46.
    """
    table = _crossed(values, subjects, measurers)
    n, k, _ = table.shape
    between, of_measurers, error = _two_way(table)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = (between - error) / (between + (k - 1) * error + k * (of_measurers - error) / n)
        low, high = _agreement_interval((between, of_measurers, error), value, (n, k), (1 - confidence) / 2)
    return Icc(value, low, high, n)


def icc_3_1(
    values: npt.ArrayLike, subjects: npt.ArrayLike, measurers: npt.ArrayLike, *, confidence: float = 0.95
) -> Icc:
    """Consistency of single measurements by these very measurers, who saw every subject: ICC(3,1).

    A measurer who is off by a constant does not count. Arguments, result, errors and source as of ``icc_2_1``; the
    interval is exact.
    """
    table = _crossed(values, subjects, measurers)
    n, k, _ = table.shape
    between, _, error = _two_way(table)
    tail, df = (1 - confidence) / 2, (n - 1) * (k - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = between / error
    low = ratio / stats.f.ppf(1 - tail, n - 1, df)
    high = ratio * stats.f.ppf(1 - tail, df, n - 1)
    value, low, high = (_correlation(one, k) for one in (ratio, low, high))
    return Icc(value, low, high, n)


def _crossed(values: npt.ArrayLike, subjects: npt.ArrayLike, measurers: npt.ArrayLike) -> FloatArray:
    """Measurements as (subject, measurer, feature), of the subjects that all measurers saw once."""
    table = np.asarray(values, dtype=np.float64)
    _, of_subject = np.unique(np.asarray(subjects), return_inverse=True)
    names, of_measurer = np.unique(np.asarray(measurers), return_inverse=True)
    seen = np.zeros((of_subject.max(initial=-1) + 1, len(names)), dtype=np.intp)
    np.add.at(seen, (of_subject, of_measurer), 1)
    complete = (seen == 1).all(axis=1)
    if complete.sum() < 2 or len(names) < 2:
        raise TooFewRows(
            f"{complete.sum()} region(s) have one measurement by each of {len(names)} measurer(s), and an intraclass correlation "
            "compares regions: at least 2 of each are needed, 20 regions or more for an interval that says something."
        )
    rows = np.flatnonzero(complete[of_subject])
    rows = rows[np.lexsort((of_measurer[rows], of_subject[rows]))]
    return table[rows].reshape(int(complete.sum()), len(names), -1)


def _two_way(table: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean squares of subjects, measurers and error; a spread that is rounding noise counts as none."""
    n, k, _ = table.shape
    centred = table - table.mean(axis=(0, 1))
    of_subjects, of_measurers = centred.mean(axis=1), centred.mean(axis=0)
    rest = centred - of_subjects[:, np.newaxis] - of_measurers
    squares = (
        k * np.square(of_subjects).sum(axis=0) / (n - 1),
        n * np.square(of_measurers).sum(axis=0) / (k - 1),
        np.square(rest).sum(axis=(0, 1)) / ((n - 1) * (k - 1)),
    )
    noise = np.square(np.abs(table).max(axis=(0, 1)) * 1e-12)
    subjects, measurers, error = (np.where(one <= noise, 0.0, one) for one in squares)
    return subjects, measurers, error


def _agreement_interval(
    squares: tuple[FloatArray, FloatArray, FloatArray], value: FloatArray, size: tuple[int, int], tail: float
) -> tuple[FloatArray, FloatArray]:
    """Find the ends of the interval of ICC(2,1), by Satterthwaite's degrees of freedom."""
    (between, of_measurers, error), (n, k) = squares, size
    left = (n * (1 + (k - 1) * value) - k * value) * error
    shared = k * value * of_measurers
    spread = (n - 1) * np.square(shared) + np.square(left)
    df = np.divide(
        (k - 1) * (n - 1) * np.square(shared + left), spread, where=spread > 0, out=np.ones_like(spread)
    )
    df = np.maximum(df, np.finfo(float).tiny)
    rest = k * of_measurers + (k * n - k - n) * error
    upper, lower = stats.f.ppf(1 - tail, n - 1, df), stats.f.ppf(1 - tail, df, n - 1)
    low = n * (between - upper * error) / (upper * rest + n * between)
    high = n * (lower * between - error) / (rest + n * lower * between)
    return low, high


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
