"""How sure a probability is: what it would be if the new patient were known to be negative, and positive."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
MOST_LEVELS = 256
DIGITS = 12


@dataclass(frozen=True)
class VennAbers:
    """Two calibrated probabilities for every score, as a step function.

    One of the two is perfectly calibrated, whatever the distribution, if the new patient is drawn like those that were
    learned from: they differ much where there are few like patients, and little where there are many. Scores of inner
    held-out rows come from models of fewer rows than the final one, so that here the guarantee holds nearly.

    Attributes
    ----------
    starts : tuple of float
        Scores at which steps begin, ascending; the first step also holds for everything below.
    low, high : tuple of float
        Probability of the positive class on each step, the new patient being counted as negative and as positive.

    References
    ----------
    Vovk V, Petej I. Venn–Abers predictors. UAI 2014 (no DOI: conference proceedings; arXiv:1211.0025).
    """

    starts: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    def __post_init__(self) -> None:
        table = np.array([self.starts, self.low, self.high], dtype=float)  # refuses unequal lengths
        if table.shape[1] == 0 or not np.isfinite(table).all() or (np.diff(table[0]) < 0).any():
            raise ValueError("the steps of its interval are none")
        if (table[1:] < 0).any() or (table[1:] > 1).any() or (table[1] > table[2]).any():
            raise ValueError("the steps of its interval are no probabilities")

    def predict(self, scores: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the lower and the upper probability of each score."""
        step = np.searchsorted(self.starts, np.asarray(scores, dtype=float), side="right") - 1
        step = np.maximum(step, 0)
        return np.asarray(self.low)[step], np.asarray(self.high)[step]


def fit_venn_abers(scores: npt.ArrayLike, y: npt.ArrayLike, weights: npt.ArrayLike) -> VennAbers:
    """Learn the steps from rows that the scoring model has not seen.

    Parameters
    ----------
    scores : array-like, shape (n_rows,)
        Higher for the positive class.
    y : array-like of int, shape (n_rows,)
        Classes 0 and 1.
    weights : array-like, shape (n_rows,)
        How much each row counts; the new patient counts 1. Rows of one patient share a weight of 1.
    """
    levels = _levels(np.asarray(scores, float), np.asarray(y, float), np.asarray(weights, float))
    least, greatest, share, weight = levels
    low, high = (_with_new_row(share, weight, label) for label in (0.0, 1.0))
    starts = np.empty(len(low))
    starts[0], starts[1::2], starts[2::2] = -np.inf, least, np.nextafter(greatest, np.inf)
    steps = np.round(np.column_stack([low, high]), DIGITS)
    new = np.append(True, (np.diff(steps, axis=0) != 0).any(axis=1))
    starts[0] = min(0.0, float(least[0]))  # a number that JSON can write
    return VennAbers(
        tuple(starts[new].tolist()), tuple(steps[new, 0].tolist()), tuple(steps[new, 1].tolist())
    )


def _levels(
    scores: FloatArray, y: FloatArray, weights: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Equal scores are one level; of many scores, neighbours are too: least, greatest, share of positives, weight."""
    values, level = np.unique(scores, return_inverse=True)
    if len(values) > MOST_LEVELS:
        each = np.bincount(level, weights)
        middle = np.cumsum(each) - each / 2
        _, of_value = np.unique((middle / each.sum() * MOST_LEVELS).astype(int), return_inverse=True)
        level = of_value[level]
    n_levels = int(level.max()) + 1
    weight = np.asarray(np.bincount(level, weights, n_levels), dtype=float)
    share = np.asarray(np.bincount(level, weights * y, n_levels) / weight, dtype=float)
    least, greatest = np.full(n_levels, np.inf), np.full(n_levels, -np.inf)
    np.minimum.at(least, level, scores)
    np.maximum.at(greatest, level, scores)
    return least, greatest, share, weight


def _with_new_row(share: FloatArray, weight: FloatArray, label: float) -> FloatArray:
    """Isotonic fit at a new row of this class, for every gap (even places) and level (odd places).

    The fit at a row is the greatest, over all beginnings up to it, of the least, over all ends from it on, of the means
    between.
    """
    positives = np.concatenate([[0.0], np.cumsum(share * weight)])
    total = np.concatenate([[0.0], np.cumsum(weight)])
    n_ends = len(total)
    begin, end = np.indices((n_ends, n_ends))
    means = np.full((n_ends, n_ends), np.inf)
    proper = begin <= end
    b, e = begin[proper], end[proper]
    means[proper] = (positives[e] - positives[b] + label) / (total[e] - total[b] + 1.0)
    least = np.minimum.accumulate(means[:, ::-1], axis=1)[:, ::-1]
    found = np.maximum.accumulate(least, axis=0)
    both = np.empty(2 * n_ends - 1)
    both[0::2], both[1::2] = np.diagonal(found), np.diagonal(found, 1)
    return both
