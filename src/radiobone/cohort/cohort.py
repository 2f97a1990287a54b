"""The table that is learned from: features, labels, and who each row belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.task import AnyTask, Binary

StrArray = npt.NDArray[np.str_]


@dataclass(frozen=True, eq=False)
class Cohort:
    """Rows ready for learning; ordered by (patient, roi) where ids were given.

    Attributes
    ----------
    X : pandas.DataFrame, shape (n_rows, n_features)
        float64; missing values are NaN; the index holds unique row ids.
    y : numpy.ndarray of int or float, shape (n_rows,)
        1 for the positive class, 0 for the other; the place of an ordered class, from 0; or a number.
    patient : numpy.ndarray of str, shape (n_rows,)
        Patient of each row.
    roi : numpy.ndarray of str, shape (n_rows,)
        Region of each row; empty where a patient has one.
    site : numpy.ndarray of str, shape (n_rows,), or None
        Hospital or scanner of each row.
    target, positive, negative : str
        Name of the label and of its two classes, which are empty for other tasks.
    clinical : tuple of str
        Columns of ``X`` that are clinical and not image features.
    notes : tuple of str
        What was decided while reading, in sentences to be shown.
    group : numpy.ndarray of str, shape (n_rows,), or None
        Rows that must stay on one side of every split; None means the patient.
    time : numpy.ndarray of datetime64 or float, shape (n_rows,), or None
        When each row was made, or another value in order.
    external : numpy.ndarray of bool, shape (n_rows,), or None
        Rows of the external cohort.
    parent : numpy.ndarray of int, shape (n_rows,), or None
        Position of the row that each was made from (augmented, synthetic); -1 for the others.
    provenance : mapping
        Plain data on where the table came from.
    categories : mapping of str to tuple of str
        The words that each clinical column of words holds.
    task : Binary, Ordinal or Number
        What is predicted.
    levels : tuple of str
        Ordered classes, from the first to the last; empty for other tasks.
    """

    X: pd.DataFrame
    y: npt.NDArray[Any]
    patient: StrArray
    roi: StrArray
    site: StrArray | None
    target: str
    positive: str
    negative: str
    clinical: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    group: StrArray | None = None
    time: npt.NDArray[Any] | None = None
    external: npt.NDArray[np.bool_] | None = None
    parent: npt.NDArray[np.int64] | None = None
    provenance: Mapping[str, Any] = field(default_factory=dict)
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    task: AnyTask = field(default_factory=Binary)
    levels: tuple[str, ...] = ()

    @property
    def groups(self) -> StrArray:
        """What a split must keep whole, per row."""
        return self.patient if self.group is None else self.group

    @property
    def derived(self) -> npt.NDArray[np.bool_] | None:
        """Rows made from other rows, or None if there are none: never tested, never chosen by."""
        return None if self.parent is None else self.parent >= 0

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.y)

    @property
    def n_patients(self) -> int:
        """Number of different patients."""
        return len(set(self.patient.tolist()))
