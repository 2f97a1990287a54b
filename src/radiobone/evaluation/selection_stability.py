"""How alike the features are that the folds select: Nogueira's index and its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Z_95 = 1.959963984540054


@dataclass(frozen=True)
class Stability:
    """Nogueira's index.

    Attributes
    ----------
    value : float or None
        1 if all selections are the same, about 0 if they are drawn by chance; above 0.75 counts as excellent,
        below 0.4 as poor. None with fewer than two selections, or if all selections are empty or all hold every
        feature.
    low, high : float or None
        95 % interval for selections that are independent; those of overlapping folds are not, so the true
        interval of the procedure on new patients is wider.
    n_selections, n_features : int
        Selections compared, and features they chose from.
    mean_selected : float
        Features per selection.
    """

    value: float | None
    low: float | None
    high: float | None
    n_selections: int
    n_features: int
    mean_selected: float


def selection_stability(chosen: npt.ArrayLike) -> Stability:
    """Compare selections of any sizes, corrected for chance.

    Parameters
    ----------
    chosen : array-like of bool, shape (n_selections, n_features)
        Which features each selection holds.

    References
    ----------
    Nogueira S, Sechidis K, Brown G. On the stability of feature selection algorithms. J Mach Learn Res 18(174),
    2018, definition 4 and theorem 7.
    """
    table = np.asarray(chosen, dtype=float)
    n_selections, n_features = table.shape
    mean_selected = float(table.sum(axis=1).mean()) if n_selections else 0.0
    by_chance = mean_selected / n_features * (1 - mean_selected / n_features) if n_features else 0.0
    if n_selections < 2 or by_chance <= 0:
        return Stability(None, None, None, n_selections, n_features, mean_selected)
    share = table.mean(axis=0)
    spread = n_selections / (n_selections - 1) * share * (1 - share)
    value = float(1 - spread.mean() / by_chance)
    half = Z_95 * math.sqrt(_variance(table, value, by_chance))
    return Stability(
        value, max(value - half, -1.0), min(value + half, 1.0), n_selections, n_features, mean_selected
    )


def _variance(table: npt.NDArray[np.float64], value: float, by_chance: float) -> float:
    """Variance of the index, from what each selection adds to it."""
    n_selections, n_features = table.shape
    share, sizes = table.mean(axis=0), table.sum(axis=1)
    mean = sizes.mean() / n_features
    each = (
        (table @ share) / n_features
        - sizes * sizes.mean() / n_features**2
        + value / 2 * (2 * sizes * sizes.mean() / n_features**2 - sizes / n_features - mean + 1)
    ) / by_chance
    return float(4 / n_selections**2 * ((each - each.mean()) ** 2).sum())
