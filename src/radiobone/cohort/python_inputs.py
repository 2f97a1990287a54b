"""What may be given from Python as features, target, patients, sites and clinical columns: made pandas, or refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AnySet
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.checks import check_columns
from radiobone.core.errors import BadSetting

CLINICAL_ADVICE = (
    "Give a DataFrame with a named column per variable, such as clinical=table[['age', 'sex']]; a named Series; or names of "
    "columns of X, such as clinical=['age']."
)


def as_table(X: Any) -> pd.DataFrame:
    """Return features as a table whose columns have names of text; ``x0``, ``x1``, … where they have none.

    Raises
    ------
    BadSetting
        If it has not two dimensions.
    MissingColumn, DuplicateColumn
    """
    if isinstance(X, pd.DataFrame):
        table = with_text_names(X)
    else:
        values = _array("X", X)
        if values.ndim != 2:
            raise BadSetting(
                f"X ({type(X).__name__}) has {values.ndim} dimension(s); two are needed: rows and features."
            )
        table = pd.DataFrame(values, columns=[f"x{number}" for number in range(values.shape[1])])
    check_columns(table)
    return table


def as_column(name: str, given: Any) -> pd.Series:
    """Return one value per row as a series; a table of one column is one.

    Raises
    ------
    BadSetting
        If it is no column of values.
    """
    if isinstance(given, pd.Series):
        return given
    if given is None or isinstance(given, str | bytes | Mapping | AnySet) or not isinstance(given, Iterable):
        found = f"{given!r}" if given is None or isinstance(given, str) else f"a {type(given).__name__}"
        raise BadSetting(
            f"{name} is {found}; one value per row of X is needed, in its order. Give the values: {name}=table['COLUMN']."
        )
    if getattr(given, "ndim", 1) != 1 or _holds_lists(given):
        return _only_column(name, given if isinstance(given, pd.DataFrame) else _array(name, given))
    return pd.Series(given if hasattr(given, "dtype") else list(given))


def as_clinical(clinical: Any, X: Any) -> pd.DataFrame | list[str]:
    """Return clinical columns as a table of their own, or as names of columns of ``X``.

    Raises
    ------
    BadSetting
        If it is neither, or names a column twice.
    DuplicateColumn
    """
    if clinical is None:
        return []
    if isinstance(clinical, pd.Series):
        clinical = clinical.to_frame("clinical" if clinical.name is None else clinical.name)
    if isinstance(clinical, pd.DataFrame):
        block = with_text_names(clinical)
        if block.shape[1]:
            check_columns(block)
        return block
    listed = [clinical] if isinstance(clinical, str) else _listed(clinical)
    labels = list(X.columns) if isinstance(X, pd.DataFrame) else []
    if not all(isinstance(name, str) or name in labels for name in listed):
        raise BadSetting(
            f"clinical ({type(clinical).__name__}) holds values without a name. {CLINICAL_ADVICE}"
        )
    names = [str(name) for name in listed]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise BadSetting(f"clinical names '{twice[0]}' twice. Name each column once.")
    return names


def with_text_names(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table whose columns have names of text: 2 is ``"2"``."""
    return table.set_axis([str(name) for name in table.columns], axis=1)


def _listed(clinical: Any) -> list[Any]:
    if (
        isinstance(clinical, Mapping | bytes)
        or not isinstance(clinical, Iterable)
        or _array("clinical", clinical).ndim != 1
    ):
        raise BadSetting(
            f"clinical is a {type(clinical).__name__}, of which the names of columns are not known. {CLINICAL_ADVICE}"
        )
    return list(clinical)


def _holds_lists(given: Iterable[Any]) -> bool:
    return isinstance(given, list | tuple) and any(isinstance(cell, list | np.ndarray) for cell in given)


def _array(name: str, given: Any) -> npt.NDArray[Any]:
    try:
        return np.asarray(given)
    except ValueError as error:
        raise BadSetting(
            f"{name} holds lists of different lengths. Give a table or an array with as many values in each row."
        ) from error


def _only_column(name: str, given: pd.DataFrame | npt.NDArray[Any]) -> pd.Series:
    if given.ndim == 1:
        return pd.Series(given)
    if given.ndim != 2:
        raise BadSetting(f"{name} has {given.ndim} dimension(s); one is needed: a value per row.")
    if given.shape[1] != 1:
        raise BadSetting(
            f"{name} has {given.shape[1]} columns; one is needed. Name it: {name}=table['COLUMN']."
        )
    return given.iloc[:, 0] if isinstance(given, pd.DataFrame) else pd.Series(given[:, 0])
