"""Rows that were made from other rows (augmented, synthetic), and which row each was made from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.checks import texts
from radiobone.core.errors import DerivedRow


def read_parents(column: pd.Series, rows: Sequence[str], name: str) -> npt.NDArray[np.int64]:
    """Return the position of the row that each was made from; the first of the line where that was made itself.

    Parameters
    ----------
    column : pandas.Series
        The parent's row id; empty, or the row's own, where a row was not made from another.
    rows : sequence of str
        Id of each row.
    name : str
        For messages.

    Returns
    -------
    numpy.ndarray of int, shape (n_rows,)
        -1 where a row was not made from another.

    Raises
    ------
    DerivedRow
        If a parent is not in the table (or has no target), or rows have one name or are each other's parents.
    """
    if len(set(rows)) < len(rows):
        raise DerivedRow(
            f"Rows share names, so that '{name}' does not say which row another was made from. Give each row a name of its own."
        )
    place = {row: number for number, row in enumerate(rows)}
    named = texts(column, empty="")
    parent = np.full(len(rows), -1, dtype=np.int64)
    for number, told in enumerate(named):
        if told in ("", rows[number]):
            continue
        if told not in place:
            raise DerivedRow(
                f"Row '{rows[number]}' says in '{name}' that it was made from '{told}', which is no row with a target. A derived "
                "row may be learned from only where its parent is, so the parent must be known. Row ids here are like "
                f"'{rows[0]}'. Correct the cell, add the parent or remove the row."
            )
        parent[number] = place[told]
    return _first_of_line(parent, rows, name)


def _first_of_line(parent: npt.NDArray[np.int64], rows: Sequence[str], name: str) -> npt.NDArray[np.int64]:
    for _ in range(len(parent).bit_length() + 1):  # every pass doubles how far back a row sees
        further = (parent >= 0) & (parent[parent] >= 0)
        if not further.any():
            return parent
        parent = np.where(further, parent[parent], parent)
    round_trip = rows[int(np.flatnonzero(further)[0])]
    raise DerivedRow(
        f"Row '{round_trip}' is, by '{name}', made from a row that was made from it. Correct the cells: a row that was measured "
        "has none."
    )
