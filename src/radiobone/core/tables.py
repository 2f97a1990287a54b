"""Reading tables as people save them: CSV with commas or semicolons, Excel, Parquet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from radiobone.core.counting import counted
from radiobone.core.csv_rows import KINDS_READ, called_a_table, csv_rows
from radiobone.core.errors import EmptyTable, FileMissing, FileUnreadable, NotATable, RaggedRow
from radiobone.core.file_kinds import did_you_mean, is_file, is_folder, kind_of
from radiobone.core.headers import named_columns
from radiobone.core.lazy import lazily
from radiobone.core.parquet_tables import read_parquet_table
from radiobone.core.pickles import check_is_no_pickle
from radiobone.core.pseudonymising import with_pseudonyms
from radiobone.core.workbooks import workbook_rows

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = lazily("pandas")

EXCEL_SUFFIXES = {".xlsx", ".xlsm"}
PARQUET_SUFFIXES = {".parquet", ".pq"}


def read_text_table(path: Path) -> pd.DataFrame:
    """Read a table with every cell as text; empty cells are missing values.

    Ids such as ``007`` stay as they are. CSV may use comma, semicolon, tab or bar, and may begin with a
    byte-order mark; of a workbook the first visible sheet that holds something is read.

    Raises
    ------
    FileMissing, NotATable, FileUnreadable, BadEncoding, EmptyTable, MissingColumn, DuplicateColumn, RaggedRow,
    ResourceLimit
    UntrustedModel
        If it is a pickle.

    Warns
    -----
    SheetAssumed
        If other sheets of a workbook hold something too.
    """
    _check_is_file(path)
    suffix = path.suffix.lower()
    if suffix in PARQUET_SUFFIXES:
        raise FileUnreadable(f"{path} is Parquet; a CSV or Excel file is needed here.")
    rows = workbook_rows(path) if suffix in EXCEL_SUFFIXES else csv_rows(path)
    if not rows:
        raise EmptyTable(f"{path} is empty. It needs a header line and at least one row.")
    _check_lengths(rows[0], rows[1:], path)
    header, body = named_columns(rows[0], rows[1:], path)
    if not body:
        raise EmptyTable(f"{path} has a header and no rows.")
    cells = [[cell if cell.strip() else None for cell in row] for row in body]
    return with_pseudonyms(pd.DataFrame(cells, columns=header, dtype=object))


def read_table(path: Path) -> pd.DataFrame:
    """Read a feature table: text columns stay text, columns of numbers become numbers.

    Raises
    ------
    FileMissing, NotATable, FileUnreadable, BadEncoding, EmptyTable, MissingColumn, DuplicateColumn, RaggedRow,
    ResourceLimit
    UntrustedModel
        If it is a pickle.
    """
    if path.suffix.lower() not in PARQUET_SUFFIXES:
        return read_text_table(path)
    _check_is_file(path)
    return with_pseudonyms(read_parquet_table(path))


def _check_is_file(path: Path) -> None:
    if is_folder(path):
        raise NotATable(f"{path} is a folder, and a table (CSV or Excel) is needed. Name the file in it.")
    if not is_file(path):
        raise FileMissing(f"No table at {path}. Check the path.{did_you_mean(path)}")
    check_is_no_pickle(path)
    kind = kind_of(path)
    if kind == "yaml":
        raise NotATable(
            f"{path} is a YAML file, and a table (CSV or Excel) is needed. A study file is started with: "
            f"radiobone run {path} -o result"
        )
    if kind == "image":
        raise NotATable(
            f"{path} is an image, and a table (CSV or Excel) is needed. Images are measured first: "
            f"radiobone manifest {path.parent} MASKS -o manifest.csv, then radiobone extract manifest.csv -o features; "
            "the folder 'features' can be evaluated."
        )


def _check_lengths(header: list[str], body: list[list[str]], path: Path) -> None:
    for number, row in enumerate(body, start=2):
        if len(row) == len(header):
            continue
        if len(header) == 1 or not called_a_table(path):
            raise NotATable(
                f"{path} is no table: its first line has {counted(len(header), 'field')}, and row {number} has {len(row)}. "
                f"{KINDS_READ} The first line names the columns; nothing may stand above it."
            )
        raise RaggedRow(
            f"{path}, row {number}: {len(row)} fields where the header has {len(header)}. "
            "A value with a comma in it must be in quotes."
        )
