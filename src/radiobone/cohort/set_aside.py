"""What columns that are used for nothing still tell: who was trained on and tested, and how images were made."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.checks import texts

TRAIN = frozenset({"train", "training", "development", "dev", "internal", "discovery"})
TEST = frozenset({"test", "testing", "external", "holdout", "hold-out"})
BETWEEN = frozenset({"", "val", "valid", "validation", "tune", "tuning"})
PLACE = r"^(?:hospital|site|clinic|cent(?:er|re)|institut(?:e|ion))(?:[ _.-]?(?:id|name|code))?$"
ACQUISITION = re.compile(
    r"kernel|manufacturer|vendor|scanner|station.?name|device|kvp|tube|protocol|slice.?thickness|spacing|voxel.?size|"
    r"contrast.?(agent|phase|medium)|field.?strength|" + PLACE,
    re.IGNORECASE,
)


def parted_patients(
    table: pd.DataFrame, groups: npt.NDArray[np.str_], *, excluded: set[str | None]
) -> dict[str, list[str]]:
    """Return the patients that a column of train and test puts on both sides, by column.

    Parameters
    ----------
    table : pandas.DataFrame
        Rows of the cohort.
    groups : numpy.ndarray of str, shape (n_rows,)
        What must be whole.
    excluded : set of str or None
        Columns with another role.
    """
    found = {}
    for name in table.columns:
        if name in excluded or pd.api.types.is_numeric_dtype(table[name]):
            continue
        cells = np.array([cell.strip().lower() for cell in texts(table[name], empty="")])
        if not set(cells.tolist()) <= TRAIN | TEST | BETWEEN:
            continue
        train, test = (set(groups[np.isin(cells, list(words))].tolist()) for words in (TRAIN, TEST))
        if train & test:
            found[str(name)] = sorted(train & test)
    return found


def names_place(column: str) -> bool:
    """Tell whether a column says where images were made, or by which machine of a house, and not how."""
    return re.search(rf"{PLACE}|station.?name", column, re.IGNORECASE) is not None


def acquisition(table: pd.DataFrame, *, excluded: set[str | None]) -> dict[str, list[str]]:
    """Return the columns that say where or how images were made (hospital, kernel, spacing, …), as text per row."""
    named = [name for name in table.columns if name not in excluded and ACQUISITION.search(str(name))]
    return {str(name): texts(table[name], empty="") for name in named}
