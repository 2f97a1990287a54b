"""The manifest: which image and which mask belong to which patient."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from radiobone.core.columns import choose_patient_column, patient_columns
from radiobone.core.errors import (
    DuplicateColumn,
    DuplicateId,
    MissingColumn,
    MissingId,
    SameImageTwice,
)
from radiobone.core.ids import brief_id, holds_no_id, shown_id, similar_ids
from radiobone.core.tables import read_text_table
from radiobone.core.warnings import SimilarIds, warn
from radiobone.io.case import NO_PATH, URL, Case
from radiobone.io.concealed_cases import concealed_cases
from radiobone.io.manifest_labels import MaskLabel, mask_labels, may_be_mask_label, warn_if_class
from radiobone.io.not_a_table import check_is_manifest
from radiobone.io.roots import where_paths_begin

if TYPE_CHECKING:
    import pandas as pd

MOST_SHOWN = 5
FEW = 20  # paths that tell where all begin


@dataclass(frozen=True)
class Manifest:
    """All cases of a manifest, in its order; ``begin`` is where its relative paths begin, at or below ``root``."""

    cases: tuple[Case, ...]
    extra_columns: tuple[str, ...]
    path: Path
    root: Path
    begin: Path


@dataclass(frozen=True)
class _Columns:
    """The manifest's own names for what is needed."""

    patient: str
    image: str
    mask: str | None
    roi: str | None
    label: str | None
    extra: tuple[str, ...]


def read_manifest(
    path: Path,
    *,
    root: Path | None = None,
    target: str | None = None,
    mask_needed: bool = True,
    told_apart_by: Collection[str] = (),
    shared_images: bool = False,
) -> Manifest:
    """Read a manifest; files are not looked at yet.

    Parameters
    ----------
    path : Path
        CSV (comma, semicolon or tab) or Excel with ``patient_id, image, mask`` and optionally
        ``mask_label`` (or ``label``), ``roi`` and any other columns. Names ignore case.
    root : Path, optional
        Folder that paths are confined to, by default the manifest's own. Relative paths begin there, or at the
        manifest's own folder if that lies below and the first of them are found there and not at the root.
    target : str, optional
        The column of the outcome; if it is called ``label`` it is not taken as the value in the mask.
    mask_needed : bool
        False where images alone are read: then there may be no such column.
    told_apart_by : collection of str
        Names of other columns, in lower case, that tell a patient's rows apart beside ``roi``, such as views.
    shared_images : bool
        Let one image belong to several patients: whoever reads tells of it.

    Returns
    -------
    Manifest

    Raises
    ------
    MissingColumn, DuplicateColumn, EmptyTable, MissingId, DuplicateId, SameImageTwice, NotNumeric, BadSetting
        And the errors of reading a table.
    NotATable
        If it is a folder or an image.

    Warns
    -----
    SimilarIds, MaskLabelAssumed
    """
    path = Path(path)
    check_is_manifest(path)
    table = read_text_table(path)
    base = (path.parent if root is None else Path(root)).resolve()
    columns = _columns(table, path, target, mask_needed)
    _check_ids(table, columns, path)
    labels = mask_labels(table, columns.label, path)
    if target is None:
        warn_if_class(table, columns.label, columns.patient, path)
    rows = _rows(table)
    begin = where_paths_begin([row[columns.image] for row in rows[:FEW]], path.resolve().parent, base)
    cases = [_case(row, columns, label, base, begin) for row, label in zip(rows, labels, strict=True)]
    cases, extra = concealed_cases(cases, columns.extra)
    cases = _told_apart_by_label(cases)
    _check_unique(cases, path, told_apart_by)
    if not shared_images:
        _check_images_of_one_patient(cases, path)
    return Manifest(tuple(cases), extra, path, base, begin)


def id_column(table: pd.DataFrame, source: str, *, excluded: str | None = None) -> str:
    """Find the column of patient ids by the names that ``core.columns`` knows.

    Raises
    ------
    MissingColumn
        If there is none, or several that disagree on which rows belong together.
    """
    names = [str(name) for name in table.columns]
    found = patient_columns(names, excluded={excluded})
    chosen = choose_patient_column(table, found)
    if chosen is not None:
        return chosen
    reason = (
        f"{' and '.join(found)} could each be it, and disagree" if found else f"it has: {', '.join(names)}"
    )
    raise MissingColumn(
        f"{source} needs a column 'patient_id' ({reason}). Rows of one patient must be known to stay together. "
        "Rename the column that holds the patient's id."
    )


def _columns(table: pd.DataFrame, path: Path, target: str | None, mask_needed: bool) -> _Columns:
    by_name: dict[str, str] = {}
    for column in table.columns:
        key = str(column).strip().casefold()
        if key in by_name:
            raise DuplicateColumn(
                f"{path}: '{by_name[key]}' and '{column}' differ in case only, and names ignore case. Rename one."
            )
        by_name[key] = str(column)
    target_column = by_name.get(target.strip().casefold()) if target else None
    for needed in ("image", "mask") if mask_needed else ("image",):
        if needed not in by_name or by_name[needed] == target_column:
            raise MissingColumn(
                f"{path} has no column '{needed}'. It has: {', '.join(by_name.values())}. "
                "A manifest needs patient_id, image and mask; `radiobone manifest` makes one from folders."
            )
    patient = id_column(table, str(path), excluded=target_column)
    labels = [
        by_name[name] for name in ("mask_label", "label") if by_name.get(name) not in (None, target_column)
    ]
    label = next((name for name in labels if may_be_mask_label(table[name], name)), None)
    roi = by_name.get("roi") if by_name.get("roi") != target_column else None
    mask = by_name.get("mask")
    own = {patient, by_name["image"], mask, label, roi}
    extra = tuple(name for name in by_name.values() if name not in own)
    return _Columns(patient, by_name["image"], mask, roi, label, extra)


def _check_ids(table: pd.DataFrame, columns: _Columns, path: Path) -> None:
    missing = [
        str(number)
        for number, cell in enumerate(table[columns.patient], start=2)
        if cell is None or holds_no_id(cell)
    ]
    if missing:
        raise MissingId(
            f"{path}: no patient id in row {', '.join(missing[:MOST_SHOWN])}"
            f"{' …' if len(missing) > MOST_SHOWN else ''}. Rows of one patient must be known to stay together. "
            "Fill in the ids."
        )
    alike = similar_ids(cell.strip() for cell in table[columns.patient])
    if alike:
        shown = "; ".join(" and ".join(map(shown_id, names)) for names in alike[:MOST_SHOWN])
        warn(
            SimilarIds(
                f"{path}: ids that differ only in case, spaces or marks that cannot be seen, or in leading zeros count as different "
                f"patients: {shown}. If they are one, use one spelling."
            ),
            stacklevel=3,
        )


def _rows(table: pd.DataFrame) -> list[dict[str, str | None]]:
    names = [str(name) for name in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.itertuples(index=False, name=None)]


def _case(
    row: Mapping[str, str | None], columns: _Columns, label: MaskLabel, root: Path, begin: Path
) -> Case:
    return Case(
        patient_id=str(row[columns.patient]).strip(),
        roi=((row[columns.roi] or "").strip() if columns.roi else "") or label.word,
        image=_path(row[columns.image], begin),
        mask=_path(row[columns.mask] if columns.mask else None, begin),
        label=label.value,
        label_fault=label.fault,
        row={name: row[name] for name in columns.extra},
        root=root,
        begin=begin,
        relative=any(_is_relative(row[name]) for name in (columns.image, columns.mask) if name),
    )


def _is_relative(cell: str | None) -> bool:
    return cell is not None and not URL.match(cell.strip()) and not PurePath(cell.strip()).is_absolute()


def _path(cell: str | None, begin: Path) -> Path:
    if cell is None:
        return NO_PATH
    text = cell.strip()
    return Path(text) if URL.match(text) else begin / text


def _told_apart_by_label(cases: Sequence[Case]) -> list[Case]:
    """Name regions by their label where one patient has several rows and the manifest names none."""
    labels: dict[str, list[int | None]] = defaultdict(list)
    for case in cases:
        if not case.roi:
            labels[case.patient_id].append(case.label)
    distinct = {
        patient
        for patient, values in labels.items()
        if len(values) > 1 and None not in values and len(set(values)) == len(values)
    }
    return [
        replace(case, roi=f"label_{case.label}") if not case.roi and case.patient_id in distinct else case
        for case in cases
    ]


def _check_unique(cases: Sequence[Case], path: Path, told_apart_by: Collection[str]) -> None:
    rows: dict[tuple[str | None, ...], int] = {}
    for number, case in enumerate(cases, start=2):
        others = [case.row[name] for name in sorted(case.row) if name.strip().casefold() in told_apart_by]
        first = rows.setdefault((case.patient_id, case.roi, *others), number)
        if first != number:
            raise DuplicateId(
                f"{path}: '{case.case_id}' is in row {first} and again in row {number}. Counting it twice would "
                "give it double weight. Remove one, or tell the regions apart in a column 'roi'."
            )


def _check_images_of_one_patient(cases: Sequence[Case], path: Path) -> None:
    owners: dict[str, str] = {}
    for case in cases:
        if case.image == NO_PATH:
            continue
        owner = owners.setdefault(os.path.normpath(case.image), case.patient_id)
        if owner != case.patient_id:
            raise SameImageTwice(
                f"{path}: {brief_id(owner)} and {brief_id(case.patient_id)} have one image, {case.image.name}. One patient could be "
                "in training and test at once. Correct the path or the id."
            )
