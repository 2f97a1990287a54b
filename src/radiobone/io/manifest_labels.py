"""The value in the mask that a row of a manifest means; a column ``label`` may be the class instead."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from radiobone.core.columns import names_label
from radiobone.core.counting import counted
from radiobone.core.errors import BadSetting, NotNumeric
from radiobone.core.warnings import MaskLabelAssumed, warn

if TYPE_CHECKING:
    import pandas as pd

MOST_SHOWN = 5


def may_be_mask_label(column: pd.Series, name: str) -> bool:
    """Whether a column can hold values of a mask; ``label`` with words alone is an outcome."""
    cells = [cell for cell in column if cell is not None]
    return name.casefold() == "mask_label" or not cells or any(_whole(cell) is not None for cell in cells)


def _whole(cell: str) -> int | None:
    match = re.fullmatch(r"\s*([+-]?\d+)(?:[.,]0*)?\s*", cell)
    return int(match[1]) if match else None


def mask_labels(table: pd.DataFrame, column: str | None, path: Path) -> list[int | None]:
    """Read each row's value in the mask; None where the cell is empty or there is no column.

    Raises
    ------
    NotNumeric, BadSetting
        If a cell is no whole number, or is the background's.
    """
    if column is None:
        return [None] * len(table)
    labels: list[int | None] = []
    for number, cell in enumerate(table[column], start=2):
        value = _whole(cell) if cell is not None else None
        if cell is not None and value is None:
            raise NotNumeric(
                f"{path}, row {number}: '{column}' is {cell!r}, where the value in the mask is needed "
                f"(a whole number). If the column is the outcome, say so (--target {column}), or give it another "
                "name."
            )
        if value == 0:
            raise BadSetting(
                f"{path}, row {number}: '{column}' is 0, which is the background of a mask. If the column is "
                f"the outcome, say so (--target {column}), or give it another name, such as 'diagnosis'."
            )
        labels.append(value)
    return labels


def warn_if_class(table: pd.DataFrame, column: str | None, patient: str, path: Path) -> None:
    """Warn where a column ``label`` parts patients who have one row each, as a class does.

    Warns
    -----
    MaskLabelAssumed
    """
    if column is None or not names_label(column) or table[patient].duplicated().any():
        return
    counts = table[column].dropna().map(str.strip).value_counts().sort_index()
    if len(counts) > 1:
        shown = ", ".join(
            f"{value}: {counted(int(n), 'row')}" for value, n in counts.iloc[:MOST_SHOWN].items()
        )
        warn(
            MaskLabelAssumed(
                f"{path}: '{column}' was taken as the value in the mask ({shown}"
                f"{', …' if len(counts) > MOST_SHOWN else ''}), so patients are measured in different structures. If it "
                f"is the class, say so (--target {column}); if not, call the column 'mask_label'."
            ),
            stacklevel=3,
        )
