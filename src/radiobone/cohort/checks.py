"""Checks of a table before anything is learned from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.numbers import is_missing
from radiobone.core.errors import (
    ConflictingLabel,
    DuplicateColumn,
    DuplicateId,
    EmptyTable,
    MissingColumn,
    MissingId,
    PatientInTrainAndTest,
    TooFewRows,
)
from radiobone.core.ids import holds_no_id, shown_id, similar_ids
from radiobone.core.warnings import FeatureDropped, Imputed, SimilarIds, warn

MIN_PATIENTS = 10


def check_ids(ids: Sequence[object], column: str) -> list[str]:
    """Return ids as text.

    Raises
    ------
    MissingId
        If a row has none.
    """
    gone = [number for number, value in enumerate(ids, start=1) if is_blank(value)]
    if gone:
        raise MissingId(
            f"{len(gone)} row(s) have no '{column}' (first: row {gone[0]} of the table). Without it, rows of one "
            "patient could land in training and test. Fill it in, or remove the row."
        )
    texts = [_id_text(value) for value in ids]
    _warn_similar(texts)
    return texts


def is_blank(value: Any) -> bool:
    """Whether a cell holds no id."""
    return bool(pd.isna(value)) or holds_no_id(str(value))


def _id_text(value: object) -> str:
    """Spell an id; 7.0 from a numeric column is 7."""
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _warn_similar(ids: list[str]) -> None:
    similar = similar_ids(ids)
    if similar:
        warn(
            SimilarIds(
                f"{len(similar)} id(s) differ only in case, spaces or marks that cannot be seen, leading zeros or '.0', such as "
                f"{', '.join(map(shown_id, similar[0]))}; they count as different patients. If they are one, use one spelling."
            ),
            stacklevel=4,
        )


def check_unique(
    patients: Sequence[str], rois: Sequence[str], column: str, *, told: bool, groups: str | None
) -> None:
    """Refuse one patient and region twice.

    Parameters
    ----------
    patients, rois : sequence of str
        Per row.
    column : str
        Where the patients are from.
    told : bool
        Whether the user named that column.
    groups : str or None
        The column of groups, which hold whole patients.

    Raises
    ------
    DuplicateId
    """
    twice = [key for key, count in Counter(zip(patients, rois, strict=True)).items() if count > 1]
    if twice:
        patient, roi = twice[0]
        which = f"patient '{patient}'" + (f", region '{roi}'" if roi else "")
        raise DuplicateId(
            f"{len(twice)} id(s) occur more than once, such as {which}. The same case twice would be in training and "
            "test, or count double. Remove the copy; if the rows are different regions, name them in a column 'roi'; "
            f"if they are slices or visits of one patient, say {_kept_together(column, told, groups)}."
        )


def _kept_together(column: str, told: bool, groups: str | None) -> str:
    if groups is not None and groups != column:
        return (
            f"--id row beside --groups {groups}, which keeps every '{groups}' and so every '{column}' whole"
        )
    return f"--groups {column}" + (" and leave --id out" if told else "")


def check_groups_hold_patients(
    patients: Sequence[str], groups: Sequence[str], column: str, id_column: str
) -> None:
    """Refuse groups that divide a patient: a split by them could not keep the patient on one side.

    Raises
    ------
    PatientInTrainAndTest
    """
    group_of: dict[str, str] = {}
    for patient, group in zip(patients, groups, strict=True):
        if group_of.setdefault(patient, group) != group:
            raise PatientInTrainAndTest(
                f"'{column}' (--groups) is no column of patients: patient '{patient}' of '{id_column}' is in "
                f"'{group_of[patient]}' and in '{group}', so a split by it could put the patient in train and test, and "
                "scores would be too high. Groups must hold whole patients (such as families or hospitals): say --groups "
                f"{id_column}, or leave --groups out."
            )


def check_one_label(patients: npt.NDArray[np.str_], y: npt.NDArray[Any], target: str) -> None:
    """Refuse a patient-level target that differs between the rows of one patient.

    Raises
    ------
    ConflictingLabel
    """
    counts = pd.Series(y).groupby(patients, sort=True).nunique()
    several = [str(patient) for patient in counts.index[counts > 1]]
    if several:
        values = "both values" if len(np.unique(y)) == 2 else "different values"
        raise ConflictingLabel(
            f"{len(several)} patient(s) have {values} of '{target}', such as '{several[0]}'. If the target belongs to "
            "the patient, correct it; if it belongs to the region, say --unit roi; if a column given as --groups "
            "holds hospitals and not patients, say --id row too."
        )


def check_enough(n_patients: int) -> None:
    """Refuse a cohort that is too small for anything.

    Raises
    ------
    TooFewRows
    """
    if n_patients < MIN_PATIENTS:
        raise TooFewRows(
            f"{n_patients} patient(s) with a target: too few to learn from some and test on others "
            f"(at least {MIN_PATIENTS}; a useful estimate needs 50 or more). Add cases."
        )


def check_columns(table: pd.DataFrame) -> None:
    """Refuse a table without rows, or without columns of names of their own.

    Raises
    ------
    MissingColumn, EmptyTable, DuplicateColumn
    """
    if table.shape[1] == 0:
        raise MissingColumn("The table has no columns. It needs at least one feature per row.")
    if table.shape[0] == 0:
        raise EmptyTable("The table has no rows. It needs one per patient or region.")
    twice = table.columns[table.columns.duplicated()]
    if len(twice):
        raise DuplicateColumn(f"Two columns are called '{twice[0]}'. Rename or remove one.")


def drop_empty(features: pd.DataFrame) -> pd.DataFrame:
    """Leave out columns that hold no value in any row, with a warning.

    Nothing more is left out before the folds are drawn: a column without a value has nothing that could be learned,
    whatever row it is asked of. Whether a column is constant depends on the rows, so the pipeline's own step decides
    that in each fold, from its training rows.
    """
    empty = np.asarray(features.isna().all(axis=0), dtype=bool)
    if empty.any():
        names = [str(name) for name in features.columns[empty]]
        shown = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
        warn(
            FeatureDropped(f"{len(names)} column(s) hold no value in any row: {shown}. Left out."),
            stacklevel=3,
        )
    return features[list(features.columns[~empty])]


def warn_missing(features: pd.DataFrame) -> None:
    """Say how many values are missing."""
    missing = features.isna().to_numpy()
    if missing.any():
        warn(
            Imputed(
                f"{int(missing.sum())} of {missing.size} values are missing, in {int(missing.any(axis=0).sum())} "
                f"column(s) and {int(missing.any(axis=1).sum())} row(s). They are filled in from the training rows "
                "of each fold. If they are missing for a reason, that reason may predict the target."
            ),
            stacklevel=3,
        )


def texts(column: pd.Series, *, empty: str) -> list[str]:
    """Return cells as text, with ``empty`` where there is none."""
    return [empty if is_missing(cell) else _id_text(cell) for cell in column]
