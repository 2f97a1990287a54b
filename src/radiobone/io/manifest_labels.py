"""The value in the mask that a row of a manifest means; a column ``label`` may be the class instead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from radiobone.core.columns import names_label
from radiobone.core.counting import counted
from radiobone.core.errors import BadSetting, NotNumeric
from radiobone.core.ids import brief_id
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


@dataclass(frozen=True)
class MaskLabel:
    """What a row says of the value in the mask.

    Attributes
    ----------
    value : int or None
        None where the cell is empty or no value.
    word : str
        What stands there in place of a value; else empty.
    fault : str
        What is wrong with it, for the error of that case; else empty.
    """

    value: int | None = None
    word: str = ""
    fault: str = ""


def mask_labels(table: pd.DataFrame, column: str | None, path: Path) -> list[MaskLabel]:
    """Read each row's value in the mask; none where the cell is empty or there is no column.

    A word among the values of ``mask_label`` is the fault of its row alone; in a column ``label`` it may tell that the
    column is the class.

    Raises
    ------
    NotNumeric, BadSetting
        If every cell is a word, one of a column ``label`` is, or one is the background's value.
    """
    if column is None:
        return [MaskLabel()] * len(table)
    words = [cell is not None and _whole(cell) is None for cell in table[column]]
    alone = not names_label(column) and not all(words)
    labels: list[MaskLabel] = []
    for number, cell in enumerate(table[column], start=2):
        value = _whole(cell) if cell is not None else None
        if value == 0:
            raise BadSetting(
                f"{path}, row {number}: '{column}' is 0, which is the background of a mask. If the column is "
                f"the outcome, say so (--target {column}), or give it another name, such as 'diagnosis'."
            )
        if cell is None or value is not None:
            labels.append(MaskLabel(value))
        elif alone:
            labels.append(MaskLabel(None, cell.strip(), f"The manifest, {_no_value(cell, number, column)}"))
        else:
            raise NotNumeric(
                f"{path}, {_no_value(cell, number, column)} If the column is the outcome, say so (--target {column}), or give it "
                "another name."
            )
    return labels


def _no_value(cell: str, number: int, column: str) -> str:
    return (
        f"row {number}: '{column}' is {brief_id(cell)}, where the value in the mask is needed (a whole number). The name of a structure "
        "goes into the column 'roi'."
    )


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
