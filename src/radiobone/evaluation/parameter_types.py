"""Whether a parameter of a step has a value of the type that the step takes, told before anything is computed."""

from __future__ import annotations

import math
from functools import cache
from types import NoneType
from typing import Any, get_args, get_type_hints

LARGEST = 1_000_000  # of rows, columns, trees and bins: beyond it memory ends
LARGEST_SEED = 2**32 - 1
SEED = "random_state"
WORDS = {float: "a number", int: "a whole number", str: "a word", bool: "true or false", NoneType: "empty"}


@cache
def _types(kind: type) -> dict[str, tuple[type, ...]]:
    """Types of a step's parameters, by its annotations; those that are not annotated, or take anything, are left out."""
    hints = get_type_hints(kind.__init__)  # type: ignore[misc]
    found = {name: get_args(hint) or (hint,) for name, hint in hints.items()}
    return {
        name: types
        for name, types in found.items()
        if set(types) & {int, float, bool, str} and Any not in types
    }


def as_declared(kind: type, name: str, value: Any) -> Any:
    """Return a value of a parameter, whole numbers as such where they are due.

    Parameters
    ----------
    kind : type
        The step.
    name : str
        Its parameter.
    value : bool, int, float, str or None

    Raises
    ------
    ValueError
        If the step takes no value of that type, or it is not finite or far too large.
    """
    types = _types(kind).get(name)
    if types is None or not isinstance(value, bool | int | float | str | NoneType):
        return value
    if isinstance(value, float) and value.is_integer() and int in types and float not in types:
        value = int(value)
    if not _fits(value, types):
        due = " or ".join(WORDS[one] for one in WORDS if one in types)
        raise ValueError(f"'{name}' = {value!r} must be {due}")
    if isinstance(value, int) and not isinstance(value, bool):
        _check_size(name, value)
    return value


def _fits(value: Any, types: tuple[type, ...]) -> bool:
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return type(value) in types
    return math.isfinite(value) and (float in types or (isinstance(value, int) and int in types))


def _check_size(name: str, value: int) -> None:
    if name == SEED and not 0 <= value <= LARGEST_SEED:
        raise ValueError(f"'{name}' = {value} must be at least 0 and at most {LARGEST_SEED}")
    if name != SEED and abs(value) > LARGEST:
        raise ValueError(f"'{name}' = {value} is far too large; at most {LARGEST} makes sense")
