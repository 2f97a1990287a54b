"""Files that are either whole or not there, and digests of their content."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from radiobone.core.csv_cells import defused
from radiobone.core.errors import FileUnreadable
from radiobone.core.lazy import lazily
from radiobone.core.outputs import writing

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = lazily("pandas")

PERMISSIONS = 0o666  # of a new file, less what the user's umask takes away
CHUNK_BYTES = 1 << 20
MAX_JSON_BYTES = 256 << 20
"""Some ten times what a cohort of 100,000 cases has in its largest."""


@contextmanager
def replacing(path: Path, *, sync: bool = True) -> Iterator[Path]:
    """Yield a temporary path beside ``path``; it takes its place only if the block succeeds.

    Who may read it is what the user's umask says; what stood there before passes its permissions on.

    Parameters
    ----------
    path : Path
    sync : bool
        Whether the content must be on the disk first, which a power failure would else take; it costs some 20 ms.

    Raises
    ------
    OutputNotWritable, DiskFull
        If the file cannot be written; what was there before is untouched.
    """
    with writing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}{path.suffix}")
        allowed = path.stat().st_mode & PERMISSIONS if path.is_file() else PERMISSIONS
        os.close(os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, allowed))
        try:
            yield temporary
            if sync:
                with temporary.open("rb+") as written:
                    os.fsync(written.fileno())
            temporary.replace(path)
        finally:
            with suppress(OSError):  # what failed before is what is told
                temporary.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Let the names in a folder reach the disk, so that after a power failure nothing newer stands beside what is older."""
    with suppress(OSError):  # Windows, and file systems that cannot
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_text(path: Path, text: str) -> None:
    """Write text, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_bytes(path: Path, content: bytes, *, sync: bool = True) -> None:
    """Write bytes, whole or not at all."""
    with replacing(path, sync=sync) as temporary:
        temporary.write_bytes(content)


def write_json(path: Path, content: Any) -> None:
    """Write JSON with sorted keys; NaN is refused, since JSON has none."""
    write_text(
        path, json.dumps(content, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=False) + "\n"
    )


def read_json(path: Path) -> Any:
    """Read JSON.

    Raises
    ------
    FileUnreadable
        If the file is damaged, or larger than any that is written.
    """
    try:
        return json.loads(_capped(path).decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # the last if it is nested without end
        raise FileUnreadable(f"{path} cannot be read as JSON ({error}). Make it again.") from error


def _capped(path: Path) -> bytes:
    """Return what a file holds, if that fits into memory several times over."""
    content = bytearray()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            content += chunk
            if len(content) > MAX_JSON_BYTES:
                raise FileUnreadable(
                    f"{path} is larger than {MAX_JSON_BYTES:,} bytes, which no JSON of radiobone is, and reading it could fill the "
                    "memory. Is it another file? If not, make it again."
                )
    return bytes(content)


def write_json_items(path: Path, items: Iterable[Any]) -> None:
    """Write a list as ``write_json`` does, one item at a time as they are made."""
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        start = "["
        for item in items:
            text = json.dumps(item, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=False)
            file.write(f"{start}\n {text.replace(chr(10), chr(10) + ' ')}")
            start = ","
        file.write("[]\n" if start == "[" else "\n]\n")


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a CSV that a spreadsheet opens without running formulas hidden in text; ``core.tables`` reads it back."""
    write_csv_parts(path, [table])


def write_csv_parts(path: Path, parts: Iterable[pd.DataFrame]) -> None:
    """Write a CSV likewise, whose parts are made while they are written."""
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        for number, part in enumerate(parts):
            safe, quoting = _safe(part)
            safe.to_csv(file, index=False, header=number == 0, lineterminator="\n", quoting=quoting)


def _safe(table: pd.DataFrame) -> tuple[pd.DataFrame, Literal[0, 2]]:
    safe, returns = table.copy(), False
    for place, kind in enumerate(table.dtypes):
        if not (pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_datetime64_any_dtype(kind)):
            cells = [defused(cell) if isinstance(cell, str) else cell for cell in table.iloc[:, place]]
            safe.isetitem(place, pd.array(cells, dtype=object))
            returns = returns or any(isinstance(cell, str) and "\r" in cell for cell in cells)
    safe.columns = pd.Index([defused(str(name)) for name in table.columns], dtype=object)
    return (
        safe,
        csv.QUOTE_NONNUMERIC if returns else csv.QUOTE_MINIMAL,
    )  # a return would else stand without quotes


def write_parquet(path: Path, table: pd.DataFrame) -> None:
    """Write Parquet, whole or not at all."""
    with replacing(path) as temporary:
        table.to_parquet(temporary, index=False, write_page_checksum=True)


def write_parquet_parts(path: Path, parts: Iterable[pd.DataFrame]) -> None:
    """Write Parquet, whole or not at all; each part, made while it is written, is a group of rows.

    Parameters
    ----------
    path : Path
    parts : iterable of DataFrame
        At least one, all of the same columns and types.
    """
    import pyarrow
    from pyarrow import parquet

    rest = iter(parts)
    first = pyarrow.Table.from_pandas(next(rest), preserve_index=False)
    with (
        replacing(path) as temporary,
        parquet.ParquetWriter(temporary, first.schema, write_page_checksum=True) as writer,
    ):
        writer.write_table(first)
        for part in rest:
            writer.write_table(pyarrow.Table.from_pandas(part, schema=first.schema, preserve_index=False))


def file_digest(path: Path, chunk_bytes: int = CHUNK_BYTES) -> str:
    """SHA-256 of a file's content; of a folder, that of its files' names and contents."""
    digest = hashlib.sha256()
    _feed(path, digest.update, chunk_bytes)
    return digest.hexdigest()


def _feed(path: Path, update: Callable[[bytes], None], chunk_bytes: int) -> None:
    if path.is_dir():
        for entry in sorted(path.rglob("*")):
            if entry.is_file():
                update(entry.relative_to(path).as_posix().encode() + b"\0")
                _feed(entry, update, chunk_bytes)
        return
    with path.open("rb") as handle:
        while chunk := handle.read(chunk_bytes):
            update(chunk)


def content_digest(content: Any) -> str:
    """SHA-256 of plain data, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()
