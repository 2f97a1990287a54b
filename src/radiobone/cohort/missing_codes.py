"""Numbers that stand for a missing value, such as 999 or -9, and would be learned from as if they had been measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.core.warnings import MissingCode, warn

CODES = (
    -9.0,
    -77.0,
    -88.0,
    -99.0,
    -777.0,
    -888.0,
    -999.0,
    -9999.0,
    9.0,
    77.0,
    88.0,
    99.0,
    777.0,
    888.0,
    999.0,
    9999.0,
    99999.0,
)
FEWEST_OTHERS = 10
SHOWN = 5


def warn_of_codes(table: pd.DataFrame) -> None:
    """Warn of columns in which a usual code for missing values lies farther from all other values than these from each other.

    Parameters
    ----------
    table : pandas.DataFrame
        Columns of float, NaN where missing.

    Warns
    -----
    MissingCode
    """
    found = {
        str(name): _code_in(table.iloc[:, place].to_numpy(dtype=float))
        for place, name in enumerate(table.columns)
    }
    told = [f"'{name}' ({code:g} in {count} row(s))" for name, (code, count) in found.items() if count]
    if told:
        warn(
            MissingCode(
                f"{len(told)} column(s) hold a number far beyond all others that is a usual code for a missing value: "
                f"{', '.join(told[:SHOWN])}{', …' if len(told) > SHOWN else ''}. It counts as a number. If the value is missing, leave the "
                "cell empty."
            ),
            stacklevel=4,
        )


def _code_in(values: npt.NDArray[np.float64]) -> tuple[float, int]:
    """Return the code and how often it occurs; 0 times if there is none."""
    held = values[~np.isnan(values)]
    if not held.size:
        return 0.0, 0
    for code in {float(held.min()), float(held.max())} & set(CODES):
        others = held[held != code]
        if others.size < FEWEST_OTHERS:
            continue
        spread, gap = float(np.ptp(others)), float(np.abs(others - code).min())
        if 0 < spread < gap:
            return code, int((held == code).sum())
    return 0.0, 0


def warn_of_codes_beyond(table: pd.DataFrame, ranges: Mapping[str, tuple[float, float]]) -> None:
    """Warn of new values that are usual codes for missing ones and lie farther outside known ranges than these are wide.

    Parameters
    ----------
    table : pandas.DataFrame
        New rows; columns without a range, and cells that are no plain numbers, are passed over.
    ranges : mapping
        Least and greatest known value of a column.

    Warns
    -----
    MissingCode
    """
    told = []
    for name in [name for name in ranges if list(table.columns).count(name) == 1]:
        low, high = ranges[name]
        values = pd.to_numeric(table[name], errors="coerce")
        beyond = np.maximum(low - values, values - high)
        found = values[values.isin(CODES) & (beyond > high - low) & (high > low)]
        if len(found):
            told.append(f"'{name}' ({found.iloc[0]:g} in {int((found == found.iloc[0]).sum())} row(s))")
    if told:
        warn(
            MissingCode(
                f"{len(told)} column(s) hold a number far beyond all that the model has learned from, and a usual code for a missing "
                f"value: {', '.join(told[:SHOWN])}{', …' if len(told) > SHOWN else ''}. It counts as a number. If the value is "
                "missing, leave the cell empty."
            ),
            stacklevel=4,
        )


def warn_of_code_among(classes: Sequence[str], name: str) -> None:
    """Warn if the first or the last of ordered classes is a usual code for a missing value, far from the others.

    Warns
    -----
    MissingCode
    """
    values = [float(one) for one in classes]
    for code, others in ((values[0], values[1:]), (values[-1], values[:-1])):
        gap = min(abs(code - other) for other in others)
        if code in CODES and gap > max(others) - min(others):
            warn(
                MissingCode(
                    f"'{name}' has the class {code:g} beside {', '.join(classes[:SHOWN])}: a usual code for a missing value. It counts as "
                    "a class of its own. If the value is missing, leave the cell empty."
                ),
                stacklevel=5,
            )
