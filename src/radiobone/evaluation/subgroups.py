"""How a model does in parts of a cohort: by the words of a column, or below and above a cut."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

from radiobone.cohort.labels import spelled
from radiobone.cohort.numbers import is_missing, looks_numeric
from radiobone.cohort.roles import missing_column
from radiobone.core.errors import BadSetting
from radiobone.core.settings import Settings
from radiobone.evaluation.validation.performance import estimates, plain
from radiobone.evaluation.weighted import HeldOut, IntArray

BoolArray = npt.NDArray[np.bool_]
MOST_LEVELS = 10
SIDES = {"<": ("<", "≥"), "<=": ("≤", ">"), ">": ("≤", ">"), ">=": ("<", "≥")}
_NUMBER = r"-?\d+(?:\.\d+)?"
_CUT = re.compile(rf"^(?P<column>.+?):(?P<side><=|>=|<|>)?(?P<cut>{_NUMBER})$")
CAUTION = (
    "Groups were not planned for by the sample size: intervals are wide, several are shown at once, and one group above "
    "another is no proof of a difference."
)


class SubgroupRequest(Settings):
    """Which subgroups to report, and how large one must be.

    Attributes
    ----------
    columns : str
        ``sex,age:65``: every word of ``sex``, and ``age`` below 65 and from 65 on (``age:<=65``: up to 65, and above).
    min_patients, min_events : int
        Patients, and patients of each class, that a group must have for its figures to be shown.
    """

    columns: str
    min_patients: int = Field(default=20, ge=2)
    min_events: int = Field(default=5, ge=2)


@dataclass(frozen=True, eq=False)
class Subgroup:
    """Rows of a cohort that share something.

    Attributes
    ----------
    column, label : str
        What is shared, such as ``sex`` and ``F``.
    here : numpy.ndarray of bool, shape (n_rows,)
        Whether a row belongs to it.
    """

    column: str
    label: str
    here: BoolArray


def wanted_subgroups(
    subgroups: SubgroupRequest | str | None, table: pd.DataFrame
) -> tuple[SubgroupRequest, tuple[Subgroup, ...]] | None:
    """Find the subgroups that are asked for; None if none are.

    Raises
    ------
    MissingColumn, BadSetting
        As ``find_subgroups``.
    """
    if subgroups is None:
        return None
    request = SubgroupRequest(columns=subgroups) if isinstance(subgroups, str) else subgroups
    return request, find_subgroups(table, request)


def find_subgroups(table: pd.DataFrame, request: SubgroupRequest) -> tuple[Subgroup, ...]:
    """Divide the rows of a table.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of the cohort, in its order.
    request : SubgroupRequest
        The columns and cuts.

    Raises
    ------
    MissingColumn
        If a column is not there.
    BadSetting
        If a column of words is cut, or one of many numbers is not.
    """
    parts = [part.strip() for part in request.columns.split(",") if part.strip()]
    if not parts:
        raise BadSetting("--subgroups names no column. Name some, such as sex,age:65.")
    return tuple(group for part in parts for group in _groups_of(table, part))


def _groups_of(table: pd.DataFrame, part: str) -> list[Subgroup]:
    names = [str(name) for name in table.columns]
    cut = None if part in names else _CUT.match(part)
    column = part if cut is None else cut["column"]
    if column not in names:
        raise missing_column(column, names)
    cells = table[column]
    return _levels(column, cells) if cut is None else _sides(column, cells, cut["side"] or "<", cut["cut"])


def _levels(column: str, cells: pd.Series) -> list[Subgroup]:
    words = np.array(["" if is_missing(cell) else spelled(cell) for cell in cells], dtype=object)
    found = sorted({word for word in words if word})
    if len(found) > MOST_LEVELS:
        how = f"Cut it: {column}:65" if looks_numeric(cells) else "Name a column with fewer"
        raise BadSetting(
            f"--subgroups: '{column}' has {len(found)} different values ({', '.join(found[:3])}, …), and groups of a few "
            f"patients tell nothing. {how}."
        )
    return [Subgroup(column, word, np.asarray(words == word, dtype=bool)) for word in found]


def _sides(column: str, cells: pd.Series, side: str, cut: str) -> list[Subgroup]:
    values = pd.to_numeric(cells.where(~cells.map(is_missing)), errors="coerce").to_numpy(dtype=float)
    if np.isnan(values).sum() > cells.map(is_missing).sum():
        raise BadSetting(
            f"--subgroups: '{column}' is cut at {cut}, and holds words. Name it without a cut: {column}."
        )
    below = values <= float(cut) if side in ("<=", ">") else values < float(cut)
    known = np.isfinite(values)
    names = SIDES[side]
    return [
        Subgroup(column, f"{names[0]} {cut}", known & below),
        Subgroup(column, f"{names[1]} {cut}", known & ~below),
    ]


def subgroup_summary(
    groups: Sequence[Subgroup],
    rows: HeldOut,
    position: IntArray,
    request: SubgroupRequest,
    *,
    seed: int,
    pooled: str = "",
) -> dict[str, Any]:
    """Every metric in every subgroup that is large enough, and in all rows by the same way, as plain data.

    Parameters
    ----------
    groups : sequence of Subgroup
        From ``find_subgroups``.
    rows : HeldOut
        Predictions; ``fold`` is the repeat, so that folds of a repeat are pooled.
    position : numpy.ndarray of int, shape (n_predictions,)
        Row of the cohort that each prediction is of.
    request : SubgroupRequest
        How large a group must be.
    seed : int
        Of the bootstrap.
    pooled : str
        What is to be said first of how the figures were made.
    """
    everyone = np.ones(len(rows.y), dtype=bool)
    return {
        "all": _entry("", "all", rows, everyone, request, seed),
        "groups": [_entry(one.column, one.label, rows, one.here[position], request, seed) for one in groups],
        "min_patients": request.min_patients,
        "min_events": request.min_events,
        "method": f"{pooled}bootstrap of the group's patients, the models kept",
        "caution": CAUTION,
    }


def _entry(
    column: str, label: str, rows: HeldOut, here: BoolArray, request: SubgroupRequest, seed: int
) -> dict[str, Any]:
    n_patients, n_events, n_others = (
        len(np.unique(rows.patient[here & part])) for part in (here, rows.y == 1, rows.y == 0)
    )
    enough = n_patients >= request.min_patients and min(n_events, n_others) >= request.min_events
    return {
        "column": column,
        "label": label,
        "n_patients": n_patients,
        "n_events": n_events,
        "n_non_events": n_others,
        "metrics": plain(estimates(_only(rows, here), seed=seed)) if enough else None,
        "note": "" if enough else _too_small(request),
    }


def _too_small(request: SubgroupRequest) -> str:
    return f"not shown: fewer than {request.min_patients} patients, or than {request.min_events} of a class"


def _only(rows: HeldOut, here: BoolArray) -> HeldOut:
    """Keep some rows; their patients are numbered anew, so that no one else is drawn."""
    _, patient = np.unique(rows.patient[here], return_inverse=True)
    return HeldOut(
        rows.y[here], rows.probability[here], rows.predicted[here], patient.astype(np.int64), rows.fold[here]
    )
