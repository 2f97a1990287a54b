"""Features, target, patients, sites and clinical columns given apart: their rows are paired, and never guessed."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.checks import check_columns
from radiobone.cohort.id_like import is_id_by_content
from radiobone.cohort.roles import id_dropped, missing_column
from radiobone.core.columns import names_patients
from radiobone.core.errors import BadSetting, DuplicateColumn, MissingId

ADVICE = (
    "Rows would be paired with those of other patients. Give tables whose rows carry the same labels, each once; or, if "
    "the rows are in the same order, take the labels away with .reset_index(drop=True) or .to_numpy()."
)


@dataclass(frozen=True, eq=False)
class Given:
    """What was given, row by row.

    Attributes
    ----------
    table : pandas.DataFrame
        Features and clinical columns, rows numbered from 0.
    target : pandas.Series
    groups, sites : numpy.ndarray of object, shape (n_rows,), or None
    clinical : tuple of str
        Columns of ``table`` that are clinical.
    """

    table: pd.DataFrame
    target: pd.Series
    groups: npt.NDArray[np.object_] | None
    sites: npt.NDArray[np.object_] | None
    clinical: tuple[str, ...]


def gather(X: Any, y: Any, *, groups: Any = None, sites: Any = None, clinical: Any = None) -> Given:
    """Pair rows: by label where pandas objects carry labels, else by position.

    Raises
    ------
    BadSetting
        If lengths or labels differ, or labels that are not in one order occur twice.
    MissingId
        If the patients seem to be in ``X`` and not in ``groups``.
    MissingColumn, DuplicateColumn
    """
    block = clinical if isinstance(clinical, pd.DataFrame) else None
    parts: dict[str, Any] = {"X": _table(X), "y": _column("y", y), "groups": _column("groups", groups)}
    parts |= {"sites": _column("sites", sites), "clinical": block}
    parts = {name: part for name, part in parts.items() if part is not None}
    _check_lengths(parts)
    labelled = {"X": X, "y": y, "groups": groups, "sites": sites, "clinical": clinical}
    parts = _aligned(
        parts, {name for name, part in labelled.items() if isinstance(part, pd.Series | pd.DataFrame)}
    )
    _check_patients_given(parts["X"], isinstance(X, pd.DataFrame), groups is not None)
    bare = {name: part.reset_index(drop=True) for name, part in parts.items()}
    table = bare["X"] if not isinstance(X, pd.DataFrame) else _without_ids(bare["X"])
    joined, names = _join_clinical(table, bare.get("clinical", clinical))
    target = bare["y"].rename("target" if bare["y"].name is None else str(bare["y"].name))
    cells = {name: bare[name].to_numpy(dtype=object) for name in ("groups", "sites") if name in bare}
    return Given(joined, target, cells.get("groups"), cells.get("sites"), tuple(names))


def _table(X: Any) -> pd.DataFrame:
    if isinstance(X, pd.DataFrame):
        table = X.set_axis([str(name) for name in X.columns], axis=1)
    else:
        values = np.asarray(X)
        if values.ndim != 2:
            raise BadSetting(f"X has {values.ndim} dimension(s); two are needed: rows and features.")
        table = pd.DataFrame(values, columns=[f"x{number}" for number in range(values.shape[1])])
    check_columns(table)
    return table


def _column(name: str, given: Any) -> pd.Series | None:
    if given is None:
        return None
    if isinstance(given, pd.DataFrame):
        if given.shape[1] != 1:
            raise BadSetting(
                f"{name} has {given.shape[1]} columns; one is needed. Name it: {name}=table['COLUMN']."
            )
        return given.iloc[:, 0]
    return given if isinstance(given, pd.Series) else pd.Series(given)


def _check_lengths(parts: dict[str, Any]) -> None:
    n_rows = len(parts["X"])
    for name, part in parts.items():
        if len(part) != n_rows:
            what = "rows" if name == "clinical" else "values"
            raise BadSetting(f"{name} has {len(part)} {what} and X has {n_rows} rows. Give one per row.")


def _aligned(parts: dict[str, Any], labelled: set[str]) -> dict[str, Any]:
    """Put all parts that have labels into the order of the first that has."""
    first = next((name for name in parts if name in labelled), None)
    if first is None:
        return parts
    index = parts[first].index
    return {
        name: _in_order(part, name, index, first) if name in labelled else part
        for name, part in parts.items()
    }


def _in_order(part: Any, name: str, index: pd.Index, first: str) -> Any:
    if part.index.equals(index):
        return part
    if not (part.index.is_unique and index.is_unique):
        twice = name if not part.index.is_unique else first
        raise BadSetting(
            f"The rows of {first} and {name} carry different labels (their pandas index), and {twice} has some label more "
            f"than once, so they cannot be paired. {ADVICE}"
        )
    missing = index.difference(part.index, sort=False)
    if len(missing):
        raise BadSetting(
            f"The rows of {first} and {name} carry different labels (their pandas index): {first} has {missing[0]!r}, which "
            f"{name} has not ({len(missing)} such row(s)); {name} has {part.index[0]!r}. {ADVICE}"
        )
    return part.reindex(index)


def _check_patients_given(table: pd.DataFrame, named: bool, grouped: bool) -> None:
    """Refuse to take each row for a patient where X itself says otherwise."""
    if grouped or not named:
        return
    ids = [
        name
        for name in table.columns
        if names_patients(name) > 0 and is_id_by_content(table[name], named=True)
    ]
    repeated = [name for name in ids if table[name].nunique() < len(table)]
    if repeated:
        raise MissingId(
            f"X has a column '{repeated[0]}' that repeats, and no groups are given: rows of one patient could be in training "
            f"and test, and scores would be too high. Say groups=X['{repeated[0]}'], and leave it out of X."
        )
    if not table.index.is_unique:
        raise MissingId(
            f"The labels of X's rows repeat, such as {table.index[table.index.duplicated()][0]!r}, and no groups are given. If "
            "they are patients, say groups=X.index.to_numpy(); if they mean nothing, give X.reset_index(drop=True)."
        )


def _without_ids(table: pd.DataFrame) -> pd.DataFrame:
    ids = [name for name in table.columns if is_id_by_content(table[name], named=names_patients(name) > 0)]
    if ids:
        warnings.warn(id_dropped(ids, in_python=True), stacklevel=5)
    return table.drop(columns=ids)


def _join_clinical(
    table: pd.DataFrame, clinical: pd.DataFrame | Sequence[str] | None
) -> tuple[pd.DataFrame, list[str]]:
    if clinical is None:
        return table, []
    if not isinstance(clinical, pd.DataFrame):
        for name in clinical:
            if name not in table.columns:
                raise missing_column(name, list(table.columns))
        return table, list(clinical)
    block = clinical.set_axis([str(name) for name in clinical.columns], axis=1)
    joined = pd.concat([table, block], axis=1)
    if joined.columns.duplicated().any():
        raise DuplicateColumn(
            f"'{joined.columns[joined.columns.duplicated()][0]}' is in X and in clinical. Rename one."
        )
    return joined, list(block.columns)
