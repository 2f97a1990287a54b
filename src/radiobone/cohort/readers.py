"""Making a cohort from files or arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.arrays import gather
from radiobone.cohort.checks import (
    check_columns,
    check_enough,
    check_groups_hold_patients,
    check_ids,
    check_one_label,
    check_unique,
    check_varies,
    drop_empty,
    texts,
    warn_missing,
)
from radiobone.cohort.clinical import categories_of, encode_clinical
from radiobone.cohort.cohort import Cohort
from radiobone.cohort.duplicates import Duplicates, settle_duplicates
from radiobone.cohort.external import split_name
from radiobone.cohort.identity import EACH_ROW
from radiobone.cohort.labels import Labels
from radiobone.cohort.manifest_given import check_is_no_manifest
from radiobone.cohort.numbers import number_table
from radiobone.cohort.possible_patients import possible_patients
from radiobone.cohort.roles import Request, Roles, find_roles
from radiobone.cohort.set_aside import acquisition, parted_patients
from radiobone.cohort.split_columns import with_split_columns
from radiobone.cohort.targets import read_target
from radiobone.cohort.task import AnyTask, Binary
from radiobone.core.errors import FileMissing, TableOfRepeats
from radiobone.core.files import file_digest
from radiobone.core.folders import FEATURE_FILES, REPEAT_COLUMNS, extraction_record
from radiobone.core.tables import read_table

UNKNOWN_SITE = "unknown"
BINARY = Binary()
Unit = Literal["patient", "roi"]


@dataclass(frozen=True)
class _Source:
    table: pd.DataFrame
    recorded: tuple[str, ...] | None
    provenance: dict[str, Any]


def read_cohort(
    source: Path,
    *,
    target: str,
    positive: str | bool | None = None,
    id: str | None = None,
    groups: str | None = None,
    site: str | None = None,
    clinical: Sequence[str] = (),
    features: str | Sequence[str] | None = None,
    unit: Unit = "patient",
    time: str | None = None,
    external: str | None = None,
    parent: str | None = None,
    duplicates: Duplicates = "group",
    task: AnyTask = BINARY,
) -> Cohort:
    """Read a cohort from an extraction's folder or from a table of features made elsewhere.

    Parameters
    ----------
    source : Path
        Folder written by ``radiobone extract``, or a CSV (also gzipped), Excel or Parquet file.
    target : str
        Column of the label.
    positive : str, optional
        Which of two values is the condition looked for; 0/1 and True/False need none.
    id, groups, site : str, optional
        Columns of the patient (found by its name if not given; ``"row"`` says that every row is a patient), of
        what must stay together (the patient if not given, and taken for the patient where no id is known), and of
        the hospital or scanner.
    clinical : sequence of str
        Columns that join the features.
    features : str or sequence of str, optional
        Shell-style patterns of the feature columns, separated by commas; all columns of numbers if not given.
    unit : {"patient", "roi"}
        Whether the target belongs to the patient or to each region.
    time, external, parent : str, optional
        Columns of the date (or another value in order), of the marks of the external cohort (``"COLUMN=VALUE"`` says
        which value marks), and of the id of the row that a row was made from, by augmentation or synthesis.
    duplicates : {"group", "refuse"}
        Whether near-duplicate rows of different patients are kept on one side of every split, or are an error.
    task : Binary, Ordinal or Number
        What the target is: two classes, ordered classes, or numbers.

    Returns
    -------
    Cohort
        Rows ordered by (patient, roi); without ids in the order given.

    Raises
    ------
    TableError, StudyError, PathError, BadSetting
    """
    loaded = _load(Path(source), patterns=bool(features))
    request = Request(target, id, groups, site, tuple(clinical), features, time, external, parent)
    if loaded.recorded is None and not features and not clinical:
        check_is_no_manifest(loaded.table, Path(source))
    roles = find_roles(loaded.table, request, loaded.recorded)
    shown = features if features is None or isinstance(features, str) else ",".join(features)
    provenance = {**loaded.provenance, "feature_pattern": shown}
    names = [str(name) for name in loaded.table.columns]
    for_splits = {
        role: (loaded.table[split_name(told, names)[0]], told) for role, told in request.for_splits.items()
    }
    labels = read_target(loaded.table[target], task, positive=positive)
    cohort = _build(loaded.table, roles, labels, target, unit, provenance, for_splits=for_splits)
    return settle_duplicates(replace(cohort, task=task), duplicates)


def cohort_from_arrays(
    X: npt.ArrayLike | pd.DataFrame,
    y: npt.ArrayLike,
    *,
    groups: npt.ArrayLike | None = None,
    sites: npt.ArrayLike | None = None,
    clinical: pd.DataFrame | pd.Series | Sequence[str] | str | None = None,
    positive: str | bool | None = None,
    times: npt.ArrayLike | None = None,
    external: npt.ArrayLike | None = None,
    parents: npt.ArrayLike | None = None,
    duplicates: Duplicates = "group",
    task: AnyTask = BINARY,
) -> Cohort:
    """Make a cohort from arrays; the order given is part of the input.

    Pandas objects are paired by the labels of their rows (their index), into the order of ``X``; arrays and lists by
    position.

    Parameters
    ----------
    X : array-like or DataFrame, shape (n_rows, n_features)
        Features.
    y : array-like, shape (n_rows,)
        Two-valued target.
    groups : array-like, shape (n_rows,), optional
        Patient of each row; every row is one if not given.
    sites : array-like, shape (n_rows,), optional
        Hospital or scanner of each row.
    clinical : DataFrame or named Series with n_rows rows, or names of columns of ``X``, optional
        Clinical columns.
    positive : str, optional
        Which of two values is the condition looked for.
    times, external, parents : array-like, shape (n_rows,), optional
        Date of each row (or another value in order), whether it is of the external cohort, and the label (the index of
        ``X``, or the position from 0) of the row that it was made from, None where it was not.
    duplicates : {"group", "refuse"}
    task : Binary, Ordinal or Number
        As for ``read_cohort``.

    Returns
    -------
    Cohort

    Raises
    ------
    BadSetting
        If something is of another kind, or lengths or row labels do not fit together.
    TableError, StudyError
    """
    told = {"times": times, "external": external, "parents": parents}
    given = gather(X, y, groups=groups, sites=sites, clinical=clinical, for_splits=told)
    _refuse_repeats(given.table, "X")
    features = tuple(name for name in given.table.columns if name not in set(given.clinical))
    notes = (f"{len(features)} feature columns, as given.",)
    roles = Roles(features=features, clinical=given.clinical, notes=notes)
    labels = read_target(given.target, task, positive=positive)
    arrays = {"patient": given.groups, "site": given.sites, "shown": given.labels}
    for_splits = {
        name.removesuffix("s"): (pd.Series(cells, name=name), name)
        for name, cells in given.for_splits.items()
    }
    cohort = _build(
        given.table,
        roles,
        labels,
        str(given.target.name),
        "roi",
        {"source": "arrays"},
        arrays,
        for_splits=for_splits,
    )
    return settle_duplicates(replace(cohort, task=task), duplicates)


def _load(source: Path, *, patterns: bool) -> _Source:
    path = source
    if source.is_dir():
        found = [source / name for name in FEATURE_FILES if (source / name).is_file()]
        if not found:
            raise FileMissing(
                f"No {' or '.join(FEATURE_FILES)} in {source}. Give the folder that 'radiobone extract' wrote, or a table."
            )
        path = found[0]
    table = read_table(path)
    table.columns = [str(name) for name in table.columns]
    check_columns(table)
    _refuse_repeats(table, path.name)
    extraction = _extraction(path)
    if source.is_dir() and extraction is None and not patterns:
        raise FileMissing(
            f"{source} has {path.name} and no provenance.json beside it, so which of its columns are features is not "
            "known: the extraction was stopped, or files were moved. Run 'radiobone extract' again, or say which "
            "columns are features with --features, such as 'original_*'."
        )
    recorded = extraction.pop("feature_columns") if extraction else None
    provenance = {"source": path.name, "digest": file_digest(path), "extraction": extraction}
    return _Source(table, None if recorded is None else tuple(recorded), provenance)


def _refuse_repeats(table: pd.DataFrame, source: str) -> None:
    if set(REPEAT_COLUMNS) <= set(table.columns) and (table[REPEAT_COLUMNS[0]].astype(str) != "0").any():
        raise TableOfRepeats(
            f"{source} holds perturbed repeats of regions (columns {' and '.join(REPEAT_COLUMNS)}), not regions of "
            "their own: learned from, one patient would count many times. Give the table of features that lies beside "
            "it (features.parquet), or leave the rows with 'repeat' 0 alone."
        )


def _extraction(path: Path) -> dict[str, Any] | None:
    record = extraction_record(path.parent) if path.name in FEATURE_FILES else None
    if record is None:
        return None
    return {name: value for name, value in record.items() if name != "inputs"}  # these name patients


def _build(
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
    people = _people(table, roles, arrays or {})
    known = labels.known
    if roles.id is not None:
        known = np.array(
            sorted(known, key=lambda row: (people["patient"][row], people["roi"][row])), dtype=int
        )
    people = {key: value if value is None else value[known] for key, value in people.items()}
    y = labels.y[known]
    if unit == "patient":
        check_one_label(people["patient"], y, target)
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
    if roles.id is not None:
        check_unique(patient, roi, roles.id, told=roles.id_told, groups=roles.groups)
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
    check_varies(X)
    warn_missing(X)
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
        "order": known.tolist(), "acquisition": acquisition(table.iloc[known], excluded=told),
    }  # fmt: skip
