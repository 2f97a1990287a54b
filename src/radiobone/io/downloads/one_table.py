"""A table of measured features."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from radiobone.core.data_layouts import OneTable
from radiobone.core.errors import FileMissing, MissingColumn
from radiobone.core.tables import read_table
from radiobone.io.downloads.found import Deviation, Found, files_in, plain, sheets

LEAST_COLUMNS = 3
YES, NO = {"1", "1.0", "yes", "y", "true", "positive"}, {"0", "0.0", "no", "n", "false", "negative"}


def read_one_table(
    folder: Path, layout: OneTable, classes: Mapping[str, Sequence[str]], target: str
) -> Found:
    """Read the table with most columns below a folder, and bring its classes to the card's names.

    Parameters
    ----------
    folder : Path
        A folder, or the table itself.
    layout : OneTable
    classes : mapping of str to sequence of str
        Names of the classes, each with other spellings; of two classes the first is 1 or yes, the second 0 or no.
    target : str
        What the column of the class is called in what is returned.

    Returns
    -------
    Found
        With one table.

    Raises
    ------
    FileMissing
        If there is no table.
    MissingColumn
        If none of its columns can be the class.
    """
    paths = [folder] if folder.is_file() else sheets(files_in(folder))
    tables = [(path, read_table(path)) for path in paths]
    wide = [(path, table) for path, table in tables if table.shape[1] >= LEAST_COLUMNS]
    if not wide:
        raise FileMissing(
            f"No table of features below {folder}: {len(paths)} table(s), none with {LEAST_COLUMNS} columns or more. Give the "
            "folder or the file that was downloaded."
        )
    path, table = max(wide, key=lambda one: one[1].shape[1])
    column = _target(table, layout, path)
    named, deviations = _named_classes(table[column], classes, path)
    changed = table.drop(columns=column)
    changed.insert(0, target, named)
    return replace(Found(), tables={path.name.split(".")[0]: (path, changed)}, deviations=tuple(deviations))


def _target(table: pd.DataFrame, layout: OneTable, path: Path) -> str:
    columns = {plain(str(name)): str(name) for name in table.columns}
    for name in layout.target_columns:
        if plain(name) in columns:
            return columns[plain(name)]
    raise MissingColumn(
        f"{path} has no column of the class ({', '.join(layout.target_columns)}). It has: "
        f"{', '.join(map(str, table.columns[:8]))}, … Rename the column of the class, or give it with --target."
    )


def _named_classes(
    values: pd.Series, classes: Mapping[str, Sequence[str]], path: Path
) -> tuple[list[str | None], list[Deviation]]:
    known = {plain(name): one for one, others in classes.items() for name in (one, *others)}
    if len(classes) == 2:
        first, second = classes
        known = {**dict.fromkeys(YES, first), **dict.fromkeys(NO, second), **known}
    told = [None if pd.isna(value) else str(value).strip() for value in values]
    wrong = sorted({one for one in told if one and known and _key(one) not in known})
    deviations = [
        Deviation("UnknownClass", path.name, f"{path.name}: '{one}' is none of {', '.join(classes)}.")
        for one in wrong
    ]
    return [None if one is None else known.get(_key(one), one) for one in told], deviations


def _key(text: str) -> str:
    return text.casefold() if text.casefold() in YES | NO else plain(text)
