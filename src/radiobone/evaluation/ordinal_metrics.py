"""Scores of ordered classes: agreement that counts how far apart, and what lies beyond each boundary."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from radiobone.evaluation.weighted import ratio

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


def predicted_class(probability: FloatArray) -> IntArray:
    """Return the most probable class; of equals the earlier."""
    return np.asarray(np.round(probability, 12).argmax(axis=1), dtype=np.int64)


def beyond_probability(probability: FloatArray) -> FloatArray:
    """Return the probability of lying beyond each boundary.

    Parameters
    ----------
    probability : numpy.ndarray of float, shape (n_rows, n_classes)

    Returns
    -------
    numpy.ndarray of float, shape (n_rows, n_classes - 1)
    """
    return np.asarray(np.cumsum(probability[:, ::-1], axis=1)[:, ::-1][:, 1:], dtype=float)


def ranked_probability_score(y: npt.ArrayLike, probability: FloatArray) -> float:
    """Mean over rows of the squared errors of the probabilities of lying beyond each boundary, summed; 0 is perfect.

    Parameters
    ----------
    y : array-like of int, shape (n_rows,)
    probability : numpy.ndarray of float, shape (n_rows, n_classes)

    References
    ----------
    Epstein ES. J Appl Meteorol 8, 1969.
    """
    beyond = np.asarray(y)[:, np.newaxis] > np.arange(probability.shape[1] - 1)
    return float(np.square(beyond_probability(probability) - beyond).sum(axis=1).mean())


def weighted_tables(y: IntArray, predicted: IntArray, drawn: FloatArray, n_classes: int) -> FloatArray:
    """Count rows by class (down) and by what they were called (across), shape (n_resamples, n_classes, n_classes).

    Parameters
    ----------
    y, predicted : numpy.ndarray of int, shape (n_rows,)
        Places of the classes in their order, from 0.
    drawn : numpy.ndarray of float, shape (n_resamples, n_rows)
        How often each row counts.
    n_classes : int
    """
    cells = np.eye(n_classes**2)[y * n_classes + predicted]
    return np.asarray((drawn @ cells).reshape(-1, n_classes, n_classes), dtype=float)


def confusion_table(y: IntArray, predicted: IntArray, n_classes: int) -> IntArray:
    """Count rows by class (down) and by what they were called (across), shape (n_classes, n_classes)."""
    return np.asarray(weighted_tables(y, predicted, np.ones((1, len(y))), n_classes)[0], dtype=np.int64)


def agreement(tables: FloatArray) -> dict[str, FloatArray]:
    """Agreement in confusion tables; NaN without rows.

    Parameters
    ----------
    tables : numpy.ndarray of float, shape (n_tables, n_classes, n_classes)
        As ``weighted_tables`` gives them.

    Returns
    -------
    dict of str to numpy.ndarray of float, shape (n_tables,)
        ``quadratic_kappa`` (Cohen's kappa with quadratic weights; NaN if all rows are of one class), ``accuracy``,
        ``balanced_accuracy`` (mean over the classes that occur of the share called right), ``off_by`` (mean number of
        classes between truth and call).

    References
    ----------
    Cohen J. Psychol Bull 70, 1968.
    """
    place = np.arange(tables.shape[1])
    weight = np.square(place[:, np.newaxis] - place).astype(float)
    of_class, right = tables.sum(axis=2), np.diagonal(tables, axis1=1, axis2=2)
    total, occurs = of_class.sum(axis=1), of_class > 0
    chance = np.einsum("ti,tl,il->t", of_class, tables.sum(axis=1), weight)
    kappa = 1 - ratio((tables * weight).sum(axis=(1, 2)) * total, chance)
    recall = np.divide(right, of_class, out=np.zeros_like(of_class), where=occurs)
    return {
        "quadratic_kappa": np.where(occurs.sum(axis=1) > 1, kappa, np.nan),
        "accuracy": ratio(right.sum(axis=1), total),
        "balanced_accuracy": ratio(recall.sum(axis=1), occurs.sum(axis=1).astype(float)),
        "off_by": ratio((tables * np.sqrt(weight)).sum(axis=(1, 2)), total),
    }


def quadratic_kappa(y: npt.ArrayLike, predicted: npt.ArrayLike, n_classes: int) -> float | None:
    """Cohen's kappa with quadratic weights: 1 is perfect, 0 is chance; None if the rows are of one class."""
    table = confusion_table(np.asarray(y, dtype=np.int64), np.asarray(predicted, dtype=np.int64), n_classes)
    value = float(agreement(table[np.newaxis].astype(float))["quadratic_kappa"][0])
    return value if np.isfinite(value) else None
