"""Tests of columns against a target that is a number: Pearson's and Spearman's coefficient."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtr
from scipy.stats import rankdata

from radiobone.selection.ranking import FloatArray
from radiobone.selection.scale import centre_and_spread
from radiobone.selection.univariate import ColumnTests

ROUNDING = 1e-12  # a coefficient this near to 1 is one of a line


def pearson(table: FloatArray, values: FloatArray) -> ColumnTests:
    """Test whether columns lie on a line with the target, every column at once.

    Parameters
    ----------
    table : ndarray, shape (n_rows, n_columns)
        Finite.
    values : ndarray, shape (n_rows,)
        Finite, and not all alike.

    Returns
    -------
    ColumnTests
        The statistic is the coefficient, 0 of a constant column; p two-sided, by Student's t of two rows fewer, as
        ``scipy.stats.pearsonr`` has it; 1 where there are no more than two rows.

    References
    ----------
    Pearson 1895, Proceedings of the Royal Society of London 58:240; Student 1908, Biometrika 6:302.
    """
    degrees = len(values) - 2
    r = _coefficients(table, values)
    left = np.maximum((1 - r) * (1 + r), 0.0)
    t = np.full_like(r, np.inf)
    np.divide(np.abs(r) * np.sqrt(max(degrees, 1)), np.sqrt(left), where=left > ROUNDING**2, out=t)
    pvalues = 2 * stdtr(degrees, -t) if degrees > 0 else np.ones_like(r)
    return ColumnTests(statistic=r, strength=np.abs(r), pvalues=np.minimum(pvalues, 1.0))


def spearman(table: FloatArray, values: FloatArray) -> ColumnTests:
    """Test likewise whether columns rise or fall with the target, by their mid-ranks, as ``scipy.stats.spearmanr`` does.

    References
    ----------
    Spearman 1904, American Journal of Psychology 15:72.
    """
    return pearson(rankdata(table, axis=0), rankdata(values))


COEFFICIENTS = {"pearson": pearson, "spearman": spearman}


def _coefficients(table: FloatArray, values: FloatArray) -> FloatArray:
    """Return Pearson's coefficient of each column, exactly ±1 for lines."""
    mean, sd = centre_and_spread(table)
    middle, spread = centre_and_spread(values[:, np.newaxis])
    r = ((table - mean) / sd).T @ ((values - middle) / spread) / len(values)
    varies = table.min(axis=0) < table.max(axis=0)
    r = np.where(varies, np.clip(r, -1.0, 1.0), 0.0)
    found: FloatArray = np.where(1 - np.abs(r) < ROUNDING, np.sign(r), r)
    return found
