"""Columns of text into columns of numbers, without guessing."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.core.errors import NonFiniteFeature, NotNumeric
from radiobone.core.warnings import DecimalComma, warn

MISSING_WORDS = frozenset({"", "na", "n/a", "#n/a", "nan", "null", ".", "-", "?"})
COMMA_NUMBER = re.compile(r"[+-]?\d*,\d+([eE][+-]?\d+)?")
MAY_BE_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}")
POINT_NUMBER = re.compile(r"[+-]?\d*\.\d+([eE][+-]?\d+)?")


def is_missing(cell: object) -> bool:
    """Whether a cell holds no value: empty, NaN, or a usual word for it."""
    if cell is None or cell is pd.NA or cell is pd.NaT or (isinstance(cell, float) and np.isnan(cell)):
        return True
    return isinstance(cell, str) and cell.strip().lower() in MISSING_WORDS


def parse(column: pd.Series) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_], bool]:
    """Read cells as numbers.

    Returns
    -------
    values : numpy.ndarray of float
        NaN where the cell is missing or is no number.
    words : numpy.ndarray of bool
        True where the cell holds something that is no number.
    comma : bool
        Whether decimal commas were read as points.
    """
    if pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_timedelta64_dtype(column):
        return _parse_cells(column)  # pandas would count nanoseconds, and a date of scan is no feature
    try:
        values = pd.to_numeric(column).to_numpy(dtype=float, na_value=np.nan)
        return values, np.zeros(len(values), dtype=bool), False
    except (ValueError, TypeError):
        return _parse_cells(column)


def _parse_cells(column: pd.Series) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_], bool]:
    """Read cells one by one: slower, and tells missing values, decimal commas and words apart."""
    missing = np.fromiter((is_missing(cell) for cell in column), dtype=bool, count=len(column))
    cells = pd.Series(["" if gone else str(cell).strip() for cell, gone in zip(column, missing, strict=True)])
    commas = cells.map(lambda cell: COMMA_NUMBER.fullmatch(cell) is not None).to_numpy(dtype=bool)
    cells[commas] = cells[commas].str.replace(",", ".", regex=False)
    values = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float)
    return values, np.isnan(values) & ~missing, bool(commas.any())


def whole_numbers(column: pd.Series) -> tuple[npt.NDArray[np.float64] | None, int]:
    """Read a column of ids.

    Returns
    -------
    values : numpy.ndarray of float, or None
        The cells that hold something, if all of them are whole numbers.
    n_words : int
        How many cells hold a word.
    """
    values, words, _ = parse(column)
    held = values[~np.isnan(values)]
    whole = len(held) > 0 and not words.any() and bool(np.isfinite(held).all() and (held % 1 == 0).all())
    return (held if whole else None), int(words.sum())


def looks_numeric(column: pd.Series) -> bool:
    """Whether at least half of the cells that hold something hold a number."""
    values, words, _ = parse(column)
    return int(words.sum()) <= int(np.isfinite(values).sum()) or not (
        words.any() or (~np.isnan(values)).any()
    )


LARGEST = 1e30  # trees compute in single precision, which ends at 3.4e38; what is scaled needs room below
FEATURE = "A feature must be numbers only"
TARGET = "A target of --task number must be numbers only; classes are of --task binary or ordinal"


def number_table(
    table: pd.DataFrame, row_names: list[str], *, leave_out: str = "", due: str = FEATURE
) -> pd.DataFrame:
    """Turn columns into float64.

    Parameters
    ----------
    table : pandas.DataFrame
        The columns wanted.
    row_names : list of str
        How to call each row in a message.
    leave_out : str
        How to leave a column out, for a message; ``{name}`` stands for the column.
    due : str
        What the columns must be, for a message.

    Raises
    ------
    NotNumeric
        If a column holds words among its numbers, or commas that could part thousands or decimals.
    NonFiniteFeature
        If a value is infinite, or beyond ±1e30.
    """
    numbers: dict[str, npt.NDArray[np.float64]] = {}
    with_commas = []
    for name in table.columns:
        values, words, comma = parse(table[name])
        if words.any():
            raise _not_numeric(table[name], words, row_names, leave_out, due)
        if (np.abs(values) > LARGEST).any():
            raise _not_finite(str(name), values, row_names)
        numbers[str(name)] = values
        with_commas += [str(name)] * comma
    if with_commas:
        _check_commas(table[with_commas], row_names)
        warn(
            DecimalComma(
                f"{len(with_commas)} column(s) have decimal commas, such as '{with_commas[0]}'; "
                "they were read as decimal points. Check one value if commas could mean thousands."
            ),
            stacklevel=3,
        )
    return pd.DataFrame(numbers, index=table.index, dtype=float)


def _check_commas(table: pd.DataFrame, row_names: list[str]) -> None:
    """Refuse commas that could part thousands: in a table where none must be a decimal one, or beside decimal points."""
    cells = {name: [str(cell).strip() for cell in table[name]] for name in table.columns}
    commas = [cell for column in cells.values() for cell in column if COMMA_NUMBER.fullmatch(cell)]
    all_thousands = all(MAY_BE_THOUSANDS.fullmatch(cell) for cell in commas)
    for name, column in cells.items():
        with_points = any(POINT_NUMBER.fullmatch(cell) for cell in column)
        if all_thousands or with_points:
            row = next(place for place, cell in enumerate(column) if COMMA_NUMBER.fullmatch(cell))
            beside = ", and other cells of the column have decimal points" if with_points else ""
            raise NotNumeric(
                f"Column '{name}', row {row_names[row]}: {column[row]!r} could be {column[row].replace(',', '')} or "
                f"{column[row].replace(',', '.')}{beside}. Write numbers with decimal points, and without commas for thousands."
            )


def _not_numeric(
    column: pd.Series, words: npt.NDArray[np.bool_], row_names: list[str], leave_out: str, due: str
) -> NotNumeric:
    first = int(np.flatnonzero(words)[0])
    return NotNumeric(
        f"Column '{column.name}', row {row_names[first]}: {column.iloc[first]!r} is not a number "
        f"({int(words.sum())} such cell(s)). {due}. "
        "Correct the cells, leave them empty if the value is missing, or "
        f"{'choose another --target' if due == TARGET else f'leave the column out{leave_out.format(name=column.name)}'}."
    )


def _not_finite(name: str, values: npt.NDArray[np.float64], row_names: list[str]) -> NonFiniteFeature:
    beyond = np.abs(values) > LARGEST
    first = int(np.flatnonzero(beyond)[0])
    value = values[first]
    what = f"{value:g}, beyond ±{LARGEST:g}" if np.isfinite(value) else "infinite"
    return NonFiniteFeature(
        f"Column '{name}', row {row_names[first]}: the value is {what} "
        f"({int(beyond.sum())} such cell(s)). No model can use it, and it is not the same as missing. "
        "Find out where it comes from, and correct it or leave the cell empty."
    )
