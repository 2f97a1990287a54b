"""Dates, or other values in order, of the rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.numbers import is_missing, parse
from radiobone.core.errors import BadTime
from radiobone.core.ids import brief_id

SHOWN = 3


def read_times(column: pd.Series, name: str) -> npt.NDArray[Any]:
    """Return values that can be put in order: all dates, or all numbers.

    Parameters
    ----------
    column : pandas.Series
        Dates (written as 2019-03-31, with a time or without) or numbers (a year, 20190331).
    name : str
        For messages.

    Returns
    -------
    numpy.ndarray of datetime64[ns] or float, shape (n_rows,)

    Raises
    ------
    BadTime
        If a cell is empty, or dates are written in another way.
    """
    gone = [number for number, cell in enumerate(column, start=1) if is_missing(cell)]
    if gone:
        raise BadTime(
            f"{len(gone)} row(s) have no '{name}' (first: row {gone[0]}), so it is not known whether they are earlier or "
            f"later than the others. Fill it in, or remove the row.{_also_odd(column)}"
        )
    if not pd.api.types.is_datetime64_any_dtype(column):
        values, words, _ = parse(column)
        if not words.any() and np.isfinite(values).all():
            return values
    return _dates(column, name)


def as_time(value: object, *, like: npt.NDArray[Any]) -> Any:
    """Return one value as those of a column are.

    Raises
    ------
    BadTime
        If the column holds numbers and this is none, or the other way round.
    """
    dated = np.issubdtype(like.dtype, np.datetime64)
    if dated != (isinstance(value, date | str)):
        kind = "dates" if dated else "numbers"
        raise BadTime(f"The cut {value!r} does not fit a column of {kind}. Give one of the same kind.")
    return _dates(pd.Series([value]), "cuts")[0] if dated else value


def in_words(time: Any) -> str:
    """Spell a time: a date without its midnight, a whole number without decimals."""
    if isinstance(time, np.datetime64):
        return str(time.astype("datetime64[s]")).removesuffix("T00:00:00")
    return f"{time:g}" if abs(time) < 1e6 else f"{time:.15g}"


def _also_odd(column: pd.Series) -> str:
    """Name what else is wrong with a column that has empty cells, so that all can be corrected at once."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return ""
    held = column[[not is_missing(cell) for cell in column]]
    values, words, _ = parse(held)
    if not words.any() and np.isfinite(values).all():
        return ""
    odd = _odd(held.map(str))
    return (
        f" Besides, {len(odd)} cell(s) are no date written as year-month-day: {_some(odd)}. Correct these too."
        if odd
        else ""
    )


def _odd(texts: pd.Series) -> list[str]:
    """Return the texts that are no date."""
    return list(texts[pd.to_datetime(texts, format="ISO8601", errors="coerce", utc=True).isna()])


def _some(odd: Sequence[str]) -> str:
    different = list(dict.fromkeys(odd))
    return ", ".join(map(brief_id, different[:SHOWN])) + (", …" if len(different) > SHOWN else "")


def _dates(column: pd.Series, name: str) -> npt.NDArray[Any]:
    texts = column if pd.api.types.is_datetime64_any_dtype(column) else column.map(str)
    try:
        read = pd.to_datetime(texts, format="ISO8601", utc=True)
    except (ValueError, OverflowError) as error:
        odd = _odd(texts)
        raise BadTime(
            f"'{name}' has {len(odd)} cell(s) that are no number and no date written as year-month-day, so rows cannot be put in "
            f"order (03/04/2019 may be March or April): {_some(odd)}. Write dates as 2019-04-03."
        ) from error
    return read.dt.tz_localize(None).to_numpy(dtype="datetime64[ns]")
