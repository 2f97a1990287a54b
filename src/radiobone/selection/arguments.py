"""Checks of the arguments that selectors share."""

from __future__ import annotations

from collections.abc import Collection

from radiobone.core.errors import BadSetting


def check_choice(name: str, value: object, allowed: Collection[str]) -> None:
    """Refuse a value that is not one of those allowed.

    Raises
    ------
    BadSetting
        If it is not.
    """
    if value not in allowed:
        raise BadSetting(
            f"{name} is {value!r}, which means nothing here. Choose one of: {', '.join(sorted(allowed))}."
        )


def check_within(name: str, value: float, low: float, high: float) -> None:
    """Refuse a number outside ``low <= value <= high``.

    Raises
    ------
    BadSetting
        If it is outside, or not a number.
    """
    if not low <= value <= high:
        raise BadSetting(f"{name} is {value!r}; it must lie between {low:g} and {high:g}.")


def check_bounds(min_features: int, max_features: int | None) -> None:
    """Refuse bounds on the number of kept columns that no selection could meet.

    Raises
    ------
    BadSetting
        If ``min_features`` is below 1 or above ``max_features``.
    """
    if min_features < 1:
        raise BadSetting(
            f"min_features is {min_features!r}; it must be at least 1, since no model can learn from no column."
        )
    if max_features is not None and max_features < min_features:
        raise BadSetting(
            f"max_features is {max_features!r}, below min_features = {min_features!r}. Raise one or lower the other."
        )


def check_counts(step: object, *names: str) -> None:
    """Refuse a step whose parameters of these names are below 1.

    Raises
    ------
    BadSetting
        If one is.
    """
    for name in names:
        if getattr(step, name) < 1:
            raise BadSetting(f"{name} is {getattr(step, name)!r}; it must be at least 1.")
