"""Refusal of what was built from a model file, and the small questions that every check asks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


class Unsound(ValueError):
    """What was built is no fitted model; the message says what of it."""


def attribute(one: object, name: str) -> Any:
    """Return what an object itself holds, and not its class.

    Raises
    ------
    Unsound
        If it holds nothing of the name.
    """
    found = vars(one)
    if name not in found:
        raise Unsound(f"a {type(one).__name__} without {name}")
    return found[name]


def array(one: object, name: str, shape: tuple[int | None, ...], kinds: str) -> npt.NDArray[Any]:
    """Return an array that an object holds, of a shape (None for any length) and one of numpy's kinds of numbers.

    Raises
    ------
    Unsound
    """
    found = attribute(one, name)
    fits = isinstance(found, np.ndarray) and found.dtype.kind in kinds and found.ndim == len(shape)
    if not fits or any(
        wanted not in (None, length) for wanted, length in zip(shape, found.shape, strict=True)
    ):
        raise Unsound(f"{type(one).__name__}.{name} of another shape or type than its other parts ask for")
    return np.asarray(found)


def width(one: object) -> int:
    """Return how many columns a fitted estimator takes.

    Raises
    ------
    Unsound
    """
    found = attribute(one, "n_features_in_")
    if not isinstance(found, int | np.integer) or found < 1:
        raise Unsound(f"a {type(one).__name__} of {found!r} columns")
    return int(found)
