"""Classes, whatever they are called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.utils.multiclass import check_classification_targets

from radiobone.core.errors import NotBinary, OneClass


@dataclass(frozen=True, eq=False)
class TwoClasses:
    """Labels told apart.

    Attributes
    ----------
    positive : ndarray of bool, shape (n_rows,)
        True where the label is the second class in sorted order.
    classes : ndarray, shape (2,)
        Negative class, positive class.
    """

    positive: npt.NDArray[np.bool_]
    classes: npt.NDArray[Any]


def two_classes(y: npt.NDArray[Any]) -> TwoClasses:
    """Tell the two classes of ``y`` apart.

    Parameters
    ----------
    y : ndarray, shape (n_rows,)
        Any two values that sort: 0 and 1, ``"no"`` and ``"yes"``.

    Raises
    ------
    OneClass, NotBinary
        If there are fewer or more than two classes.
    ValueError
        If the values are not classes, such as fractions.
    """
    classes, _ = some_classes(y)
    if len(classes) > 2:
        shown = ", ".join(repr(value) for value in classes[:5].tolist())
        raise NotBinary(
            f"The target has {len(classes)} classes ({shown}{', …' if len(classes) > 5 else ''}); "
            "this step compares two. Choose a target with two values."
        )
    return TwoClasses(positive=y == classes[1], classes=classes)


def some_classes(y: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[np.intp]]:
    """Tell two or more classes of ``y`` apart.

    Parameters
    ----------
    y : ndarray, shape (n_rows,)
        Values that sort.

    Returns
    -------
    classes : ndarray, shape (n_classes,)
        In sorted order.
    codes : ndarray of int, shape (n_rows,)
        Position of each row's class among them.

    Raises
    ------
    OneClass
        If there is one class.
    ValueError
        If the values are not classes, such as fractions.
    """
    check_classification_targets(y)
    classes, codes = np.unique(y, return_inverse=True)
    if len(classes) == 1:
        raise OneClass(
            f"Every row has the class {classes.tolist()[0]!r}, so nothing can be told apart. "
            "Check the target column and the rows given."
        )
    return classes, codes
