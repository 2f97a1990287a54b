"""Targets that a selector learns from: classes or numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from sklearn.utils.multiclass import type_of_target

from radiobone.core.errors import BadSetting, OneClass
from radiobone.selection.arguments import check_choice
from radiobone.selection.labels import some_classes
from radiobone.selection.ranking import FloatArray, IntArray

KINDS = ("auto", "class", "number")


@dataclass(frozen=True, eq=False)
class Classes:
    """Two or more classes.

    Attributes
    ----------
    names : ndarray, shape (n_classes,)
        In sorted order.
    codes : ndarray of int, shape (n_rows,)
        Position of each row's class.
    """

    names: npt.NDArray[Any]
    codes: IntArray


@dataclass(frozen=True, eq=False)
class Numbers:
    """A number for each row, such as a T-score.

    Attributes
    ----------
    values : ndarray, shape (n_rows,)
        Finite, and not all alike.
    """

    values: FloatArray


Target = Classes | Numbers


def is_number(y: npt.NDArray[Any], kind: str) -> bool:
    """Whether ``y`` is taken as numbers; ``"auto"`` takes fractions as numbers and all else as classes.

    Raises
    ------
    BadSetting
        If ``kind`` is neither ``"auto"``, ``"class"`` nor ``"number"``.
    """
    check_choice("target", kind, KINDS)
    return kind == "number" or (kind == "auto" and type_of_target(y) == "continuous")


def read_target(y: npt.NDArray[Any], kind: Literal["auto", "class", "number"] | str) -> Target:
    """Take ``y`` as classes or as numbers.

    Parameters
    ----------
    y : ndarray, shape (n_rows,)
    kind : {"auto", "class", "number"}
        ``"auto"`` takes fractions as numbers and all else as classes.

    Raises
    ------
    BadSetting
        If ``kind`` is none of these, or numbers are asked for and ``y`` holds words.
    OneClass
        If all values are alike.
    """
    if not is_number(y, kind):
        return Classes(*some_classes(y))
    return Numbers(_numbers(y))


def _numbers(y: npt.NDArray[Any]) -> FloatArray:
    try:
        values = np.asarray(y, dtype=np.float64)
    except ValueError as error:
        raise BadSetting(
            f"target is 'number', but a target value is no number: {error}. Use 'class'."
        ) from error
    if values.min() == values.max():
        raise OneClass(
            f"Every row has the target {values[0]:g}, so there is nothing to learn. Check the target column and the rows given."
        )
    return values
