"""The target column as ordered classes, or as numbers."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.labels import Labels, check_finite, check_spelling, spelled, warn_dropped
from radiobone.cohort.missing_codes import warn_of_code_among, warn_of_codes
from radiobone.cohort.numbers import TARGET, is_missing, number_table
from radiobone.cohort.task import Number, Ordinal
from radiobone.core.errors import BadSetting, OneClass

MOST_CLASSES = 10
SHOWN = 6


def read_ordered(column: pd.Series, task: Ordinal) -> Labels:
    """Read ordered classes as their places, from 0.

    Raises
    ------
    OneClass
        If there is one class.
    MixedLabels
        If one class is spelled in several ways.
    BadSetting
        If there are two classes, the order is not known, or it is not that of the classes found.
    """
    name = str(column.name)
    words = [None if is_missing(cell) else spelled(cell) for cell in column]
    found = sorted({one for one in words if one is not None})
    check_spelling(found, name)
    check_finite(found, name)
    _check_several(found, name)
    levels = _by_number(found, name) if task.order is None else _as_asked(found, task.order, name)
    place = {level: code for code, level in enumerate(levels)}
    y = np.array([-1 if one is None else place[one] for one in words], dtype=np.int64)
    warn_dropped(y < 0, name)
    return Labels(y, "", "", tuple(levels))


def _check_several(found: list[str], name: str) -> None:
    if len(found) < 2:
        raise OneClass(
            f"'{name}' has {f'the value {found[0]!r} only' if found else 'no value at all'}. A model learns the difference between "
            "classes. Add cases of the others, or choose another --target."
        )
    if len(found) == 2:
        raise BadSetting(
            f"'{name}' has two classes ({found[0]!r}, {found[1]!r}), and --task ordinal is for three or more. Say --task binary."
        )
    if len(found) > MOST_CLASSES:
        raise BadSetting(
            f"'{name}' has {len(found)} different values, and --task ordinal takes {MOST_CLASSES} classes at most: each would have "
            "too few patients. If it is a measured value, such as a T-score, say --task number."
        )


def _by_number(found: list[str], name: str) -> list[str]:
    """Order classes that are numbers."""
    try:
        ordered = sorted(found, key=float)
        warn_of_code_among(ordered, name)
        return ordered
    except ValueError as error:
        raise BadSetting(
            f"The order of the classes of '{name}' ({', '.join(map(repr, found))}) is not known, and a wrong one would make every "
            f"number wrong. State it, from the first to the last: --order {','.join(found)} in the right order (in a pipeline or "
            "study file task: {kind: ordinal, order: […]}), or --order who for normal, osteopenia, osteoporosis."
        ) from error


def _as_asked(found: list[str], order: tuple[str, ...], name: str) -> list[str]:
    asked = [spelled(level) for level in order]
    written = {one.casefold(): one for one in found}
    absent = [level for level in asked if level.casefold() not in written]
    unplaced = [one for one in found if one.casefold() not in {level.casefold() for level in asked}]
    if absent or unplaced:
        why = (
            f"no row has {', '.join(map(repr, absent))}"
            if absent
            else f"{', '.join(map(repr, unplaced[:SHOWN]))} has no place in it"
        )
        raise BadSetting(
            f"The order {', '.join(map(repr, order))} does not fit '{name}', which has {', '.join(map(repr, found[:SHOWN]))}: {why}. "
            "Name every class that occurs, each once, from the first to the last."
        )
    return [written[level.casefold()] for level in asked]


def read_numbers(column: pd.Series, task: Number) -> Labels:
    """Read a number per row.

    Raises
    ------
    NotNumeric, NonFiniteFeature
        If a cell holds a word, or an infinite value.
    OneClass
        If all values are alike.
    BadSetting
        If there are two values only.

    Warns
    -----
    MissingCode
    """
    name = str(column.name)
    rows = [f"{number} of the table" for number in range(1, len(column) + 1)]
    numbers = number_table(column.to_frame(name), rows, due=TARGET)
    warn_of_codes(numbers)
    y = numbers[name].to_numpy()
    _check_differ(np.unique(y[~np.isnan(y)]), name)
    warn_dropped(np.isnan(y), name)
    return Labels(y, "", "")


def _check_differ(values: npt.NDArray[np.float64], name: str) -> None:
    if len(values) < 2:
        raise OneClass(
            f"'{name}' has {f'the value {values[0]:g} only' if len(values) else 'no value at all'}. A model learns why values differ. "
            "Check the column, or choose another --target."
        )
    if len(values) == 2:
        raise BadSetting(
            f"'{name}' has two different values ({values[0]:g}, {values[1]:g}): that is a class, not a number. Say --task binary."
        )
