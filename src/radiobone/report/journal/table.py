"""A table for a manuscript: raw values for CSV, written values for LaTeX."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from radiobone.report.numbers import MISSING, decimals

PARTS = ("mean", "low", "high")
LONG = 40
"""Rows from which a table breaks over pages."""
ESCAPES = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}",
    "−": "$-$", "\u202f": r"\,", "≤": r"$\le$", "≥": r"$\ge$", "±": r"$\pm$", "²": r"\textsuperscript{2}", "→": r"$\to$",
    "–": "--", "’": "'",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """One column of a manuscript's table.

    Attributes
    ----------
    key : str
        Of the value in a row, and its name in the CSV.
    title : str
        Its heading in LaTeX.
    write : callable
        From the value to text, for LaTeX; numbers of rows that have ``places`` get so many decimals.
    interval : bool
        Whether the value is a mapping of ``mean``, ``low``, ``high``, which are three columns of the CSV.
    """

    key: str
    title: str
    write: Callable[[Any], str] = str
    interval: bool = False


@dataclass(frozen=True, eq=False)
class JournalTable:
    """A table with its caption.

    Attributes
    ----------
    name : str
        Of its files.
    caption : str
    columns : sequence of Column
    rows : sequence of mapping
        Values by the keys of the columns.
    """

    name: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]


def estimate(key: str, title: str, places: int = 2) -> Column:
    """Make a column of values with their intervals."""
    return Column(key, title, partial(with_interval, places=places), interval=True)


def with_interval(value: Mapping[str, Any], places: int) -> str:
    """Write a value with its interval in brackets."""
    text = decimals(value["mean"], places)
    if value.get("low") is None:
        return text
    return f"{text} ({decimals(value['low'], places)} to {decimals(value['high'], places)})"


def as_frame(table: JournalTable) -> pd.DataFrame:
    """Return the raw values, an interval as three columns."""
    columns: dict[str, list[Any]] = {}
    for column in table.columns:
        values = [row.get(column.key) for row in table.rows]
        if not column.interval:
            columns[column.key] = values
            continue
        for part in PARTS:
            name = column.key if part == "mean" else f"{column.key}_{part}"
            columns[name] = [None if value is None else value.get(part) for value in values]
    return pd.DataFrame(columns)


def written(column: Column, row: Mapping[str, Any]) -> str:
    """Write one cell; what is missing as a dash."""
    value = row.get(column.key)
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return MISSING
    places = row.get("places")
    if places is None or isinstance(value, str):
        return column.write(value)
    return with_interval(value, places) if column.interval else decimals(value, places)


def as_latex(table: JournalTable) -> str:
    """Write a table with booktabs' rules; one of many rows as a longtable."""
    layout = "".join("l" if _is_text(column, table) else "r" for column in table.columns)
    head = " & ".join(latex_text(column.title) for column in table.columns) + r" \\"
    body = [
        " & ".join(latex_text(written(column, row)) for column in table.columns) + r" \\"
        for row in table.rows
    ]
    caption = rf"\caption{{{latex_text(table.caption)}}}"
    label = rf"\label{{tab:{table.name.replace('_', '-')}}}"
    if len(table.rows) > LONG:
        top = [
            rf"\begin{{longtable}}{{{layout}}}",
            rf"{caption}{label}\\",
            r"\toprule",
            head,
            r"\midrule",
            r"\endhead",
        ]
        lines = [
            "% needs the packages booktabs and longtable",
            *top,
            *body,
            r"\bottomrule",
            r"\end{longtable}",
        ]
    else:
        top = [
            r"\begin{table}",
            r"\centering",
            caption + label,
            rf"\begin{{tabular}}{{{layout}}}",
            r"\toprule",
            head,
        ]
        end = [r"\bottomrule", r"\end{tabular}", r"\end{table}"]
        lines = ["% needs the package booktabs", *top, r"\midrule", *body, *end]
    return "\n".join(lines) + "\n"


def latex_text(text: str) -> str:
    """Escape what LaTeX would take for a command."""
    return re.sub("|".join(map(re.escape, ESCAPES)), lambda found: ESCAPES[found[0]], text)


def _is_text(column: Column, table: JournalTable) -> bool:
    return any(isinstance(row.get(column.key), str) for row in table.rows)
