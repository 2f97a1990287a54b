"""Features, target, patients, sites and clinical columns given apart: their rows are paired, and never guessed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.checks import MIN_PATIENTS
from radiobone.cohort.id_like import is_id_by_content
from radiobone.cohort.python_inputs import as_clinical, as_column, as_table
from radiobone.cohort.roles import id_dropped, missing_column
from radiobone.core.columns import ends_like_id, names_patients
from radiobone.core.errors import BadSetting, DuplicateColumn, MissingId
from radiobone.core.warnings import FeatureDropped, warn

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
    for_splits : mapping of str to numpy.ndarray of object
        What says how rows may be divided, such as ``time``.
    labels : tuple of str
        What the user calls each row: the index of ``X``.
    """

    table: pd.DataFrame
    target: pd.Series
    groups: npt.NDArray[np.object_] | None
    sites: npt.NDArray[np.object_] | None
    clinical: tuple[str, ...]
    labels: tuple[str, ...]
    for_splits: Mapping[str, npt.NDArray[np.object_]]


def gather(
    X: Any,
    y: Any,
    *,
    groups: Any = None,
    sites: Any = None,
    clinical: Any = None,
    for_splits: Mapping[str, Any] | None = None,
) -> Given:
    """Pair rows: by label where pandas objects carry labels, else by position.

    Raises
    ------
    BadSetting
        If something is of another kind, if lengths or labels differ, or labels that are not in one order occur twice.
    MissingId
        If the patients seem to be in ``X`` or ``clinical`` and not in ``groups``.
    MissingColumn, DuplicateColumn
    """
    clinical = as_clinical(clinical, X)
    parts: dict[str, Any] = {"X": as_table(X), "y": as_column("y", y)}
    more = {name: part for name, part in (for_splits or {}).items() if part is not None}
    columns = {"groups": groups, "sites": sites, **more}
    parts |= {name: as_column(name, part) for name, part in columns.items() if part is not None}
    parts |= {"clinical": clinical} if isinstance(clinical, pd.DataFrame) else {}
    _check_lengths(parts)
    pandas = {"X": X, "y": y, **columns}
    labelled = {name for name, part in pandas.items() if isinstance(part, pd.Series | pd.DataFrame)}
    aligned = _aligned(parts, labelled | {"clinical"})
    labels = tuple(str(label) for label in aligned["X"].index)
    bare = _without_patients(aligned, isinstance(X, pd.DataFrame), clinical)
    joined, names = _join_clinical(bare["X"], bare.get("clinical", clinical))
    target = bare["y"].rename("target" if bare["y"].name is None else str(bare["y"].name))
    cells = {name: bare[name].to_numpy(dtype=object) for name in columns if name in bare}
    return Given(
        joined, target, cells.get("groups"), cells.get("sites"), tuple(names), labels,
        {name: cells[name] for name in more},
    )  # fmt: skip


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


def _without_patients(
    parts: dict[str, Any], named: bool, clinical: pd.DataFrame | list[str]
) -> dict[str, Any]:
    """Take ids out of the features and the clinical table, and number the rows from 0; a column named one by one stays."""
    ids = {"X": _ids(parts["X"].drop(columns=clinical, errors="ignore"))} if named else {}
    if "clinical" in parts:
        ids["clinical"] = _ids_by_name(parts["clinical"])
    if "groups" not in parts:
        for name, found in ids.items():
            _check_patients_given(name, parts[name], found)
    for name, found in ids.items():
        if found:
            warn(id_dropped(found, in_python=True) if name == "X" else _id_dropped(found), stacklevel=5)
    return {
        name: (part.drop(columns=ids[name]) if name in ids else part).reset_index(drop=True)
        for name, part in parts.items()
    }


def _ids(table: pd.DataFrame) -> list[str]:
    return [name for name in table.columns if is_id_by_content(table[name], named=names_patients(name) > 0)]


def _ids_by_name(clinical: pd.DataFrame) -> list[str]:
    """Columns of a clinical table that are ids by name and content: an age that rises from row to row is none.

    Nor is a column of a doubtful name that has too few values for patients, such as ``fall`` (yes or no).
    """
    return [
        name
        for name in _ids(clinical)
        if names_patients(name) > 1
        or ((names_patients(name) or ends_like_id(name)) and clinical[name].nunique() >= MIN_PATIENTS)
    ]


def _check_patients_given(given: str, table: pd.DataFrame, ids: list[str]) -> None:
    """Refuse to take each row for a patient where the table itself says otherwise."""
    repeated = [name for name in ids if names_patients(name) and table[name].nunique() < len(table)]
    if repeated:
        name = repeated[0]
        raise MissingId(
            f"{given} has a column '{name}' that repeats, and no groups are given: rows of one patient could be in training "
            f"and test, and scores would be too high. Say groups={given}['{name}'], and leave it out of {given}. If it "
            f"measures something, have it in X and name it: clinical=['{name}']."
        )
    if not table.index.is_unique:
        raise MissingId(
            f"The labels of {given}'s rows repeat, such as {table.index[table.index.duplicated()][0]!r}, and no groups are "
            f"given. If they are patients, say groups={given}.index.to_numpy(); if they mean nothing, give "
            f"{given}.reset_index(drop=True)."
        )


def _id_dropped(names: Sequence[str]) -> FeatureDropped:
    return FeatureDropped(
        f"{', '.join(map(repr, names))} of clinical: by name and content ids, which tell rows apart and measure nothing. Left "
        f"out. Pass the patient as groups=clinical['{names[0]}']; if it measures something, have it in X and name it: "
        f"clinical=['{names[0]}']."
    )


def _join_clinical(table: pd.DataFrame, clinical: pd.DataFrame | list[str]) -> tuple[pd.DataFrame, list[str]]:
    if not isinstance(clinical, pd.DataFrame):
        for name in clinical:
            if name not in table.columns:
                raise missing_column(name, list(table.columns))
        return table, clinical
    both = table.columns.intersection(clinical.columns)
    if len(both):
        raise DuplicateColumn(
            f"'{both[0]}' is in X and in clinical. Rename one; if it is the same, leave it out of X, or say "
            f"clinical=['{both[0]}']."
        )
    return pd.concat([table, clinical], axis=1), list(clinical.columns)
