"""Traces that a step leaves in a table when it was applied to all rows before any fold: arrays in, arrays out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from sklearn.neighbors import NearestNeighbors

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
TOLERANCE = 1e-4  # of means and standard deviations; tables are cut to six digits or more
ROUNDING = 1e-9
CLOSE_SD = 1e-5  # how near a filled-in value lies to the mean or median, in standard deviations
LEAST_FILLED = 3
MOSTLY_DIFFERENT = 0.9
NEIGHBOURS, MOST_ROWS = 5, 500
LEAST_DIMENSIONS, MOST_DIMENSIONS = 5, 10
OFF_LINE = 1e-6  # one minus the squared cosine
NO_VARIANCE = 1e-8


def scaled_columns(values: FloatArray) -> npt.NDArray[np.bool_]:
    """Tell which columns have mean 0 and standard deviation 1, or reach exactly from 0 to 1, over all rows."""
    there = np.where(np.isfinite(values), values, np.nan)
    some = (~np.isnan(there)).sum(axis=0) > 2
    found = np.zeros(values.shape[1], dtype=bool)
    part = there[:, some]
    mean, low, high = np.nanmean(part, axis=0), np.nanmin(part, axis=0), np.nanmax(part, axis=0)
    spread = [np.abs(np.nanstd(part, axis=0, ddof=ddof) - 1) < TOLERANCE for ddof in (0, 1)]
    between = ((part > low) & (part < high)).any(axis=0)  # a mark of 0 and 1 is not scaled
    from_0_to_1 = (np.abs(low) < ROUNDING) & (np.abs(high - 1) < ROUNDING)
    standard = (np.abs(mean) < TOLERANCE) & (spread[0] | spread[1])
    found[some] = standard | (from_0_to_1 & between)
    return found


def filled_columns(values: FloatArray) -> npt.NDArray[np.bool_]:
    """Tell which columns repeat one value that is the mean or the median of the others, which differ."""
    return np.array([_filled(column) is not None for column in values.T], dtype=bool)


def filled_by_class(values: FloatArray, y: IntArray) -> npt.NDArray[np.bool_]:
    """Tell which columns repeat, in each class, another value that is the mean or median of that class."""
    found = []
    for column in values.T:
        of_class = [_filled(column[y == label]) for label in (0, 1)]
        found.append(None not in of_class and of_class[0] != of_class[1])
    return np.array(found, dtype=bool)


def _filled(column: FloatArray) -> float | None:
    """Return the value that gaps of a column were filled with, if they look filled."""
    there = column[np.isfinite(column)]
    kinds, counts = np.unique(there, return_counts=True)
    if not len(kinds) or counts.max() < LEAST_FILLED:
        return None
    value = float(kinds[counts.argmax()])
    others = there[there != value]
    if len(others) < LEAST_FILLED or len(kinds) - 1 < MOSTLY_DIFFERENT * len(others):
        return None
    near = CLOSE_SD * float(others.std())
    return value if min(abs(value - others.mean()), abs(value - float(np.median(others)))) <= near else None


def rows_between(values: FloatArray, y: IntArray) -> IntArray:
    """Find rows that lie on the straight line between two others of their class, as SMOTE makes them.

    Lines stay lines when features are decorrelated, which is done first, so that no direction dominates. Of many rows
    500 are looked at.

    Parameters
    ----------
    values : numpy.ndarray of float, shape (n_rows, n_features)
        Without gaps.
    y : numpy.ndarray of int, shape (n_rows,)
    """
    found: list[int] = []
    for label in (0, 1):
        here = np.flatnonzero(y == label)
        points = _decorrelated(values[here])
        if points is None:
            continue
        looked_at = np.unique(np.linspace(0, len(here) - 1, min(len(here), MOST_ROWS)).astype(int))
        near = NearestNeighbors(n_neighbors=NEIGHBOURS + 1).fit(points)
        neighbours = near.kneighbors(points[looked_at], return_distance=False)
        found += [
            int(here[row])
            for row, around in zip(looked_at, neighbours, strict=True)
            if any(_is_between(points, int(row), int(end)) for end in around if end != row)
        ]
    return np.array(sorted(found), dtype=np.int64)


def _decorrelated(values: FloatArray) -> FloatArray | None:
    if len(values) < LEAST_DIMENSIONS + 2:
        return None
    spread = values.std(axis=0)
    part = values[:, spread > 0]
    scaled = (part - part.mean(axis=0)) / spread[spread > 0]
    left, sizes, _ = np.linalg.svd(scaled, full_matrices=False)
    n_kept = min(int((sizes**2 > NO_VARIANCE * (sizes**2).sum()).sum()), MOST_DIMENSIONS)
    return None if n_kept < LEAST_DIMENSIONS else np.asarray(left[:, :n_kept], dtype=float)


def _is_between(points: FloatArray, row: int, end: int) -> bool:
    """Whether some third point lies beyond ``row`` as seen from ``end``, on one line with both."""
    step = points[row] - points[end]
    away = points - points[end]
    length, reach = float(step @ step), (away**2).sum(axis=1)
    along = away @ step
    beyond = (along > 0) & (reach > length) & (along**2 >= (1 - OFF_LINE) * reach * length)
    beyond[[row, end]] = False
    return length > 0 and bool(beyond.any())
