"""The names of a table's columns, as they are written in its first line."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from radiobone.core.errors import DuplicateColumn, MissingColumn

NUMBERS_OF_ROWS = "Unnamed: 0"  # as pandas calls the column without a name that it writes them into
BREAKS = re.compile(r"[\r\n\t\v\f\x85\u2028\u2029]+ *")


def named_columns(
    header: Sequence[str], body: list[list[str]], path: Path
) -> tuple[list[str], list[list[str]]]:
    """Return the columns' names, and the rows without columns that have neither a name nor a value.

    Names lose blanks and invisible marks at their ends, and line breaks within; a first column without a name that only
    numbers the rows is called ``Unnamed: 0``.

    Parameters
    ----------
    header, body
        Cells as they are written; rows may be longer than the header, or shorter.
    path : Path
        For messages.

    Raises
    ------
    MissingColumn
        If a column with values has no name.
    DuplicateColumn
        If two have one name.
    """
    names = [_bare(name) for name in header]
    nameless = [place for place, name in enumerate(names) if not name]
    idle = {place for place in nameless if not any(row[place].strip() for row in body if place < len(row))}
    if idle:
        body = [[cell for place, cell in enumerate(row) if place not in idle] for row in body]
        names = [name for place, name in enumerate(names) if place not in idle]
    if names and not names[0] and _number_rows([row[0] for row in body if row]):
        names[0] = NUMBERS_OF_ROWS
    if "" in names:
        raise MissingColumn(f"{path}: column {names.index('') + 1} has no name. Give every column a name.")
    twice = sorted(name for name, count in Counter(names).items() if count > 1)
    if twice:
        raise DuplicateColumn(f"{path}: two columns are called {twice[0]!r}. Rename or remove one.")
    return names, body


def _bare(name: str) -> str:
    joined = BREAKS.sub(" ", name).strip()
    while joined and (unicodedata.category(joined[0]) == "Cf" or unicodedata.category(joined[-1]) == "Cf"):
        joined = joined[unicodedata.category(joined[0]) == "Cf" :]
        joined = joined[:-1] if joined and unicodedata.category(joined[-1]) == "Cf" else joined
        joined = joined.strip()
    return joined


def _number_rows(cells: Sequence[str]) -> bool:
    """Whether cells count the rows, from 0 or from 1."""
    return bool(cells) and list(cells) in ([str(n + first) for n in range(len(cells))] for first in (0, 1))
