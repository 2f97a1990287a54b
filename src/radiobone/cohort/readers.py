"""Making a cohort from files or arrays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy.typing as npt
import pandas as pd

from radiobone.cohort.arrays import Given, gather
from radiobone.cohort.build import Unit, build_cohort
from radiobone.cohort.canonical import in_canonical_order
from radiobone.cohort.checks import (
    check_columns,
)
from radiobone.cohort.cohort import Cohort
from radiobone.cohort.duplicates import Duplicates, settle_duplicates
from radiobone.cohort.external import split_name
from radiobone.cohort.manifest_given import check_is_no_manifest
from radiobone.cohort.roles import Request, Roles, find_roles
from radiobone.cohort.targets import read_target
from radiobone.cohort.task import AnyTask, Binary
from radiobone.core.errors import FileMissing, SameImageTwice, TableOfRepeats
from radiobone.core.folder_kinds import FEATURE_FILES, REPEAT_COLUMNS
from radiobone.core.ids import brief_id
from radiobone.core.pseudonymising import table_digest, with_pseudonyms
from radiobone.core.run_record import extraction_record
from radiobone.core.tables import read_table

BINARY = Binary()


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
    more_follow: bool = False,
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
    more_follow : bool
        Whether columns of another file will join, so that the table may have labels alone.

    Returns
    -------
    Cohort
        Rows ordered by (patient, roi), and by their values where that leaves some equal or no ids are known.

    Raises
    ------
    TableError, StudyError, PathError, BadSetting
    """
    loaded = _load(Path(source), patterns=bool(features), ids=(id, groups))
    request = Request(
        target, id, groups, site, tuple(clinical), features, time, external, parent, more_follow
    )
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
    cohort = build_cohort(loaded.table, roles, labels, target, unit, provenance, for_splits=for_splits)
    return settle_duplicates(in_canonical_order(replace(cohort, task=task)), duplicates)


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
    any_order: bool = False,
    features: Collection[str] | None = None,
) -> Cohort:
    """Make a cohort from arrays, in the order given or in one that does not depend on it.

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
    any_order : bool
        Whether rows are put into an order of their own (by patient, then by their values), so that the order given
        decides nothing, as ``rb.evaluate`` does. Otherwise the order given is part of the input.
    features : collection of str, optional
        Columns of ``X`` and ``clinical`` that count, the others being used for nothing; all if not given.

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
    roles = _roles_of(given, features)
    labels = read_target(given.target, task, positive=positive)
    arrays = {"patient": given.groups, "site": given.sites, "shown": given.labels}
    for_splits = {
        name.removesuffix("s"): (pd.Series(cells, name=name), name)
        for name, cells in given.for_splits.items()
    }
    cohort = build_cohort(
        given.table,
        roles,
        labels,
        str(given.target.name),
        "roi",
        {"source": "arrays"},
        arrays,
        for_splits=for_splits,
    )
    cohort = replace(cohort, task=task)
    return settle_duplicates(in_canonical_order(cohort) if any_order else cohort, duplicates)


def _roles_of(given: Given, features: Collection[str] | None) -> Roles:
    used = [name for name in given.table.columns if features is None or name in features]
    clinical = tuple(name for name in given.clinical if name in used)
    measured = tuple(name for name in used if name not in given.clinical)
    notes = (f"{len(measured)} feature columns, as given.",)
    aside = tuple(name for name in given.table.columns if name not in used)
    return Roles(features=measured, clinical=clinical, set_aside=aside, notes=notes)


def _load(source: Path, *, patterns: bool, ids: Collection[str | None] = ()) -> _Source:
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
    table = with_pseudonyms(table, ids)
    check_columns(table)
    _refuse_repeats(table, path.name)
    extraction = _extraction(path)
    _refuse_shared_images(extraction, path)
    if source.is_dir() and extraction is None and not patterns:
        raise FileMissing(
            f"{source} has {path.name} and no provenance.json beside it, so which of its columns are features is not "
            "known: the extraction was stopped, or files were moved. Run 'radiobone extract' again, or say which "
            "columns are features with --features, such as 'original_*'."
        )
    recorded = extraction.pop("feature_columns") if extraction else None
    if extraction and recorded is not None and "settings" in extraction:
        measured = (extraction.get("wide") or {}).get("measured", recorded)  # before regions became columns
        extraction["n_per_family"] = dict(Counter(name.split("_")[1] for name in measured if "_" in name))
    provenance = {"source": path.name, "digest": table_digest(path), "extraction": extraction}
    return _Source(table, None if recorded is None else tuple(recorded), provenance)


def _refuse_repeats(table: pd.DataFrame, source: str) -> None:
    if set(REPEAT_COLUMNS) <= set(table.columns) and (table[REPEAT_COLUMNS[0]].astype(str) != "0").any():
        raise TableOfRepeats(
            f"{source} holds perturbed repeats of regions (columns {' and '.join(REPEAT_COLUMNS)}), not regions of "
            "their own: learned from, one patient would count many times. Give the table of features that lies beside "
            "it (features.parquet), or leave the rows with 'repeat' 0 alone."
        )


def _refuse_shared_images(extraction: dict[str, Any] | None, path: Path) -> None:
    shared = (extraction or {}).pop("shared_images", None)  # these name patients
    if shared:
        raise SameImageTwice(
            f"{path}: {len(shared)} image(s) belong to several patients, such as that of {' and '.join(map(brief_id, shared[0][:5]))}. One "
            "patient could be in training and test at once, or have two labels. Correct paths or ids in the manifest and run "
            "'radiobone extract' again: only what changed is measured anew."
        )


def _extraction(path: Path) -> dict[str, Any] | None:
    record = extraction_record(path.parent) if path.name in FEATURE_FILES else None
    if record is None:
        return None
    return {name: value for name, value in record.items() if name != "inputs"}  # these name patients
