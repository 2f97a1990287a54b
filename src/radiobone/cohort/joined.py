"""Columns from a file of their own, such as embeddings, joined to a cohort by patient and region."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from radiobone.cohort.checks import check_ids, texts
from radiobone.cohort.cohort import Cohort
from radiobone.cohort.numbers import looks_numeric, number_table
from radiobone.cohort.vector_files import read_vectors
from radiobone.cohort.view_pooling import ViewPooling, pool_views, view_columns, view_labels
from radiobone.core.columns import patient_columns
from radiobone.core.errors import DuplicateColumn, DuplicateId, MissingColumn, MissingId
from radiobone.core.files import file_digest
from radiobone.core.warnings import Imputed, warn


def join_file(
    cohort: Cohort, path: Path, block: str, pool: ViewPooling | None = None
) -> tuple[Cohort, tuple[str, ...]]:
    """Join the columns of numbers of a table file.

    Parameters
    ----------
    cohort : Cohort
        With ids of patients, read from a column.
    path : Path
        CSV, Excel or Parquet with a column of patients, and one of regions where a patient has several rows of
        its own; without it, a patient's row serves all its regions. Or NPY with such a table beside it.
    block : str
        What the columns are called together.
    pool : {"mean", "max", "views"}, optional
        How several rows of a patient (and region), of different views and bones, become one; they are refused if not
        given.

    Returns
    -------
    cohort : Cohort
        With more columns; rows that the file lacks are missing values.
    columns : tuple of str
        Those that came.

    Raises
    ------
    MissingId
        If there is no column of patients, or no patient of the cohort is in it.
    DuplicateId, DuplicateColumn, MissingColumn, FileMissing
    """
    table = read_vectors(path, block)
    id_column = _id_column(cohort, table, path)
    regions = [name for name in cohort.provenance["columns"]["regions"] if name in table.columns]
    keys = _keys(check_ids(table[id_column].tolist(), id_column), table, regions)
    views = view_columns(list(table.columns), regions)
    whose = {id_column, *regions, *views}
    names = [name for name in table.columns if name not in whose and looks_numeric(table[name])]
    numbers = number_table(table[names], [" ".join(key).strip() for key in keys])
    about: dict[str, Any] = {"source": path.name, "digest": file_digest(path)}
    if pool is None:
        _check_once(keys, path)
    else:
        pooled = pool_views(numbers, keys, view_labels(table, views), pool, path.name)
        numbers, keys, about = pooled.numbers, pooled.keys, about | pooled.about
    names = list(numbers.columns)
    _check_columns(cohort, names, path)
    position = {key: number for number, key in enumerate(keys)}
    wanted = zip(
        cohort.patient.tolist(), cohort.roi.tolist() if regions else [""] * cohort.n_rows, strict=True
    )
    found = np.array([position.get(key, -1) for key in wanted], dtype=np.int64)
    _check_found(found, cohort, path, block)
    values = np.where(found[:, None] >= 0, numbers.to_numpy()[found], np.nan)
    joined = pd.concat([cohort.X, pd.DataFrame(values, columns=names, index=cohort.X.index)], axis=1)
    files = {**cohort.provenance.get("joined", {}), block: about}
    return replace(cohort, X=joined, provenance={**cohort.provenance, "joined": files}), tuple(names)


def _id_column(cohort: Cohort, table: pd.DataFrame, path: Path) -> str:
    own = cohort.provenance.get("columns", {}).get("id")
    if own in table.columns:
        return str(own)
    named = patient_columns(list(table.columns), excluded=set())
    if not named:
        raise MissingId(
            f"{path.name} has no column of patients{f', such as {own!r}' if own else ''}, so its rows cannot be joined to "
            "those of the cohort. Add the patient's id."
        )
    return named[0]


def _keys(patients: list[str], table: pd.DataFrame, regions: list[str]) -> list[tuple[str, str]]:
    parts = [texts(table[name], empty="") for name in regions]
    roi = [" ".join(filter(None, row)) for row in zip(*parts, strict=True)] if parts else [""] * len(table)
    return list(zip(patients, roi, strict=True))


def _check_once(keys: list[tuple[str, str]], path: Path) -> None:
    seen: set[tuple[str, str]] = set()
    for key in keys:
        if key in seen:
            raise DuplicateId(
                f"{path.name} has more than one row of {' '.join(key).strip()!r}, and it cannot be told which is meant. "
                "Keep one, add the column of regions that the cohort has, or say how they are brought together: "
                "NAME=FILE@mean, @max, or @views for columns of each view."
            )
        seen.add(key)


def _check_columns(cohort: Cohort, names: list[str], path: Path) -> None:
    if not names:
        raise MissingColumn(f"{path.name} has no column of numbers besides ids, so there is nothing to join.")
    both = [name for name in names if name in set(cohort.X.columns)]
    if both:
        raise DuplicateColumn(
            f"'{both[0]}' is in {path.name} and in the table already. Rename it in one of them, or leave it out."
        )


def _check_found(found: np.ndarray, cohort: Cohort, path: Path, block: str) -> None:
    missing = np.flatnonzero(found < 0)
    if len(missing) == cohort.n_rows:
        raise MissingId(
            f"No row of the cohort is in {path.name}: it lacks, for one, '{cohort.X.index[0]}'. Check that ids and regions "
            "are spelled alike in both."
        )
    if len(missing):
        warn(
            Imputed(
                f"{path.name} lacks {len(missing)} of {cohort.n_rows} rows, such as '{cohort.X.index[missing[0]]}': the "
                f"columns of '{block}' are missing values there, filled in from the training rows of each fold."
            ),
            stacklevel=4,
        )
