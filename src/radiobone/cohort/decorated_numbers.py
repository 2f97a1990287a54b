"""Columns of numbers that are written with units, signs or parted thousands, and so are words to a program."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd

from radiobone.cohort.numbers import is_missing
from radiobone.core.warnings import FeatureDropped, warn

NUMBER = r"[+-]?\d+(?:[.,]\d+)?"
DECORATED = re.compile(
    rf"[<>≤≥~±]\s*{NUMBER}|{NUMBER}\s*%|{NUMBER}\s+[A-Za-zµμ²³°/^\d]{{1,8}}|[+-]?\d{{1,3}}(?:[ '\u00a0\u202f’]\d{{3}})+(?:[.,]\d+)?"
    rf"|[+-]?\d{{1,3}}(?:\.\d{{3}})+,\d+|[+-]?\d{{1,3}}(?:,\d{{3}})+\.\d+"
)
SHOWN = 5


def warn_of_decorated(table: pd.DataFrame, left_out: Sequence[str]) -> None:
    """Warn of columns that are no features since most of their cells hold a number with something beside it.

    Parameters
    ----------
    table : pandas.DataFrame
    left_out : sequence of str
        Columns that hold words.

    Warns
    -----
    FeatureDropped
    """
    found = {name: example for name in left_out if (example := _example(table[name])) is not None}
    if found:
        shown = ", ".join(f"'{name}' ({example!r})" for name, example in list(found.items())[:SHOWN])
        warn(
            FeatureDropped(
                f"{len(found)} column(s) hold numbers with units, signs or parted thousands, such as {shown}"
                f"{', …' if len(found) > SHOWN else ''}, and are words as they stand. Left out. If they measure something, write numbers "
                "alone."
            ),
            stacklevel=6,
        )


def _example(column: pd.Series) -> str | None:
    cells = [str(cell).strip() for cell in column if not is_missing(cell)]
    decorated = [cell for cell in cells if DECORATED.fullmatch(cell)]
    return decorated[0] if len(decorated) * 2 > len(cells) else None
