"""Reading tables as people save them: CSV with commas or semicolons, Excel, Parquet."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from radiobone.core.archive_sizes import check_sizes
from radiobone.core.counting import counted
from radiobone.core.csv_cells import as_written
from radiobone.core.errors import (
    BadEncoding,
    DuplicateColumn,
    EmptyTable,
    FileMissing,
    FileUnreadable,
    MissingColumn,
    NotATable,
    RaggedRow,
    ResourceLimit,
)
from radiobone.core.file_kinds import TABLE_SUFFIXES, did_you_mean, is_file, is_folder, kind_of
from radiobone.core.lazy import lazily
from radiobone.core.pickles import check_is_no_pickle
from radiobone.core.pseudonymising import with_pseudonyms

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = lazily("pandas")

EXCEL_SUFFIXES = {".xlsx", ".xlsm"}
PARQUET_SUFFIXES = {".parquet", ".pq"}
UTF16_STARTS = (b"\xff\xfe", b"\xfe\xff")
GZIP_START = b"\x1f\x8b"
MAX_UNPACKED_BYTES = 2 << 30
KINDS_READ = (
    "Tables are read from CSV (with commas, semicolons or tabs; gzipped too) and Excel (.xlsx, .xlsm), those of "
    "features also from Parquet."
)


def read_text_table(path: Path) -> pd.DataFrame:
    """Read a table with every cell as text; empty cells are missing values.

    Ids such as ``007`` stay as they are. CSV may use comma, semicolon or tab, and may begin with a
    byte-order mark; Excel's first sheet is read.

    Raises
    ------
    FileMissing, NotATable, FileUnreadable, BadEncoding, EmptyTable, DuplicateColumn, RaggedRow
    """
    _check_is_file(path)
    suffix = path.suffix.lower()
    if suffix in PARQUET_SUFFIXES:
        raise FileUnreadable(f"{path} is Parquet; a CSV or Excel file is needed here.")
    rows = _excel_rows(path) if suffix in EXCEL_SUFFIXES else _csv_rows(path)
    if not rows:
        raise EmptyTable(f"{path} is empty. It needs a header line and at least one row.")
    header, *body = rows
    _check_header(header, path)
    if not body:
        raise EmptyTable(f"{path} has a header and no rows.")
    _check_lengths(header, body, path)
    table = pd.DataFrame(body, columns=header, dtype=object)
    return with_pseudonyms(table.where(table.map(lambda cell: cell is not None and cell.strip() != ""), None))


def read_table(path: Path) -> pd.DataFrame:
    """Read a feature table: text columns stay text, columns of numbers become numbers.

    Raises
    ------
    FileMissing, NotATable, FileUnreadable, BadEncoding, EmptyTable, DuplicateColumn, RaggedRow
    """
    if path.suffix.lower() not in PARQUET_SUFFIXES:
        return read_text_table(path)
    _check_is_file(path)
    try:
        return with_pseudonyms(pd.read_parquet(path))
    except (OSError, ValueError) as error:
        raise FileUnreadable(f"{path} cannot be read as Parquet ({error}).") from error


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
        if len(header) == 1 or not _called_a_table(path):
            raise NotATable(
                f"{path} is no table: its first line has {counted(len(header), 'field')}, and row {number} has {len(row)}. "
                f"{KINDS_READ} The first line names the columns; nothing may stand above it."
            )
        raise RaggedRow(
            f"{path}, row {number}: {len(row)} fields where the header has {len(header)}. "
            "A value with a comma in it must be in quotes."
        )


def _called_a_table(path: Path) -> bool:
    return path.name.lower().endswith((*TABLE_SUFFIXES, ".txt"))


def _check_header(header: list[str], path: Path) -> None:
    names = [name.strip() for name in header]
    if "" in names:
        raise MissingColumn(f"{path}: column {names.index('') + 1} has no name. Give every column a name.")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DuplicateColumn(f"{path}: two columns are called {twice[0]!r}. Rename or remove one.")
    header[:] = names


def _excel_rows(path: Path) -> list[list[str]]:
    try:
        with zipfile.ZipFile(path) as archive:
            check_sizes(archive.infolist(), path, path.stat().st_size)
        sheet = pd.read_excel(path, header=None, dtype=str, keep_default_na=False, engine="openpyxl")
    except ResourceLimit:
        raise
    except Exception as error:  # openpyxl raises many kinds for a damaged file
        raise FileUnreadable(
            f"{path} cannot be read as Excel ({error}). Save it again as .xlsx or .csv."
        ) from error
    rows: list[list[str]] = sheet.to_numpy().tolist()
    return [row for row in rows if any(str(cell).strip() for cell in row)]


def _csv_rows(path: Path) -> list[list[str]]:
    text = _decode(path)
    first_line = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max((",", ";", "\t"), key=first_line.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return [[as_written(cell) for cell in row] for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise FileUnreadable(f"{path} cannot be read as CSV ({error}).") from error


def _decode(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise FileUnreadable(f"{path} cannot be read ({error.strerror}).") from error
    if raw.startswith(GZIP_START):
        raw = _unpacked(path)
    if raw.startswith(UTF16_STARTS):
        raise BadEncoding(
            f"{path} is UTF-16 ('Unicode Text' of Excel), and other programs would read its ids and columns otherwise. In "
            "Excel: save as 'CSV UTF-8'."
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if not _called_a_table(path):
            raise NotATable(f"{path} is no table: it is not text. {KINDS_READ}") from error
        raise BadEncoding(
            f"{path} is not UTF-8 (byte {error.start}), so names and ids would be garbled. In Excel: save as 'CSV UTF-8'."
        ) from error


def _unpacked(path: Path) -> bytes:
    try:
        with gzip.open(path) as packed:
            raw = packed.read(MAX_UNPACKED_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise FileUnreadable(f"{path} is a damaged gzip file ({error}). Get it again.") from error
    if len(raw) > MAX_UNPACKED_BYTES:
        raise ResourceLimit(
            f"{path} unpacks to more than {MAX_UNPACKED_BYTES >> 30} GB, more than a table can be. Check the file."
        )
    return raw
