"""Columns that are called like a patient's and whose rows of one value a split would part."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.id_like import is_patient_like
from radiobone.cohort.numbers import is_missing
from radiobone.core.columns import names_patients, patient_columns

SURE = 2  # how surely a name is a patient's, as ``names_patients`` counts


def possible_patients(
    table: pd.DataFrame, groups: npt.NDArray[np.str_], *, excluded: Collection[str | None]
) -> dict[str, tuple[int, int]]:
    """Find columns that may hold patients and were not taken for that.

    Parameters
    ----------
    table : pandas.DataFrame
        The rows that are learned from.
    groups : numpy.ndarray of str, shape (n_rows,)
        What a split keeps whole.
    excluded : collection of str
        Columns whose role is known.

    Returns
    -------
    dict
        Name to the number of different values and of rows that have one, the surest name first.
    """
    found = {}
    for name in patient_columns([str(name) for name in table.columns], excluded=excluded):
        there = np.array([not is_missing(cell) for cell in table[name]], dtype=bool)
        held, n_values = table.loc[there, name], table.loc[there, name].nunique()
        if _is_like_patients(held, n_values) and _parted(held, groups[there]):
            found[name] = (int(n_values), len(held))
    return found


def _is_like_patients(held: pd.Series, n_values: int) -> bool:
    """Whether values repeat, and are more than the two of a yes or no; a doubtful name must look like a patient too."""
    if names_patients(str(held.name)) >= SURE:
        return 2 < n_values < len(held)
    return is_patient_like(held, np.full(len(held), "", dtype=object))


def _parted(held: pd.Series, groups: npt.NDArray[np.str_]) -> bool:
    """Whether rows of one value are in different groups."""
    return bool((pd.Series(groups).groupby(held.astype(str).to_numpy()).nunique() > 1).any())
