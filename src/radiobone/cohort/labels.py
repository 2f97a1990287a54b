"""The target column: the class looked for as 1 and the other as 0, and what every kind of target shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.numbers import is_missing
from radiobone.core.errors import BadSetting, MixedLabels, NonFiniteFeature, NotBinary, OneClass
from radiobone.core.warnings import RowsDropped, warn

TRUTHS = {"1": "0", "true": "false"}
YAML_WORDS = {
    True: ("true", "yes", "on", "1"),
    False: ("false", "no", "off", "0"),
}  # unquoted, they are one to YAML
SHOWN = 6


@dataclass(frozen=True)
class Labels:
    """A target.

    Attributes
    ----------
    y : numpy.ndarray of int or float
        Class 1 or 0, or the place of the class in the order, and -1 where the target is missing; or a number, and NaN.
    positive, negative : str
        The two classes as they are spelled; empty if there are more, or none.
    levels : tuple of str
        Ordered classes, from the first to the last; empty if there are two, or none.
    """

    y: npt.NDArray[Any]
    positive: str
    negative: str
    levels: tuple[str, ...] = ()

    @property
    def known(self) -> npt.NDArray[np.int64]:
        """Positions of the rows that have a target."""
        there = ~np.isnan(self.y) if self.y.dtype.kind == "f" else self.y >= 0
        return np.flatnonzero(there)


def read_labels(column: pd.Series, *, positive: str | bool | None = None) -> Labels:
    """Read a two-valued target.

    Parameters
    ----------
    column : pandas.Series
        The target; missing cells are left out.
    positive : str or bool, optional
        The value looked for. A truth value stands for the word that YAML reads so: ``yes``, ``true``, ``on``, 1.

    Raises
    ------
    OneClass, NotBinary
        If there are not two values.
    MixedLabels
        If one class is spelled in several ways.
    NonFiniteFeature
        If a class is an infinite number.
    BadSetting
        If it cannot be told which class is positive.
    """
    name = str(column.name)
    words = [None if is_missing(cell) else spelled(cell) for cell in column]
    found = sorted({word for word in words if word is not None})
    check_spelling(found, name)
    check_finite(found, name)
    _check_two(found, name)
    chosen = (
        _of_truth(found, name, positive)
        if isinstance(positive, bool | np.bool_)
        else _positive(found, name, positive)
    )
    other = next(word for word in found if word != chosen)
    y = np.array([-1 if word is None else int(word == chosen) for word in words], dtype=np.int64)
    warn_dropped(y < 0, name)
    return Labels(y, chosen, other)


def warn_dropped(missing: npt.NDArray[np.bool_], name: str) -> None:
    """Warn that rows without a target are left out."""
    if missing.any():
        warn(
            RowsDropped(
                f"{int(missing.sum())} of {len(missing)} row(s) have no value of '{name}' and were left out. "
                "If the value is known, fill it in."
            ),
            stacklevel=4,
        )


def spelled(cell: object) -> str:
    """Spell a value as classes are named; 1, 1.0 and '1.0' are one."""
    text = str(cell)
    try:
        number = float(text)
    except ValueError:
        return text
    return str(int(number)) if np.isfinite(number) and number == int(number) else repr(number)


def check_spelling(found: list[str], name: str) -> None:
    """Refuse one class that is spelled in several ways.

    Raises
    ------
    MixedLabels
    """
    spellings: dict[str, list[str]] = {}
    for word in found:
        spellings.setdefault(" ".join(word.split()).casefold(), []).append(word)
    mixed = [group for group in spellings.values() if len(group) > 1]
    if mixed:
        told = "; ".join(f"in {len(group)} ways: {', '.join(map(repr, group))}" for group in mixed)
        raise MixedLabels(
            f"'{name}' spells one class {told}. They would count as different classes. Use one spelling."
        )


def check_finite(found: list[str], name: str) -> None:
    """Refuse an infinite value among classes that are numbers; ``inf`` among words is a word.

    Raises
    ------
    NonFiniteFeature
    """
    try:
        infinite = [word for word in found if np.isinf(float(word))]
    except ValueError:
        return
    if infinite:
        raise NonFiniteFeature(
            f"'{name}' has the value {infinite[0]}, which is no class. Find out where it comes from, and correct it or leave "
            "the cell empty."
        )


def _check_two(found: list[str], name: str) -> None:
    if len(found) < 2:
        value = f"the value {found[0]!r} only" if found else "no value at all"
        raise OneClass(
            f"'{name}' has {value}. A classifier learns the difference between two classes. "
            "Add cases of the other class, or choose another --target."
        )
    if len(found) > 2:
        shown = ", ".join(map(repr, found[:SHOWN])) + (", …" if len(found) > SHOWN else "")
        raise NotBinary(
            f"'{name}' has {len(found)} different values ({shown}), and a yes/no target is needed "
            "(--task binary tells two classes apart). Make a column with two values, such as low against normal "
            "by a cut-off fixed beforehand, or leave the rows of other classes empty. For three or more ordered classes say "
            "--task ordinal, for a measured value --task number."
        )


def _positive(found: list[str], name: str, asked: str | None) -> str:
    if asked is not None:
        asked = spelled(asked)
        match = [word for word in found if word == asked] or [
            word for word in found if word.casefold() == asked.casefold()
        ]
        if not match:
            raise BadSetting(
                f"positive = {asked!r} is not a value of '{name}', which has {found}. Name one of them."
            )
        return match[0]
    for yes, no in TRUTHS.items():
        if {word.casefold() for word in found} == {yes, no}:
            return next(word for word in found if word.casefold() == yes)
    raise BadSetting(
        f"'{name}' has the values {found[0]!r} and {found[1]!r}, and it is not clear which is the condition looked for. "
        f"Say --positive {found[0]} or --positive {found[1]} (positive=… in Python)."
    )


def _of_truth(found: list[str], name: str, asked: bool) -> str:
    """Find the class that a truth value stands for."""
    match = [word for word in found if word.casefold() in YAML_WORDS[bool(asked)]]
    if len(match) != 1:
        raise BadSetting(
            f"positive is {str(asked).lower()}, and '{name}' has the values {', '.join(map(repr, found))}: it is not clear "
            f'which is meant. Put the value in quotes, as in positive: "{found[0]}".'
        )
    return match[0]
