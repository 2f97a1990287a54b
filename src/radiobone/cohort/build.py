"""A table whose columns have their roles becomes a cohort: rows with a label, ordered, checked, as numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.checks import (
    check_enough,
    check_groups_hold_patients,
    check_ids,
    check_one_label,
    check_unique,
    drop_empty,
    texts,
    warn_missing,
)
from radiobone.cohort.clinical import categories_of, encode_clinical
from radiobone.cohort.cohort import Cohort
from radiobone.cohort.identity import EACH_ROW
from radiobone.cohort.idle_columns import check_varies
from radiobone.cohort.labels import Labels
from radiobone.cohort.missing_codes import warn_of_codes
from radiobone.cohort.numbers import number_table
from radiobone.cohort.possible_patients import possible_patients
from radiobone.cohort.roles import Roles
from radiobone.cohort.set_aside import acquisition, parted_patients
from radiobone.cohort.split_columns import with_split_columns

UNKNOWN_SITE = "unknown"
Unit = Literal["patient", "roi"]


def build_cohort(
    table: pd.DataFrame,
    roles: Roles,
    labels: Labels,
    target: str,
    unit: Unit,
    provenance: Mapping[str, Any],
    arrays: Mapping[str, npt.ArrayLike | None] | None = None,
    *,
    for_splits: Mapping[str, tuple[pd.Series, str]],
) -> Cohort:
    """Make a cohort of a table whose columns have their roles.

    Parameters
    ----------
    table : pandas.DataFrame
        Every column, in the order given.
    roles : Roles
        Which column is what.
    labels : Labels
        Classes or numbers of the rows that have them.
    target : str
        Name of the label.
    unit : {"patient", "roi"}
        Whether the target belongs to the patient or to each region.
    provenance : mapping
        Where the table is from.
    arrays : mapping, optional
        ``patient``, ``site`` and ``shown`` of each row, where they were given apart from the table.
    for_splits : mapping of str to (pandas.Series, str)
        Columns that rows may be divided by, and what the user calls them.

    Raises
    ------
    TableError, StudyError
    """
    everyone: dict[str, Any] = _people(table, roles, arrays or {})
    known = labels.known
    if roles.id is not None:
        known = np.array(
            sorted(known, key=lambda row: (everyone["patient"][row], everyone["roi"][row])), dtype=int
        )
    people: dict[str, Any] = {
        key: value if value is None else value[known] for key, value in everyone.items()
    }
    y = labels.y[known]
    if unit == "patient":
        check_one_label(people["patient"], y, target)
    if roles.id is not None:
        check_unique(
            everyone["patient"].tolist(),
            everyone["roi"].tolist(),
            roles.id,
            told=roles.id_told,
            groups=roles.groups,
        )
    check_enough(len(set(people["patient"].tolist())))
    rows, shown = people.pop("row").tolist(), people.pop("shown").tolist()
    X, clinical = _features(table.iloc[known], roles, shown, in_python=arrays is not None)
    X.index = pd.Index(rows, name="row_id", dtype=object)
    cohort = Cohort(
        X, y, people["patient"], people["roi"], people["site"], target, labels.positive, labels.negative,
        clinical, roles.notes, people["group"], levels=labels.levels,
    )  # fmt: skip
    columns = {role: (column.iloc[known], told) for role, (column, told) in for_splits.items()}
    cohort = with_split_columns(cohort, columns, [str(name) for name in shown])
    words = {name: categories_of(table[name].iloc[known]) for name in roles.clinical}
    return replace(
        cohort,
        provenance=_provenance(cohort, roles, provenance, table, known),
        categories={name: found for name, found in words.items() if found},
    )


def _people(table: pd.DataFrame, roles: Roles, arrays: Mapping[str, npt.ArrayLike | None]) -> dict[str, Any]:
    """Patient, region, group, site and row name of every row, as arrays of text."""
    n_rows = len(table)
    numbered = [f"row{number:0{len(str(n_rows))}d}" for number in range(1, n_rows + 1)]
    group = None if roles.groups is None else check_ids(table[roles.groups].tolist(), roles.groups)
    roi = _region_names(table, roles.regions)
    row = numbered
    if roles.id is not None:
        patient = check_ids(table[roles.id].tolist(), roles.id)
        row = [name if not region else f"{name}/{region}" for name, region in zip(patient, roi, strict=True)]
    elif arrays.get("patient") is not None:
        patient = check_ids(np.asarray(arrays["patient"]).tolist(), "groups")
    else:
        patient = numbered if group is None or roles.each_row else group
    if group is not None:
        check_groups_hold_patients(patient, group, str(roles.groups), str(roles.id))
    sites = arrays.get("site") if roles.site is None else table[roles.site]
    site = None if sites is None else texts(pd.Series(sites), empty=UNKNOWN_SITE)
    found: dict[str, Any] = {"patient": patient, "roi": roi, "group": group, "site": site, "row": row}
    found["shown"] = row if arrays.get("shown") is None else arrays["shown"]
    return {key: None if value is None else np.array(value, dtype=np.str_) for key, value in found.items()}


def _region_names(table: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    parts = [texts(table[name], empty="") for name in columns]
    return [" ".join(filter(None, row)) for row in zip(*parts, strict=True)] if parts else [""] * len(table)


def _features(
    table: pd.DataFrame, roles: Roles, rows: list[str], *, in_python: bool
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    leave_out = ": X.drop(columns=['{name}'])" if in_python else " with --features"
    numbers = number_table(table[list(roles.features)], rows, leave_out=leave_out)
    clinical = encode_clinical(table[list(roles.clinical)], rows)
    X = drop_empty(pd.concat([numbers, clinical], axis=1))
    if in_python or roles.features or roles.clinical:  # else columns of a file join, which is known by now
        check_varies(X)
    warn_missing(X)
    warn_of_codes(X)
    kept = set(X.columns)
    return X, tuple(str(name) for name in clinical.columns if name in kept)


def _provenance(
    cohort: Cohort,
    roles: Roles,
    provenance: Mapping[str, Any],
    table: pd.DataFrame,
    known: npt.NDArray[np.int64],
) -> dict[str, Any]:
    told = {cohort.target, roles.id, roles.groups, roles.site, *roles.clinical}
    sites = {} if cohort.site is None else dict(sorted(Counter(cohort.site.tolist()).items()))
    columns = {
        "id": EACH_ROW if roles.each_row else roles.id,
        "groups": roles.groups,
        "site": roles.site,
        "regions": list(roles.regions),
        "clinical": list(roles.clinical),
        "n_features": len(roles.features),
        "set_aside": list(roles.set_aside),
        "suspects": list(roles.suspects),
        "possible_patients": possible_patients(table.iloc[known], cohort.groups, excluded=told),
        "parted": parted_patients(table.iloc[known], cohort.groups, excluded=told),
    }
    return {
        **provenance, "rows_dropped": len(table) - cohort.n_rows, "sites": sites, "columns": columns,
        "without_ids": roles.id is None, "order": known.tolist(), "acquisition": acquisition(table.iloc[known], excluded=told),
    }  # fmt: skip
