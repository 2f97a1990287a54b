"""Figures of subgroups, each judged as its task judges a part of the rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from radiobone.cohort.cohort import Cohort, StrArray
from radiobone.evaluation.subgroups import BoolArray, Subgroup, SubgroupRequest
from radiobone.evaluation.task_results.registry import TASK_RESULTS
from radiobone.evaluation.validation.performance import plain

CAUTION = (
    "Groups were not planned for by the sample size: intervals are wide, several are shown at once, and one group above "
    "another is no proof of a difference."
)


def subgroup_summary(
    groups: Sequence[Subgroup],
    cohort: Cohort,
    predictions: pd.DataFrame,
    request: SubgroupRequest,
    *,
    seed: int,
    pooled: str = "",
) -> dict[str, Any]:
    """Every measure in every subgroup that is large enough, and in all rows by the same way, as plain data.

    Parameters
    ----------
    groups : sequence of Subgroup
        From ``find_subgroups``, in the rows of the cohort.
    cohort : Cohort
    predictions : pandas.DataFrame
        One row per held-out row and repeat; folds of a repeat are pooled.
    request : SubgroupRequest
        How large a group must be.
    seed : int
        Of the bootstrap.
    pooled : str
        What is to be said first of how the figures were made.
    """
    parts = TASK_RESULTS[cohort.task.kind].parts
    together = predictions.assign(fold=0)
    place = {str(name): row for row, name in enumerate(cohort.X.index)}
    position = np.array([place[str(name)] for name in together["row_id"]], dtype=np.int64)

    def entry(column: str, label: str, here: BoolArray) -> dict[str, Any]:
        found = _entry(cohort, together[here], cohort.groups[position[here]], request, seed)
        return {"column": column, "label": label, **found}

    return {
        "all": entry("", "all", np.ones(len(together), dtype=bool)),
        "groups": [entry(one.column, one.label, one.here[position]) for one in groups],
        "min_patients": request.min_patients,
        "min_events": request.min_events,
        "method": f"{pooled}bootstrap of the group's patients, the models kept",
        "caution": f"{CAUTION} {parts.caution}".strip(),
    }


def _entry(
    cohort: Cohort, part: pd.DataFrame, patients: StrArray, request: SubgroupRequest, seed: int
) -> dict[str, Any]:
    told, y = TASK_RESULTS[cohort.task.kind].parts, part["y"].to_numpy()
    codes = told.codes(cohort)
    n_patients, n_of_class = len(np.unique(patients)), [len(np.unique(patients[y == code])) for code in codes]
    needed = [n for code, n in zip(codes, n_of_class, strict=True) if (cohort.y == code).any()]
    enough = (
        n_patients >= request.min_patients and min(needed, default=request.min_events) >= request.min_events
    )
    return {
        "n_patients": n_patients,
        **told.counted(part.drop_duplicates("row_id"), n_of_class),
        "metrics": plain(told.estimates(cohort, part, seed)) if enough else None,
        "note": "" if enough else _too_small(request, bool(codes)),
    }


def _too_small(request: SubgroupRequest, has_classes: bool) -> str:
    of_a_class = f", or than {request.min_events} of a class" if has_classes else ""
    return f"not shown: fewer than {request.min_patients} patients{of_a_class}"
