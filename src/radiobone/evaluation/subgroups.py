"""How a model does in parts of a cohort: by the words of a column, or below and above a cut."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

from radiobone.cohort.labels import spelled
from radiobone.cohort.numbers import is_missing, looks_numeric
from radiobone.cohort.roles import missing_column
from radiobone.core.errors import BadSetting
from radiobone.core.settings import Settings

BoolArray = npt.NDArray[np.bool_]
MOST_LEVELS = 10
SIDES = {"<": ("<", "≥"), "<=": ("≤", ">"), ">": ("≤", ">"), ">=": ("<", "≥")}
_NUMBER = r"-?\d+(?:\.\d+)?"
_CUT = re.compile(rf"^(?P<column>.+?):(?P<side><=|>=|<|>)?(?P<cut>{_NUMBER})$")


class SubgroupRequest(Settings):
    """Which subgroups to report, and how large one must be.

    Attributes
    ----------
    columns : str
        ``sex,age:65``: every word of ``sex``, and ``age`` below 65 and from 65 on (``age:<=65``: up to 65, and above).
    min_patients, min_events : int
        Patients, and patients of each class where there are classes, that a group must have for its figures to be shown.
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
