"""Variance, interval and paired test of AUCs of frozen models on another cohort.

For models that were fixed before the cohort was seen, and for that alone: inside cross-validation the rows of a
fold share their model, and neither form holds. Rows that are patients: DeLong. Several rows of one patient:
Obuchowski, which is DeLong's form with rows of a patient kept together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from scipy.stats import norm, rankdata

from radiobone.core.errors import OneClass, TooFewPerClass
from radiobone.evaluation.sample_bounds import FoldSize, auc_bounds

FloatArray = npt.NDArray[np.float64]
LEVEL = 0.95


@dataclass(frozen=True, eq=False)
class AucCovariance:
    """AUCs of several models on the same rows.

    Attributes
    ----------
    auc : numpy.ndarray of float, shape (n_models,)
        Area under each ROC curve.
    covariance : numpy.ndarray of float, shape (n_models, n_models)
        Of the AUCs.
    size : FoldSize
        Patients with a positive and with a negative row.
    """

    auc: FloatArray
    covariance: FloatArray
    size: FoldSize


@dataclass(frozen=True)
class AucInterval:
    """One AUC with its standard error and interval."""

    auc: float
    se: float
    low: float
    high: float


@dataclass(frozen=True)
class AucDifference:
    """The first AUC minus the second, on the same rows.

    Attributes
    ----------
    difference, se, low, high : float
        Difference, its standard error, and its interval.
    z, p : float or None
        Statistic and two-sided p value; None if the two differ in no row.
    """

    difference: float
    se: float
    low: float
    high: float
    z: float | None
    p: float | None


def auc_covariance(
    y: npt.ArrayLike, scores: npt.ArrayLike, patient: npt.ArrayLike | None = None
) -> AucCovariance:
    """AUCs and their covariance, in a time that grows as n log n.

    Parameters
    ----------
    y : array-like of int, shape (n_rows,)
        Classes 0 and 1.
    scores : array-like of float, shape (n_models, n_rows) or (n_rows,)
        Higher for class 1.
    patient : array-like, shape (n_rows,), optional
        Patient of each row, for Obuchowski's form; every row its own patient if not given, which is DeLong's.

    Raises
    ------
    OneClass
        If there is one class only.
    TooFewPerClass
        If a class has rows of one patient only: its variance cannot be estimated.

    References
    ----------
    DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 44, 1988. Sun X, Xu W. Fast implementation of DeLong's
    algorithm. IEEE Signal Process Lett 21, 2014. Obuchowski NA. Nonparametric analysis of clustered ROC curve
    data. Biometrics 53, 1997.
    """
    labels, values = np.asarray(y), np.atleast_2d(np.asarray(scores, dtype=float))
    positive, negative = labels == 1, labels == 0
    if not positive.any() or not negative.any():
        raise OneClass(
            f"All {len(labels)} rows are of class {labels[0] if len(labels) else '(none)'}: there is no AUC. "
            "Use a cohort with both classes."
        )
    above, below = _placements(values, positive, negative)
    area = above.mean(axis=1)
    if patient is None:
        size = _enough(int(positive.sum()), int(negative.sum()))
        covariance = _covariance(above) / positive.sum() + _covariance(below) / negative.sum()
        return AucCovariance(area, covariance, size)
    _, unit = np.unique(np.asarray(patient), return_inverse=True)
    size = _enough(len(np.unique(unit[positive])), len(np.unique(unit[negative])))
    parts = _patient_sums(above - area[:, None], unit[positive], int(unit.max()) + 1)
    others = _patient_sums(below - area[:, None], unit[negative], int(unit.max()) + 1)
    rows = int(positive.sum()), int(negative.sum())
    return AucCovariance(area, _clustered(parts, others, size, rows), size)


def _placements(
    values: FloatArray, positive: npt.NDArray[np.bool_], negative: npt.NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray]:
    """Share of the negatives below each positive, and of the positives above each negative; ties count half."""
    n_positive, n_negative = int(positive.sum()), int(negative.sum())
    ranks = rankdata(values, axis=1)
    above = (ranks[:, positive] - rankdata(values[:, positive], axis=1)) / n_negative
    below = 1 - (ranks[:, negative] - rankdata(values[:, negative], axis=1)) / n_positive
    return np.asarray(above, dtype=float), np.asarray(below, dtype=float)


def _covariance(parts: FloatArray) -> FloatArray:
    return np.atleast_2d(np.cov(parts))


def _patient_sums(parts: FloatArray, unit: npt.NDArray[np.intp], n_patients: int) -> FloatArray:
    sums = [np.bincount(unit, weights=one, minlength=n_patients) for one in parts]
    return np.asarray(sums, dtype=float)


def _clustered(above: FloatArray, below: FloatArray, size: FoldSize, rows: tuple[int, int]) -> FloatArray:
    """Obuchowski's covariance from the sums of each patient's placements less the AUC."""
    n_patients, (n_positive, n_negative) = above.shape[1], rows
    of_positive = size.n_positive / ((size.n_positive - 1) * n_positive**2) * above @ above.T
    of_negative = size.n_negative / ((size.n_negative - 1) * n_negative**2) * below @ below.T
    crossed = n_patients / ((n_patients - 1) * n_positive * n_negative) * above @ below.T
    return np.asarray(of_positive + of_negative + crossed + crossed.T, dtype=float)


def _enough(n_positive: int, n_negative: int) -> FoldSize:
    if min(n_positive, n_negative) < 2:
        raise TooFewPerClass(
            f"{n_positive} patient(s) with a positive row and {n_negative} with a negative one: the variance of "
            "an AUC needs at least two of each. Use a larger cohort."
        )
    return FoldSize(n_positive, n_negative)


def auc_interval(found: AucCovariance, model: int = 0, *, level: float = LEVEL) -> AucInterval:
    """Interval of one AUC, made on the log odds so that it stays between 0 and 1.

    Where the AUC is 0 or 1 the variance vanishes; Newcombe's bounds from the numbers of patients then stand in,
    at 95 %.

    Parameters
    ----------
    found : AucCovariance
        From ``auc_covariance``.
    model : int
        Which model.
    level : float
        Of the interval.

    References
    ----------
    Pepe MS. The statistical evaluation of medical tests for classification and prediction, 2003, section 5.2.
    """
    area, se = float(found.auc[model]), math.sqrt(max(float(found.covariance[model, model]), 0.0))
    if not 0 < area < 1:
        return AucInterval(area, se, *auc_bounds(area, [found.size]))
    half = float(norm.ppf((1 + level) / 2)) * se / (area * (1 - area))
    return AucInterval(area, se, float(expit(logit(area) - half)), float(expit(logit(area) + half)))


def auc_difference(
    found: AucCovariance, first: int = 0, second: int = 1, *, level: float = LEVEL
) -> AucDifference:
    """Test whether two models on the same rows have the same AUC.

    Parameters
    ----------
    found : AucCovariance
        From ``auc_covariance``.
    first, second : int
        Which models.
    level : float
        Of the interval.
    """
    difference = float(found.auc[first] - found.auc[second])
    matrix = found.covariance
    variance = float(matrix[first, first] + matrix[second, second] - 2 * matrix[first, second])
    se = math.sqrt(max(variance, 0.0))
    half = float(norm.ppf((1 + level) / 2)) * se
    if se < 1e-12:
        return AucDifference(difference, se, difference, difference, None, None)
    z = difference / se
    return AucDifference(difference, se, difference - half, difference + half, z, 2 * float(norm.sf(abs(z))))
