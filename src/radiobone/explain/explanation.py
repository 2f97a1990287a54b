"""SHAP values over all outer folds, and the files that hold them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from radiobone.core.files import write_json, write_parquet
from radiobone.explain.interactions import joined_pairs
from radiobone.explain.summary import fold_means, summarise
from radiobone.explain.weights import joined_weights

SHAP_TABLE, SHAP_INFO = "shap.parquet", "shap.json"
WEIGHT_TABLE, PAIR_TABLE = "coefficients.parquet", "interactions.parquet"
COLUMNS = ("row_id", "repeat", "fold", "feature", "value", "shap")


@dataclass(frozen=True, eq=False)
class Explanation:
    """SHAP values of held-out rows.

    Attributes
    ----------
    table : DataFrame
        ``row_id, repeat, fold, feature, value, shap``: one row per held-out row, fold and feature that
        reached the fold's model; a feature that did not contributes 0 and has no row. ``value`` is the raw
        feature, before any step; where a step made the feature, such as a principal component, it is what the fold's
        model sees: the place along that fold's own component, whose sign and direction are not the same in every fold.
    folds : tuple of dict
        Per fold: ``repeat, fold, model, explainer, base_value, additivity_error, n_background, orders``.
    note : str
        What a reader must know.
    scale : str
        What the values are parts of.
    weights : DataFrame
        Coefficients of the folds whose model is a weighted sum, ``radiobone.explain.weights.WEIGHT_COLUMNS``; empty if none is.
    pairs : DataFrame
        Interactions of the folds whose model is of trees, ``radiobone.explain.interactions.PAIR_COLUMNS``; empty if none is.
    """

    table: pd.DataFrame
    folds: tuple[dict[str, Any], ...]
    note: str = ""
    scale: str = ""
    weights: pd.DataFrame = field(default_factory=lambda: joined_weights([]))
    pairs: pd.DataFrame = field(default_factory=lambda: joined_pairs([]))

    @property
    def max_additivity_error(self) -> float:
        """Worst distance, over all rows, of base value plus SHAP values from the model's probability."""
        return max((float(fold["additivity_error"]) for fold in self.folds), default=0.0)

    def summary(self) -> pd.DataFrame:
        """Rank the features: ``mean_abs_shap``, its ``sd`` over folds, ``selection_rate``."""
        return summarise(fold_means(self.table, [(fold["repeat"], fold["fold"]) for fold in self.folds]))

    def save(self, folder: Path) -> None:
        """Write ``shap.parquet``, ``shap.json`` and, where models have them, ``coefficients.parquet`` and ``interactions.parquet``.

        Raises
        ------
        OutputNotWritable, DiskFull
        """
        write_parquet(Path(folder) / SHAP_TABLE, self.table)
        info = {"scale": self.scale, "folds": list(self.folds), "note": self.note}
        write_json(Path(folder) / SHAP_INFO, {**info, "max_additivity_error": self.max_additivity_error})
        for name, table in ((WEIGHT_TABLE, self.weights), (PAIR_TABLE, self.pairs)):
            if len(table):
                write_parquet(Path(folder) / name, table)
            else:
                (Path(folder) / name).unlink(missing_ok=True)


def save_explanation(explanation: Explanation | None, folder: Path) -> None:
    """Write an explanation, or remove that of an earlier run where none was made."""
    if explanation is not None:
        explanation.save(folder)
        return
    for name in (SHAP_TABLE, SHAP_INFO, WEIGHT_TABLE, PAIR_TABLE):
        (Path(folder) / name).unlink(missing_ok=True)
