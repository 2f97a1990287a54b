"""Rows in the order in which they came: months, or batches by their names."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.checks import texts
from radiobone.cohort.times import in_words, read_times
from radiobone.core.errors import BadSetting, BadTime

Every = Literal["day", "week", "month", "quarter", "year"]
MOST_WINDOWS = 120
_LETTERS: dict[Every, str] = {"day": "D", "week": "W", "month": "M", "quarter": "Q", "year": "Y"}


@dataclass(frozen=True, eq=False)
class Window:
    """Rows that came together.

    Attributes
    ----------
    name : str
    here : numpy.ndarray of bool, shape (n_rows,)
    """

    name: str
    here: npt.NDArray[np.bool_]


def time_windows(column: pd.Series, every: Every = "month") -> list[Window]:
    """Divide rows by their dates, from the earliest to the latest; a period without rows is left out.

    Parameters
    ----------
    column : pandas.Series
        Dates (2025-03-31, or as DICOM writes them, 20250331), or other numbers in order: each is a window of its own.
    every : {"day", "week", "month", "quarter", "year"}

    Raises
    ------
    BadTime
        If a cell is empty or no date.
    BadSetting
        If there would be more than 120 windows.
    """
    times = read_times(column, str(column.name))
    dates = times if np.issubdtype(times.dtype, np.datetime64) else _dicom_dates(times)
    if dates is None:
        names = [in_words(one) for one in times]
        order = sorted(set(zip(times.tolist(), names, strict=True)))
    else:
        periods = pd.DatetimeIndex(dates).to_period(_LETTERS[every])
        names = [_named(one, every) for one in periods]
        order = sorted(set(zip((one.ordinal for one in periods), names, strict=True)))
    return _windows(names, [name for _, name in order], f"Give a longer period: --every {_longer(every)}.")


def batch_windows(column: pd.Series) -> list[Window]:
    """Divide rows by the names of their batches, which are put in order as people would (batch 2 before batch 10).

    Raises
    ------
    BadTime
        If a cell is empty.
    BadSetting
        If there would be more than 120 windows.
    """
    names = texts(column, empty="")
    gone = [place for place, name in enumerate(names, start=1) if not name]
    if gone:
        raise BadTime(
            f"{len(gone)} row(s) have no '{column.name}' (first: row {gone[0]}), so it is not known with which batch they came. "
            "Fill it in, or remove the row."
        )
    order = sorted(set(names), key=_natural)
    return _windows(names, order, "Give a column that names fewer, or dates with --time.")


def _windows(names: list[str], order: list[str], advice: str) -> list[Window]:
    if len(order) > MOST_WINDOWS:
        raise BadSetting(
            f"There would be {len(order)} windows, such as '{order[0]}', and at most {MOST_WINDOWS} can be shown. {advice}"
        )
    given = np.array(names, dtype=object)
    return [Window(name, given == name) for name in order]


def _dicom_dates(numbers: npt.NDArray[Any]) -> npt.NDArray[Any] | None:
    """Read numbers such as 20250331 as dates; None if one is no date."""
    if not all(19000101 <= one <= 21001231 and one == int(one) for one in numbers):
        return None
    read = pd.to_datetime([f"{int(one)}" for one in numbers], format="%Y%m%d", errors="coerce")
    return None if read.isna().any() else read.to_numpy()


def _named(period: Any, every: Every) -> str:
    if every == "week":
        start = period.start_time.isocalendar()
        return f"{start.year}-W{start.week:02d}"
    return str(period)


def _longer(every: Every) -> str:
    names = list(_LETTERS)
    return names[min(names.index(every) + 1, len(names) - 1)]


def _natural(name: str) -> list[tuple[int, int, str]]:
    parts = re.split(r"(\d+)", name)
    return [
        (0, int(part), "") if part.isdigit() and part.isascii() else (1, 0, part) for part in parts if part
    ]
