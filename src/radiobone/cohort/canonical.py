"""Rows in an order of their own, so that the order in which they were given decides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.cohort import Cohort

NUMBERED = "numbered"
IntArray = npt.NDArray[np.int64]


def in_canonical_order(cohort: Cohort) -> Cohort:
    """Order rows by patient, group and region where these are known, then by their values; rows that are equal in all stay.

    Where every row was taken for a patient of its own, for want of ids, patients are numbered anew in that order
    (``case01``), since whatever is drawn is drawn by the order of their names. Row ids still say where a row was given.
    """
    if not without_ids(cohort):
        return cohort  # patient and region tell all rows apart, and they were read in that order
    numbered = _is_numbered(cohort)
    moved = _moved(cohort, _order(cohort, numbered))
    return _renamed(moved) if numbered else moved


def without_ids(cohort: Cohort) -> bool:
    """Whether rows are known by where they were given alone."""
    return bool(cohort.provenance.get("without_ids"))


def told_names(cohort: Cohort, names: npt.NDArray[np.str_]) -> list[str]:
    """Patients or groups as the user knows them: where rows were numbered as patients, by the row."""
    rows = cohort.provenance.get(NUMBERED, {})
    return [rows.get(name, name) for name in names.tolist()]


def as_given(table: pd.DataFrame, cohort: Cohort) -> pd.DataFrame:
    """Predictions of rows without ids in the order in which the rows were given, per repeat and fold."""
    if not without_ids(cohort):
        return table
    keys = [name for name in ("repeat", "fold", "row_id") if name in table.columns]
    named = table.assign(patient_id=told_names(cohort, table["patient_id"].to_numpy(dtype=np.str_)))
    return named.sort_values(keys, kind="stable", ignore_index=True)


def _is_numbered(cohort: Cohort) -> bool:
    own = np.arange(cohort.n_rows) if cohort.derived is None else np.flatnonzero(~cohort.derived)
    rows = cohort.X.index.to_numpy(dtype=np.str_)
    return without_ids(cohort) and bool((cohort.patient[own] == rows[own]).all())


def _keys(cohort: Cohort, numbered: bool) -> Iterator[npt.NDArray[Any]]:
    """Yield what tells rows apart, the first first."""
    yield from () if numbered else (cohort.patient,)
    yield from () if cohort.group is None or (numbered and cohort.derived is not None) else (cohort.group,)
    yield cohort.roi
    for name in cohort.X.columns:
        yield cohort.X[name].to_numpy()
    yield cohort.y
    yield from (
        more for more in (cohort.site, cohort.time, cohort.external, cohort.derived) if more is not None
    )


def _order(cohort: Cohort, numbered: bool) -> IntArray:
    rank = np.zeros(cohort.n_rows, dtype=np.int64)
    for key in _keys(cohort, numbered):
        codes = np.unique(key, return_inverse=True)[1]
        rank = np.unique(rank * cohort.n_rows + codes, return_inverse=True)[1]
        if rank.max() == cohort.n_rows - 1:
            break
    return np.argsort(rank, kind="stable")


def _moved(cohort: Cohort, order: IntArray) -> Cohort:
    names = ("y", "patient", "roi", "site", "group", "time", "external")
    held = {name: getattr(cohort, name) for name in names}
    changes: dict[str, Any] = {name: value[order] for name, value in held.items() if value is not None}
    if cohort.parent is not None:
        parent = cohort.parent[order]
        changes["parent"] = np.where(parent < 0, -1, np.argsort(order)[parent])
    told = dict(cohort.provenance)
    told["order"] = np.asarray(told["order"], dtype=np.int64)[order].tolist()
    told["acquisition"] = {name: [cells[row] for row in order] for name, cells in told["acquisition"].items()}
    values = np.ascontiguousarray(
        cohort.X.to_numpy(dtype=float)[order]
    )  # one layout in memory, whatever was given
    X = pd.DataFrame(values, index=cohort.X.index[order], columns=cohort.X.columns)
    return replace(cohort, X=X, provenance=told, **changes)


def _renamed(cohort: Cohort) -> Cohort:
    rows = [str(name) for name in cohort.X.index]
    width = len(str(len(rows)))
    case = {row: f"case{number:0{width}d}" for number, row in enumerate(rows, start=1)}
    patient = np.array([case[row] for row in cohort.patient.tolist()], dtype=np.str_)
    told = {**cohort.provenance, NUMBERED: {name: row for row, name in case.items()}}
    return replace(cohort, patient=patient, provenance=told)
