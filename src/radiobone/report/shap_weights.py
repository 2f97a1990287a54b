"""Coefficients of linear models gathered per feature over the folds, ready to be told and drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.explain.nomogram import Nomogram, nomogram_of
from radiobone.explain.weights import LOG_ODDS
from radiobone.report.data import ResultData
from radiobone.report.pipeline_words import model_title

FloatArray = npt.NDArray[np.float64]
MOST_LINES = 10
ENDS = (0.02, 0.98)


@dataclass(frozen=True, eq=False)
class Coefficient:
    """One feature over the folds that chose it.

    Attributes
    ----------
    name : str
        Column.
    folds : ndarray, shape (n_folds_that_chose_it,)
        Coefficient per standard deviation of the training rows.
    rate : float
        Share of the folds with a linear model that chose it.
    """

    name: str
    folds: FloatArray
    rate: float

    @property
    def mean(self) -> float:
        """Mean over the folds that chose it."""
        return float(self.folds.mean())

    @property
    def sd(self) -> float | None:
        """Standard deviation between these folds; None for a single one."""
        return float(self.folds.std(ddof=1)) if len(self.folds) > 1 else None

    @property
    def same_sign(self) -> float:
        """Share of these folds with the sign of the mean."""
        return float(np.mean(np.sign(self.folds) == np.sign(self.mean)))

    @property
    def odds_ratios(self) -> tuple[float, float, float]:
        """Odds ratio of the mean, and the least and the largest of the folds."""
        mean, low, high = np.exp([self.mean, self.folds.min(), self.folds.max()]).tolist()
        return mean, low, high


@dataclass(frozen=True, eq=False)
class LinearModels:
    """The folds whose model is a weighted sum.

    Attributes
    ----------
    scale : str
        ``log odds`` or ``number``.
    n_folds : int
        How many these are.
    models : tuple of str
        Names of their families.
    rows : tuple of Coefficient
        Largest part in the sum first, then by name.
    nomogram : Nomogram
        Of the mean of their sums.
    """

    scale: str
    n_folds: int
    models: tuple[str, ...]
    rows: tuple[Coefficient, ...]
    nomogram: Nomogram

    @property
    def in_odds(self) -> bool:
        """Whether they add up log odds."""
        return self.scale == LOG_ODDS

    @property
    def titles(self) -> str:
        """Families in words."""
        return ", ".join(sorted(model_title(name) for name in self.models))


def linear_models(data: ResultData) -> LinearModels | None:
    """Gather the coefficients of a result; None where no fold has a linear model."""
    table = data.weights
    if table is None or not len(table):
        return None
    n_folds = len(table[["repeat", "fold"]].drop_duplicates())
    models = tuple(sorted({str(name) for name in table["model"]}))
    nomogram = nomogram_of(table, raw_ranges(data), most=MOST_LINES)
    return LinearModels(str(table["scale"].iloc[0]), n_folds, models, _rows(table, n_folds), nomogram)


def raw_ranges(data: ResultData) -> pd.DataFrame:
    """Return ``low`` and ``high`` of each feature: where the middle 96 % of the held-out values lie."""
    if data.shap is None:
        return pd.DataFrame(columns=["low", "high"])
    values = data.shap.drop_duplicates(["feature", "row_id"]).groupby("feature")["value"]
    return pd.DataFrame({"low": values.quantile(ENDS[0]), "high": values.quantile(ENDS[1])})


def _rows(table: pd.DataFrame, n_folds: int) -> tuple[Coefficient, ...]:
    per_sd = table["coefficient"] * table["spread"]
    found = [
        Coefficient(str(name), values.to_numpy(dtype=float), len(values) / n_folds)
        for name, values in per_sd.groupby(table["feature"], sort=True)
    ]
    return tuple(sorted(found, key=lambda row: (-abs(row.mean) * row.rate, row.name)))
