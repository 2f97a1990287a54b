"""CSV files as rows of text: packed or not, with commas, semicolons, tabs or bars."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from itertools import islice
from pathlib import Path

from radiobone.core.csv_cells import as_written
from radiobone.core.errors import BadEncoding, FileUnreadable, NotATable, ResourceLimit
from radiobone.core.file_kinds import TABLE_SUFFIXES

UTF16_STARTS = (b"\xff\xfe", b"\xfe\xff")
GZIP_START = b"\x1f\x8b"
MAX_UNPACKED_BYTES = 2 << 30
DELIMITERS = (",", ";", "\t", "|")
MOST_NUL = 0.2
LOOKED_AT = 20  # rows that tell the delimiter
EXCEL_HINT = re.compile(r"\ufeff?\"?sep=(?P<delimiter>[,;|\t])\"?[ \t]*\r?\n", re.IGNORECASE)
KINDS_READ = (
    "Tables are read from CSV (with commas, semicolons, tabs or bars; gzipped too) and Excel (.xlsx, .xlsm), those of "
    "features also from Parquet."
)


def csv_rows(path: Path) -> list[list[str]]:
    """Read the rows of a CSV file that hold something.

    Raises
    ------
    FileUnreadable
        If it cannot be read, or a quote is not closed.
    BadEncoding
        If it is not UTF-8.
    NotATable
        If it is not text, and is not called a table either.
    ResourceLimit
        If it unpacks to far more than a table.
    """
    text = _decode(path)
    hint = EXCEL_HINT.match(text)
    text, delimiter = (text[hint.end() :], hint["delimiter"]) if hint else (text, _delimiter(text))
    try:
        rows = [row for row in _parsed(text, delimiter) if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise FileUnreadable(f"{path} cannot be read as CSV ({error}). Is a quote not closed?") from error
    return [[as_written(cell) for cell in row] for row in rows]


def called_a_table(path: Path) -> bool:
    """Whether a file is called as tables are."""
    return path.name.lower().endswith((*TABLE_SUFFIXES, ".txt"))


def _parsed(text: str, delimiter: str) -> csv._reader:  # type: ignore[name-defined]
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _delimiter(text: str) -> str:
    """Find what divides the header into most names, first among those by which the next rows are as long as it."""

    def fits(delimiter: str) -> tuple[bool, int]:
        try:
            lengths = [len(row) for row in islice(_parsed(text, delimiter), LOOKED_AT) if any(row)]
        except csv.Error:
            return False, 0
        return len(set(lengths)) == 1, lengths[0] if lengths else 0

    found = {delimiter: fits(delimiter) for delimiter in DELIMITERS}
    several = {delimiter: fit for delimiter, fit in found.items() if fit[1] > 1}
    return max(several, key=lambda delimiter: several[delimiter], default=DELIMITERS[0])


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
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if not called_a_table(path):
            raise NotATable(f"{path} is no table: it is not text. {KINDS_READ}") from error
        raise BadEncoding(
            f"{path} is not UTF-8 (byte {error.start}), so names and ids would be garbled. In Excel: save as 'CSV UTF-8'."
        ) from error
    if text.count("\0") > MOST_NUL * len(text):
        raise BadEncoding(
            f"{path} is full of NUL bytes: it is damaged, or UTF-16 without its mark. Save it again as UTF-8 (in Excel: 'CSV UTF-8')."
        )
    return text


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
