"""Whose row is whose: the column of patients, or what speaks against taking every row for a patient of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from radiobone.cohort.checks import MIN_PATIENTS
from radiobone.cohort.id_like import is_patient_like
from radiobone.cohort.numbers import is_missing, whole_numbers
from radiobone.core.columns import (
    choose_patient_column,
    ends_like_id,
    names_patients,
    names_region,
    patient_columns,
)
from radiobone.core.errors import BadSetting, MissingId

EACH_ROW = "row"
SHOWN = 4
CLASSES = 2


@dataclass(frozen=True)
class Identity:
    """How patients are told apart.

    Attributes
    ----------
    column : str or None
        The column of patients.
    told : bool
        Whether the user said that every row is a patient.
    suspects : tuple of str
        Columns that repeat like a patient's beside an id that differs in every row.
    note : str
        The decision in a sentence.
    """

    column: str | None
    told: bool
    suspects: tuple[str, ...]
    note: str


def find_identity(
    table: pd.DataFrame, target: str, *, id: str | None, groups: str | None, other: Sequence[str]
) -> Identity:
    """Find the column of patients.

    Parameters
    ----------
    table : pandas.DataFrame
        The table as read.
    target : str
        Column of the label.
    id, groups : str or None
        What the user named; ``"row"`` for the id says that every row is a patient of its own.
    other : sequence of str
        Columns whose role the user told: site, clinical.

    Raises
    ------
    BadSetting
        If several columns could be meant and disagree.
    MissingId
        If none is known by its name, and another looks as if a patient had several rows.
    """
    if id == EACH_ROW and EACH_ROW not in table.columns:
        return Identity(None, True, (), "Every row counts as a patient of its own, as you said.")
    if id is not None:
        return Identity(id, False, (), f"Patients are told apart by the column '{id}'.")
    known = {target, groups, *other}
    column = _by_name(table, known, grouped=groups is not None)
    if column is not None and groups is not None and _numbers_within(table, column, groups):
        column = None
    if column is None and groups is not None:
        return Identity(None, False, (), f"Patients are told apart by the column '{groups}' (--groups).")
    suspects = () if groups is not None else _suspects(table, target, {*known, column})
    if column is None:
        return _unknown(table, suspects, known, target)
    repeats = table[column].nunique() < len(table)
    return Identity(
        column,
        False,
        () if repeats else tuple(name for name in suspects if _is_called_or_spelled(table[name])),
        f"Patients are told apart by the column '{column}'.",
    )


def _is_called_or_spelled(column: pd.Series) -> bool:
    """Whether a column is called like an id or holds words; beside known ids, other numbers that repeat are measurements."""
    name = str(column.name)
    return names_patients(name) > 0 or ends_like_id(name) or whole_numbers(column)[0] is None


def _numbers_within(table: pd.DataFrame, column: str, groups: str) -> bool:
    """Whether the column numbers the rows of each patient, as 'encounter' 1, 2, 3 does beside groups by MRN."""
    if groups not in table.columns or names_patients(column) >= names_patients(groups):
        return False
    return bool((table.groupby(column, dropna=True)[groups].nunique() > 1).any())


def _by_name(table: pd.DataFrame, known: set[str | None], *, grouped: bool) -> str | None:
    names = [
        name
        for name in patient_columns([str(name) for name in table.columns], excluded=known)
        if _can_be_ids(table[name])
    ]
    chosen = choose_patient_column(table, names)
    if chosen is None and names and not grouped:
        raise BadSetting(
            f"Several columns could hold the patient, and they disagree on which rows belong together: "
            f"{', '.join(names)}. Rows of one patient in training and test would make the scores too high. "
            f"Say which with --id, or --groups if a patient has several rows (id=… in a study file)."
        )
    return chosen


def _can_be_ids(column: pd.Series) -> bool:
    """Whether cells are words or whole numbers, of more than one kind: Id is also a feature's name."""
    if column.nunique() < 2:
        return False
    values, n_words = whole_numbers(column)
    return values is not None or n_words > 0


def _unknown(table: pd.DataFrame, suspects: tuple[str, ...], known: set[str | None], target: str) -> Identity:
    regions = [
        str(name)
        for name in table.columns
        if name not in known and names_region(str(name)) and _can_be_ids(table[name])
    ]
    if not suspects and not regions:
        return Identity(
            None, False, (),
            "No column of patient ids was found: every row counts as a patient of its own, in the order given.",
        )  # fmt: skip
    found = [*(f"'{name}' repeats its values" for name in suspects)]
    found += [f"'{name}' tells regions apart" for name in regions if name not in suspects]
    first = suspects[0] if suspects else "COLUMN"
    if names_patients(target) > 0 and table[target].nunique() > CLASSES:
        raise MissingId(
            f"'{target}' was taken as the target (--target), and is called like a column of patients; no other is known to "
            f"hold them. Name the column of the class with --target; '{target}' is then found as the patient's."
        )
    raise MissingId(
        f"No column is known to hold the patient, and it looks as if patients had several rows: "
        f"{', '.join(found[:SHOWN])}{', …' if len(found) > SHOWN else ''}. Rows of one patient in training and test "
        f"would make the scores too high. Name the patient's column with --groups {first} (or --id, where each "
        "row has an id of its own or a region). If every row is another patient, say --id row."
    )


def _suspects(table: pd.DataFrame, target: str, known: set[str | None]) -> tuple[str, ...]:
    label = table[target].astype(str).to_numpy(dtype=object)
    there = ~np.fromiter((is_missing(cell) for cell in table[target]), dtype=bool, count=len(table))
    if int(there.sum()) < MIN_PATIENTS:
        return ()
    rows = table.loc[there]
    return tuple(
        str(name) for name in table.columns if name not in known and is_patient_like(rows[name], label[there])
    )
