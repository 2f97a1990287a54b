"""Tables in Parquet files, with what they announce looked at before it is read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from radiobone.core.errors import FileUnreadable, RadioboneError, ResourceLimit
from radiobone.core.lazy import lazily

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow.parquet as pq
else:
    pd = lazily("pandas")
    pq = lazily("pyarrow.parquet")

MAX_CELLS = 2_000_000_000


def read_parquet_table(path: Path) -> pd.DataFrame:
    """Read a Parquet file; an index that pandas stored with a name (often that of the patients) becomes a column.

    Raises
    ------
    FileUnreadable
        If it is damaged; one that radiobone wrote has checksums, by which a changed bit is found.
    ResourceLimit
        If it announces more cells than a table can have.
    """
    try:
        about = pq.read_metadata(path)
        _check_size(path, about.num_rows, about.num_columns)
        table = pd.read_parquet(path, page_checksum_verification=True)
    except RadioboneError:
        raise
    except Exception as error:  # whatever a damaged file provokes in its reader
        raise FileUnreadable(f"{path} cannot be read as Parquet ({error}). Get or make it again.") from error
    named = [name for name in table.index.names if name is not None]
    return table.reset_index() if named else table


def _check_size(path: Path, n_rows: int, n_columns: int) -> None:
    if n_rows * max(n_columns, 1) > MAX_CELLS:
        raise ResourceLimit(
            f"{path} announces {n_rows:,} rows of {n_columns:,} columns, more than a table of features has, and they would fill the "
            "memory. Check the file."
        )
