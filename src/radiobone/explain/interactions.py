"""Interactions of pairs of features, as the models of trees give them, over the folds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from radiobone.evaluation.fold import FoldOutcome
from radiobone.explain.problem import FloatArray, Interactions

PAIR_COLUMNS = ("repeat", "fold", "model", "scale", "feature", "other", "strength")


def pair_table(fit: FoldOutcome, found: Interactions) -> pd.DataFrame:
    """Return one row per pair of features of a fold, in the order of ``numpy.triu_indices``."""
    first, second = np.triu_indices(len(fit.features), k=1)
    return table_of_pairs(fit, found.scale, found.strength[first, second])


def n_pairs(n_features: int) -> int:
    """Return how many pairs there are."""
    return n_features * (n_features - 1) // 2


def joined_pairs(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Join the tables of folds, without pairs that do not interact; empty where no model gives interactions."""
    if not tables:
        return pd.DataFrame(columns=list(PAIR_COLUMNS))
    joined = pd.concat(tables, ignore_index=True)
    return joined[joined["strength"] > 0].reset_index(drop=True)


def table_of_pairs(fit: FoldOutcome, scale: str, strength: FloatArray) -> pd.DataFrame:
    """Return the table of ``pair_table`` from what it holds of each pair."""
    names = np.asarray(fit.features, dtype=object)
    first, second = np.triu_indices(len(names), k=1)
    return pd.DataFrame(
        {
            "repeat": fit.repeat,
            "fold": fit.fold,
            "model": fit.model_name,
            "scale": scale,
            "feature": names[first],
            "other": names[second],
            "strength": strength,
        },
        columns=list(PAIR_COLUMNS),
    )
