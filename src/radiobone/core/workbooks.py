"""The first sheet of an Excel workbook as rows of text, as somebody who opens it sees them."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radiobone.core.archive_sizes import check_sizes
from radiobone.core.errors import FileUnreadable, RadioboneError, ResourceLimit
from radiobone.core.lazy import lazily
from radiobone.core.warnings import HiddenRows, SheetAssumed, warn

if TYPE_CHECKING:
    import openpyxl
else:
    openpyxl = lazily("openpyxl")

MAX_CELLS = 100_000_000
MAX_ROWS = 1_048_576
EXACT = 2.0**53
HIDDEN_ROW = re.compile(rb"<(?:\w+:)?row\b[^<>]{0,1000}?\shidden=[\"'](?:1|true)[\"'][^<>]{0,1000}(?<!/)>")
VALUE = re.compile(rb"<(?:\w+:)?(?:v|is)>")
FORMULA_ALONE = re.compile(rb"<c (?P<about>[^>]*)><f[^>]*>(?P<formula>[^<]*)</f>(?:<v ?/>|<v></v>)?</c>")
OLD_EXCEL_START = b"\xd0\xcf\x11\xe0"


def workbook_rows(path: Path) -> list[list[str]]:
    """Read the first visible sheet that holds something; rows are as long as the first of them, or longer where they hold more.

    Numbers are spelled with all their digits (7, 0.1, 1e-07), dates as 2024-01-31, errors as Excel shows them (#DIV/0!).

    Parameters
    ----------
    path : Path
        A workbook (.xlsx, .xlsm).

    Raises
    ------
    FileUnreadable
        If it is damaged, locked by a password, or holds formulas whose values were not saved.
    ResourceLimit
        If it would unpack to far more than a table.

    Warns
    -----
    SheetAssumed
        If other visible sheets hold something too.
    HiddenRows
        If rows that hold something are hidden, as a filter does; they are read.
    """
    try:
        _check_container(path)
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", UserWarning
            )  # openpyxl's, of styles and extensions that it leaves out
            filled, n_hidden = _filled_sheets(path)
            rows = next(iter(filled.values()), [])
    except RadioboneError:
        raise
    except Exception as error:  # openpyxl raises many kinds for a damaged file
        raise FileUnreadable(
            f"{path} cannot be read as Excel ({error}). Save it again as .xlsx or .csv."
        ) from error
    if len(filled) > 1:
        first, *others = filled
        told = SheetAssumed(
            f"{path.name} has {len(filled)} sheets with something in them; '{first}' was read, and {', '.join(map(repr, others[:3]))} "
            "not. If another is meant, put it first or save it alone."
        )
        warn(told, stacklevel=4)
    if n_hidden:
        hidden = HiddenRows(
            f"{path.name}: {n_hidden} row(s) are hidden, by a filter or by hand, and were read like the others. If they are not meant, "
            "save the visible rows alone."
        )
        warn(hidden, stacklevel=4)
    return rows


def _check_container(path: Path) -> None:
    with path.open("rb") as handle:
        if handle.read(len(OLD_EXCEL_START)) == OLD_EXCEL_START:
            raise FileUnreadable(
                f"{path} is an old Excel file (.xls), or locked by a password. Open it in Excel and save it as .xlsx, without a "
                "password."
            )
    with zipfile.ZipFile(path) as archive:
        check_sizes(archive.infolist(), path, path.stat().st_size)


def _filled_sheets(path: Path) -> tuple[dict[str, list[list[str]]], int]:
    """Visible sheets by name: the rows of the first that holds something; of the others only whether they do.

    And how many of these rows are hidden.
    """
    found: dict[str, list[list[str]]] = {}
    n_hidden = 0
    with (
        path.open("rb") as handle,
        closing(openpyxl.load_workbook(handle, read_only=True, data_only=True)) as book,
    ):
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            sheet.reset_dimensions()  # what is written there may be wrong
            if found:
                if any(_spelled(cell) for row in _lines(path, sheet) for cell in row):
                    found[str(sheet.title)] = []
            elif rows := _as_table(path, _lines(path, sheet)):
                content = _part(path, sheet._worksheet_path)
                _check_formulas(path, content)
                n_hidden = _n_hidden(content)
                found[str(sheet.title)] = rows
    return found, n_hidden


def _lines(path: Path, sheet: Any) -> Iterator[Sequence[Any]]:
    """Yield the rows of a sheet, those left out too; a row's number that no workbook can have would take for ever."""
    for number, line in enumerate(sheet.iter_rows(values_only=True), start=1):
        if number > MAX_ROWS:
            raise FileUnreadable(
                f"{path} has a row beyond the {MAX_ROWS:,} that a sheet can have: it is damaged. Save it again."
            )
        yield line


def _as_table(path: Path, cells: Iterable[Sequence[Any]]) -> list[list[str]]:
    """Spell cells, without rows that hold nothing and without empty cells at the end of a row."""
    rows = [row for row in (_without_end([_spelled(cell) for cell in line]) for line in cells) if row]
    width = len(rows[0]) if rows else 0
    if width * len(rows) > MAX_CELLS:
        raise ResourceLimit(
            f"{path} is a sheet of {len(rows):,} rows and {width:,} columns, more than {MAX_CELLS:,} cells. Save it as Parquet, or "
            "remove what lies outside the table."
        )
    return [row + [""] * (width - len(row)) for row in rows]


def _without_end(row: list[str]) -> list[str]:
    while row and not row[-1].strip():
        row.pop()
    return row


def _spelled(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < EXACT:
        return str(int(cell))
    if isinstance(cell, datetime):
        return str(cell.date()) if cell.time() == time() else str(cell)
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _part(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name.lstrip("/"))


def _n_hidden(content: bytes) -> int:
    """Count the hidden rows of a sheet that hold something."""
    n_hidden = 0
    for found in HIDDEN_ROW.finditer(content):
        end = content.find(b"row>", found.end())
        if end < 0:
            break
        n_hidden += VALUE.search(content, found.end(), end) is not None
    return n_hidden


def _check_formulas(path: Path, content: bytes) -> None:
    """Refuse formulas whose values are not in the file: they would count as missing."""
    for found in FORMULA_ALONE.finditer(content):
        if b't="str"' not in found["about"]:  # the value may well be an empty text
            formula = found["formula"].decode(errors="replace")
            raise FileUnreadable(
                f"{path} holds the formula '={formula[:60]}', and its value is not in the file, as where a program wrote it. It would "
                "count as missing. Open the file in Excel, save it, and try again."
            )
