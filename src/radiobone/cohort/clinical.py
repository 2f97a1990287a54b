"""Clinical columns as numbers: numbers as they are, words as 0/1 columns that say what 1 means."""

from __future__ import annotations

import pandas as pd

from radiobone.cohort.numbers import is_missing, looks_numeric, number_table
from radiobone.core.errors import BadSetting

MAX_LEVELS = 20


def encode_clinical(table: pd.DataFrame, row_names: list[str]) -> pd.DataFrame:
    """Turn clinical columns into numbers.

    A column of numbers stays. Of two words the later in the alphabet becomes 1, in a column called
    ``sex=M``; of more words each gets such a column. A missing word is NaN in all of them.

    Raises
    ------
    BadSetting
        If a column has so many different words that it must be free text.
    """
    blocks = []
    for name in table.columns:
        column = table[name]
        if looks_numeric(column):
            blocks.append(number_table(table[[name]], row_names))
            continue
        levels = categories_of(column)
        if len(levels) > MAX_LEVELS:
            raise BadSetting(
                f"The clinical column '{name}' has {len(levels)} different words, such as {levels[0]!r}: that is free "
                f"text, not a category. At most {MAX_LEVELS} categories can be used. Group them, or leave it out."
            )
        wanted = levels[1:] if len(levels) == 2 else levels
        blocks += [indicator(column, level).to_frame() for level in wanted]
    return pd.concat(blocks, axis=1) if blocks else pd.DataFrame(index=table.index)


def categories_of(column: pd.Series) -> tuple[str, ...]:
    """Return the different words of a column, sorted; none for a column of numbers."""
    if looks_numeric(column):
        return ()
    return tuple(sorted({str(cell) for cell in column if not is_missing(cell)}))


def indicator(column: pd.Series, level: str) -> pd.Series:
    """1 where the cell is ``level``, 0 where it is another word, NaN where it is missing."""
    values = [float("nan") if is_missing(cell) else float(str(cell) == level) for cell in column]
    return pd.Series(values, index=column.index, name=f"{column.name}={level}", dtype=float)
