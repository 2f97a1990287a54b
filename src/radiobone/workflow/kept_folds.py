"""Finished outer folds of an evaluation as plain data, with their SHAP values.

No fitted estimator is kept: predictions and SHAP values of a fold are all that the result needs of it, they take
little space, and reading numbers back can run no code. What is read is what was written, to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from radiobone.cohort.cohort import Cohort
from radiobone.evaluation.fold import FoldOutcome
from radiobone.evaluation.plain_fold import outcome_from_plain, outcome_to_plain, packed, unpacked
from radiobone.evaluation.splits import Split
from radiobone.explain.over_folds import ExplainedFold, long_table


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
        "explained": [list(pair) for pair in explained.info.items()],
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
    table = long_table(outcome, cohort.X.iloc[split.test], values)
    return JudgedFold(outcome, ExplainedFold(table, dict(plain["explained"])))
