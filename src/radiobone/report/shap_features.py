"""SHAP values gathered per feature, ready to be drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from radiobone.explain.summary import fold_means, summarise
from radiobone.report.data import ResultData

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FeatureShap:
    """One feature's SHAP values, ready to be drawn.

    Attributes
    ----------
    name : str
        Column.
    fold_means : ndarray, shape (n_folds,)
        Mean absolute value in each fold; 0 in folds that did not choose the feature.
    rate : float
        Share of folds that chose it.
    shap, value : ndarray, shape (n_rows,)
        Per row of the cohort: SHAP value, mean over repeats, and the feature's value.
    when_chosen : ndarray, shape (n_rows,)
        Per row, its mean SHAP value over the folds that chose the feature; NaN where none did.
    """

    name: str
    fold_means: FloatArray
    rate: float
    shap: FloatArray
    value: FloatArray
    when_chosen: FloatArray

    @property
    def mean(self) -> float:
        """Mean absolute value over all folds."""
        return float(self.fold_means.mean())

    @property
    def sd(self) -> float:
        """Standard deviation between folds."""
        return float(self.fold_means.std(ddof=1)) if len(self.fold_means) > 1 else 0.0


@lru_cache(maxsize=1)  # several figures and tables of one report ask for them
def ranked_features(data: ResultData) -> Sequence[FeatureShap]:
    """Prepare every feature that any fold used, most important first, then by name."""
    table = data.shap
    if table is None:
        return ()
    rows = data.per_row["row_id"]
    per_fold = fold_means(table, [(fold["repeat"], fold["fold"]) for fold in data.folds])
    n_repeats = int(data.metrics["n_repeats"])
    per_row = table.groupby(["feature", "row_id"])["shap"].sum() / n_repeats
    chosen = table.groupby(["feature", "row_id"])["shap"].mean()
    values = table.groupby(["feature", "row_id"])["value"].median()  # a component's differs between repeats
    found = []
    ranking = summarise(per_fold)
    for name, rate in zip(ranking["feature"].astype(str), ranking["selection_rate"], strict=True):
        means = per_fold.loc[name].fillna(0.0).to_numpy(dtype=float)
        shap = per_row.loc[name].reindex(rows).fillna(0.0).to_numpy(dtype=float)
        value = values.loc[name].reindex(rows).to_numpy(dtype=float)
        when_chosen = chosen.loc[name].reindex(rows).to_numpy(dtype=float)
        found.append(FeatureShap(name, means, float(rate), shap, value, when_chosen))
    return tuple(found)
