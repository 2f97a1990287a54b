"""The columns that a model needs, taken from a table to score: there, numbers, and spelled as in training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from radiobone.cohort.clinical import categories_of, indicator
from radiobone.cohort.numbers import number_table
from radiobone.core.errors import DuplicateColumn, FeatureMismatch
from radiobone.core.warnings import Imputed, warn


def needed_values(table: pd.DataFrame, needed: Sequence[str], training: Mapping[str, Any]) -> pd.DataFrame:
    """Return the needed columns of a table as numbers.

    Parameters
    ----------
    table : pandas.DataFrame
        To be scored.
    needed : sequence of str
        Names of columns; ``sex=M`` may be made of a column of words, ``sex``.
    training : mapping
        What the model knows of its training: ``categories`` and ``clinical``.

    Raises
    ------
    DuplicateColumn
        If a needed column is there twice.
    FeatureMismatch
        If columns are missing, a row holds none of the values, or a clinical column holds a word that training did not have.
    NotNumeric, NonFiniteFeature
        If values are no finite numbers.
    """
    twice = [name for name in needed if int((table.columns == name).sum()) > 1]
    if twice:
        raise DuplicateColumn(f"Two columns are called '{twice[0]}'. Rename or remove one.")
    known = training.get("categories", {})
    columns = {name: _column(table, name, known) for name in needed}
    missing = [name for name, column in columns.items() if column is None]
    if missing:
        raise FeatureMismatch(_lacking(missing, len(needed), set(training.get("clinical", ()))))
    there = {name: column.to_numpy() for name, column in columns.items() if column is not None}
    numbers = number_table(pd.DataFrame(there, index=table.index), _row_names(table))
    _check_filled(numbers)
    return numbers


def _check_filled(numbers: pd.DataFrame) -> None:
    """Refuse rows that hold nothing: their score would be that of the average patient."""
    empty = np.flatnonzero(numbers.isna().all(axis=1))
    if len(empty):
        raise FeatureMismatch(
            f"{len(empty)} row(s), the first being row {_row_names(numbers)[empty[0]]}, hold no value of any of the "
            f"{numbers.shape[1]} features that the model needs, so there is nothing to score. Extract the features again, or "
            "remove the row."
        )


def _lacking(missing: Sequence[str], n_needed: int, clinical: set[str]) -> str:
    """Say which columns a table lacks, clinical ones by the name that they have in a table, and what to do."""
    variables = dict.fromkeys(name.rpartition("=")[0] or name for name in missing if name in clinical)
    names = [*(name for name in missing if name not in clinical), *variables]
    shown = f"{', '.join(names[:5])}{', …' if len(names) > 5 else ''}"
    words = [
        f"The table lacks {len(missing)} of the {n_needed} features that the model needs: {shown}. Nothing can stand "
        "in for them."
    ]
    if variables:
        words.append(f"Add the clinical column(s) {', '.join(variables)}, spelled as in training.")
    if len(names) > len(variables):
        words.append("Extract with the settings that the model carries.")
    return " ".join(words)


def _column(table: pd.DataFrame, name: str, known: Mapping[str, Sequence[str]]) -> pd.Series | None:
    if name in table.columns:
        return table[name]
    column, _, level = name.rpartition("=")
    if not column or column not in table.columns:
        return None
    new = sorted(set(categories_of(table[column])) - set(known.get(column, ())))
    if column in known and new:
        raise FeatureMismatch(
            f"'{column}' holds {new[0]!r}, and the model knows {', '.join(map(repr, known[column]))} only. Any other "
            "word would silently count as 'not that'. Spell the words as in training."
        )
    return indicator(table[column], level)


def _row_names(table: pd.DataFrame) -> list[str]:
    """Name rows in a message: by their labels, or by their places from 1 where they have none."""
    if isinstance(table.index, pd.RangeIndex):
        return [f"{number} of the table" for number in range(1, len(table) + 1)]
    return [str(label) for label in table.index]


def warn_filled_in(wanted: pd.DataFrame) -> None:
    """Warn of missing values, which a model fills in as it learned to.

    Warns
    -----
    Imputed
    """
    missing = wanted.isna().to_numpy()
    if missing.any():
        warn(
            Imputed(
                f"{int(missing.sum())} of the {missing.size} values that the model needs are missing, in "
                f"{int(missing.any(axis=0).sum())} column(s) and {int(missing.any(axis=1).sum())} row(s). They are filled in as "
                "learned from the training rows, so scores of these rows lean towards the average patient."
            ),
            stacklevel=3,
        )
