"""Values outside the training range, and how many are outside by chance."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.stats import betabinom


@dataclass(frozen=True)
class Outside:
    """How many values lie below the least or above the greatest of training.

    Attributes
    ----------
    n_below, n_above, n_known : int
        New values.
    share, expected : float
        Outside among them; and where nothing has changed.
    p_value : float
        Chance of so many or more where nothing has changed.
    """

    n_below: int
    n_above: int
    n_known: int
    share: float
    expected: float
    p_value: float


def outside(
    values: npt.ArrayLike, low: float, high: float, n_training: int, *, effect: float = 1.0, before: float = 1.0
) -> Outside:  # fmt: skip
    """Count values outside the range of training.

    Of n new and m training values from one continuous distribution, the number outside is beta-binomial (n, 2, m − 1),
    whatever the distribution; where values repeat there are fewer.

    Parameters
    ----------
    values : array-like of float, shape (n_rows,)
        Missing ones are NaN.
    low, high : float
        Least and greatest training value; NaN where training had none.
    n_training : int
        Training values.
    effect, before : float
        Rows of one patient: how many times fewer are independent, among the new ones and in training.

    References
    ----------
    Wilks SS. Statistical prediction with special reference to the problem of tolerance limits. Ann Math Stat 13, 1942.
    """
    given = np.asarray(values, dtype=float)
    known = given[~np.isnan(given)]
    below, above = int((known < low).sum()), int((known > high).sum())
    m = max(round(n_training / before), 2)
    n, found = math.floor(len(known) / effect), math.floor((below + above) / effect)
    p_value = float(betabinom.sf(found - 1, n, 2, m - 1)) if found else 1.0
    share = (below + above) / len(known) if len(known) else 0.0
    return Outside(below, above, len(known), share, 2 / (m + 1), p_value)
