"""Which rows are the external cohort."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.checks import texts
from radiobone.core.errors import BadSetting

MARKED = frozenset({"1", "true", "yes", "external", "test"})
NOT_MARKED = frozenset({"", "0", "false", "no", "internal", "train", "training", "development"})


def split_name(given: str, names: list[str]) -> tuple[str, str | None]:
    """Divide ``COLUMN=VALUE``; a column that is called so itself is meant as it is."""
    if given in names or "=" not in given:
        return given, None
    column, _, value = given.partition("=")
    return column, value


def read_external(column: pd.Series, name: str, value: str | None = None) -> npt.NDArray[np.bool_]:
    """Return True where a row belongs to the external cohort.

    Parameters
    ----------
    column : pandas.Series
        Marks: 1, true, yes, external or test; other values are the words for the opposite, or nothing.
    name : str
        For messages.
    value : str, optional
        The value that marks; all others do not.

    Raises
    ------
    BadSetting
        If no row holds the value, or a cell is neither a mark nor its opposite.
    """
    cells = texts(column, empty="")
    if value is not None:
        if value not in cells:
            shown = ", ".join(sorted(set(cells))[:5])
            raise BadSetting(
                f"--external: no row has '{value}' in '{name}', which has: {shown}. Name one of these."
            )
        return np.array([cell == value for cell in cells], dtype=bool)
    spelled = [cell.strip().lower() for cell in cells]
    odd = sorted({cell for cell in spelled if cell not in MARKED | NOT_MARKED})
    if odd:
        raise BadSetting(
            f"--external: '{name}' has '{odd[0]}', which does not say whether a row is external. Name the value that marks: "
            f"--external {name}=VALUE; or write 1 and 0."
        )
    return np.array([cell in MARKED for cell in spelled], dtype=bool)
