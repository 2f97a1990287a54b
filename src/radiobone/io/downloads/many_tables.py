"""A folder of feature tables, of which the size is known."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from radiobone.core.data_layouts import ManyTables, TableSize
from radiobone.core.errors import FileMissing, RadioboneError
from radiobone.core.tables import read_table
from radiobone.io.downloads.found import Deviation, Found, files_in, sheets


def read_many_tables(folder: Path, layout: ManyTables) -> Found:
    """Read every table of a folder that has the columns of id and target, and compare sizes.

    Parameters
    ----------
    folder : Path
    layout : ManyTables

    Returns
    -------
    Found
        Tables that are expected and not there, or of another size, are deviations; others are read as well.

    Raises
    ------
    FileMissing
        If not one table is there.
    """
    tables, deviations = {}, []
    for path in sheets(files_in(folder)):
        name = path.name.split(".")[0]
        try:
            table = read_table(path)
        except RadioboneError as error:
            deviations.append(Deviation(error.code, path.name, str(error)))
            continue
        if {layout.id_column, layout.target_column} <= set(table.columns):
            tables[name] = (path, table)
            deviations += _size(name, table, layout)
        elif name in layout.tables:
            message = f"{path.name} has no columns {layout.id_column} and {layout.target_column}."
            deviations.append(Deviation("MissingColumn", path.name, message))
    if not tables:
        raise FileMissing(
            f"No table with the columns {layout.id_column} and {layout.target_column} below {folder}. Give the folder that was "
            "downloaded."
        )
    missing = sorted(set(layout.tables) - set(tables))
    deviations += [Deviation("FileMissing", name, f"The table {name} is not there.") for name in missing]
    return Found(tables=tables, deviations=tuple(deviations))


def _size(name: str, table: pd.DataFrame, layout: ManyTables) -> list[Deviation]:
    expected = layout.tables.get(name)
    found = TableSize(rows=len(table), features=max(table.shape[1] - 2, 1))
    if expected is None or expected == found:
        return []
    message = (
        f"{name} has {found.rows} rows and {found.features} features, and the card says {expected.rows} and "
        f"{expected.features}. It is another version, or was changed."
    )
    return [Deviation("CountDiffers", name, message)]
