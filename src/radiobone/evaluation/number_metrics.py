"""Scores of predicted numbers, with rows counted as often as a resample drew them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from radiobone.evaluation.weighted import ratio

FloatArray = npt.NDArray[np.float64]
LIMIT = 1.96
"""Standard deviations from the bias to a limit of agreement."""


def weighted_errors(y: FloatArray, predicted: FloatArray, drawn: FloatArray) -> dict[str, FloatArray]:
    """Mean absolute error, root of the mean squared error, and coefficient of determination.

    Parameters
    ----------
    y, predicted : numpy.ndarray of float, shape (n_rows,)
    drawn : numpy.ndarray of float, shape (n_resamples, n_rows)
        How often each row counts.

    Returns
    -------
    dict of str to numpy.ndarray of float, shape (n_resamples,)
        NaN without rows; the coefficient also where the numbers are alike.
    """
    error, total = predicted - y, drawn.sum(axis=1)
    squares, around = drawn @ error**2, y - y.mean()
    spread = drawn @ around**2 - total * ratio(drawn @ around, total) ** 2
    spread = np.where(spread > 1e-12 * (1 + drawn @ y**2), spread, 0.0)
    return {
        "mae": ratio(drawn @ np.abs(error), total),
        "rmse": np.sqrt(ratio(squares, total)),
        "r2": np.asarray(1 - ratio(squares, spread), dtype=float),
    }


def bland_altman(y: FloatArray, predicted: FloatArray, drawn: FloatArray) -> dict[str, FloatArray]:
    """Bias, standard deviation of the differences predicted less measured, and limits of agreement.

    Parameters
    ----------
    y, predicted, drawn
        As ``weighted_errors`` takes them.

    References
    ----------
    Bland JM, Altman DG. Lancet 327, 1986.
    """
    error, total = predicted - y, drawn.sum(axis=1)
    bias = ratio(drawn @ error, total)
    apart = np.maximum(drawn @ error**2 - total * bias**2, 0.0)
    sd = np.sqrt(ratio(apart, total - 1))
    return {"bias": bias, "sd": sd, "lower": bias - LIMIT * sd, "upper": bias + LIMIT * sd}


def of_errors(name: str, y: npt.ArrayLike, predicted: npt.ArrayLike) -> float | None:
    """One of ``weighted_errors``, each row counted once; None if it cannot be computed."""
    truth = np.asarray(y, dtype=float)
    if not len(truth):
        return None
    value = float(
        weighted_errors(truth, np.asarray(predicted, dtype=float), np.ones((1, len(truth))))[name][0]
    )
    return value if np.isfinite(value) else None


def rank_correlation(y: npt.ArrayLike, predicted: npt.ArrayLike) -> float | None:
    """Spearman's rank correlation, 0 where all rows were predicted alike; None where all were measured alike.

    If predictions know nothing of the rows, every order of the measured values is as likely, and the mean is 0.

    Parameters
    ----------
    y, predicted : array-like of float, shape (n_rows,)
    """
    ranks = np.stack([rankdata(values) for values in (y, predicted)])
    spread = np.ptp(ranks, axis=1) if ranks.shape[1] else np.zeros(2)
    if not spread[0]:
        return None
    return float(np.corrcoef(ranks)[0, 1]) if spread[1] else 0.0


def weighted_line(y: FloatArray, predicted: FloatArray, drawn: FloatArray) -> dict[str, FloatArray]:
    """Least squares line of the measured numbers over the predicted ones: slope and intercept.

    Parameters
    ----------
    y, predicted, drawn
        As ``weighted_errors`` takes them.

    Returns
    -------
    dict of str to numpy.ndarray of float, shape (n_resamples,)
        NaN where the predicted numbers are alike.
    """
    total = drawn.sum(axis=1)
    centre_y, centre = ratio(drawn @ y, total), ratio(drawn @ predicted, total)
    around, around_y = predicted - predicted.mean(), y - y.mean()
    mean, mean_y = ratio(drawn @ around, total), ratio(drawn @ around_y, total)
    spread = drawn @ around**2 - total * mean**2
    together = drawn @ (around * around_y) - total * mean * mean_y
    spread = np.where(spread > 1e-12 * (1 + drawn @ predicted**2), spread, 0.0)
    slope = ratio(together, spread)
    return {"slope": slope, "intercept": centre_y - slope * centre}
