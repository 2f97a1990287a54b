"""Finished outer folds of an evaluation as plain data, with their SHAP values.

No fitted estimator is kept: predictions and SHAP values of a fold are all that the result needs of it, they take
little space, and reading numbers back can run no code. What is read is what was written, to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from radiobone.cohort.cohort import Cohort
from radiobone.evaluation.fold import FoldOutcome
from radiobone.evaluation.plain_fold import outcome_from_plain, outcome_to_plain, packed, unpacked
from radiobone.evaluation.splits import Split
from radiobone.explain.interactions import n_pairs, table_of_pairs
from radiobone.explain.over_folds import ExplainedFold, long_table, made_by_steps
from radiobone.explain.weights import Weights

WEIGHT_ARRAYS = ("coefficient", "centre", "unit", "spread")


@dataclass(frozen=True, eq=False)
class JudgedFold:
    """What one outer fold found, and its SHAP values; None where they were left out."""

    outcome: FoldOutcome
    explained: ExplainedFold | None


def to_plain(outcome: FoldOutcome, explained: ExplainedFold | None) -> dict[str, Any]:
    """Return a fold as plain data, without rows or names of patients: the split says which they are."""
    plain = outcome_to_plain(outcome)
    if explained is None:
        return plain
    return {
        **plain,
        "shap": packed(explained.table["shap"].to_numpy()),
        "made": packed(np.ravel(explained.made)),
        "explained": [list(pair) for pair in explained.info.items()],
        "weights": None if explained.weights is None else _weights_to_plain(explained.weights),
        "pairs": None if explained.pairs is None else _pairs_to_plain(explained.pairs),
    }


def from_plain(plain: Mapping[str, Any], split: Split, cohort: Cohort) -> JudgedFold:
    """Return a fold as ``to_plain`` took it.

    Raises
    ------
    KeyError, TypeError, ValueError
        If it is none.
    """
    outcome = outcome_from_plain(plain, split)
    if "shap" not in plain:
        return JudgedFold(outcome, None)
    values = unpacked(plain["shap"], (len(split.test), len(outcome.features)))
    held_out = cohort.X.iloc[split.test]
    made = unpacked(plain["made"], (len(split.test), len(made_by_steps(outcome, held_out))))
    table = long_table(outcome, held_out, values, made)
    weights = None if plain["weights"] is None else _weights_from_plain(plain["weights"], outcome)
    pairs = None if plain["pairs"] is None else _pairs_from_plain(plain["pairs"], outcome)
    return JudgedFold(outcome, ExplainedFold(table, dict(plain["explained"]), made, weights, pairs))


def _weights_to_plain(table: pd.DataFrame) -> dict[str, Any]:
    return {
        "scale": str(table["scale"].iloc[0]),
        "intercept": float(table["intercept"].iloc[0]),
        **{name: packed(table[name].to_numpy(dtype=float)) for name in WEIGHT_ARRAYS},
    }


def _weights_from_plain(plain: Mapping[str, Any], outcome: FoldOutcome) -> pd.DataFrame:
    arrays = {name: unpacked(plain[name], (len(outcome.features),)) for name in WEIGHT_ARRAYS}
    return Weights(str(plain["scale"]), float(plain["intercept"]), **arrays).table(outcome)


def _pairs_to_plain(table: pd.DataFrame) -> dict[str, Any]:
    scale = str(table["scale"].iloc[0]) if len(table) else ""
    return {"scale": scale, "strength": packed(table["strength"].to_numpy(dtype=float))}


def _pairs_from_plain(plain: Mapping[str, Any], outcome: FoldOutcome) -> pd.DataFrame:
    strength = unpacked(plain["strength"], (n_pairs(len(outcome.features)),))
    return table_of_pairs(outcome, str(plain["scale"]), strength)
