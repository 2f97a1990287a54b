"""Tables of vectors, such as embeddings of a deep network: CSV, Excel, Parquet, or NPY with a sheet beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from radiobone.core.errors import FileMissing, FileUnreadable, MissingId
from radiobone.core.file_kinds import TABLE_SUFFIXES, is_file
from radiobone.core.pickles import check_is_no_pickle
from radiobone.core.tables import read_table

NPY = ".npy"
VECTOR_SUFFIXES = (*TABLE_SUFFIXES, NPY)


def read_vectors(path: Path, block: str) -> pd.DataFrame:
    """Read one vector per row, with the columns that say whose it is.

    Parameters
    ----------
    path : Path
        A table; or an array of shape (n_rows, n_columns) in NPY, beside which lies a table of the same name with a row
        for each of its rows, in their order (``deep.npy`` and ``deep.csv``).
    block : str
        The columns of an array are called ``<block>_1`` onwards.

    Raises
    ------
    FileMissing
        If there is no file, or no sheet beside an array.
    FileUnreadable
        If an array is no table of numbers.
    UntrustedModel
        If an array holds Python objects, which could run code.
    MissingId
        If sheet and array differ in length.
    NotATable, BadEncoding, EmptyTable, DuplicateColumn, RaggedRow
    """
    if not path.name.lower().endswith(NPY):
        table = read_table(path)
        table.columns = [str(name) for name in table.columns]
        return table
    vectors, sheet = _array(path), read_table(_sheet_of(path))
    if len(sheet) != len(vectors):
        raise MissingId(
            f"{path.name} has {len(vectors)} vectors and the sheet beside it {len(sheet)} rows, so whose vector is which cannot "
            "be told. Write one row for each vector, in their order."
        )
    names = [f"{block}_{number}" for number in range(1, vectors.shape[1] + 1)]
    sheet.columns = [str(name) for name in sheet.columns]
    whose = sheet.astype(object).where(sheet.notna(), None)
    return pd.concat([whose, pd.DataFrame(vectors, columns=names, index=sheet.index)], axis=1)


def _array(path: Path) -> np.ndarray:
    if not is_file(path):
        raise FileMissing(f"No file at {path}. Check the path.")
    check_is_no_pickle(path)
    try:
        found = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise FileUnreadable(
            f"{path} cannot be read as an array ({error}). Save it with numpy.save."
        ) from error
    if not isinstance(found, np.ndarray) or found.ndim != 2 or found.dtype.kind not in "fiu":
        raise FileUnreadable(
            f"{path} holds no table of numbers, but {getattr(found, 'dtype', type(found).__name__)} of shape "
            f"{getattr(found, 'shape', ())}. Save one vector per row: shape (n_rows, n_columns)."
        )
    return found.astype(np.float64)


def _sheet_of(path: Path) -> Path:
    stem = path.name[: -len(NPY)]
    for suffix in TABLE_SUFFIXES:
        if (path.parent / f"{stem}{suffix}").is_file():
            return path.parent / f"{stem}{suffix}"
    raise FileMissing(
        f"Beside {path.name} lies no {stem}.csv, so whose vectors these are is not known. Write one with a column of patients, "
        "and of views and bones where a patient has several, and a row for each vector, in their order."
    )
