"""Columns that are ids by what they hold, whatever they are called."""

from __future__ import annotations

import re

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.checks import MIN_PATIENTS
from radiobone.cohort.numbers import whole_numbers
from radiobone.core.columns import ends_like_id, names_no_feature, names_place

MEASURED = re.compile(
    r"original|wavelet|log-sigma|square|logarithm|exponential|gradient|lbp|firstorder|shape|gl[cd]m|gldzm|glrlm|glszm|"
    r"ng[tl]dm|voxel|volume|area|energy|minimum|maximum|median|percentile|range|count|intensity|length|diameter"
)
AGE = re.compile(
    r"(?:^|[\W_])(?:age|alter|jahre|years|edad|edat|idade|eta|età|leeftijd|wiek|yas|yaş)(?:$|[\W_\d])",
    flags=re.IGNORECASE,
)
DATED = re.compile(r"(?!.*(?:birth|geb)).*(?:date|datum|fecha)", flags=re.IGNORECASE)
LONG_NUMBER = 10_000  # from here on, numbers that all have as many digits and never repeat are no measurement
NEARLY_ALL = 0.9
COMMON = 1 / 3
CHANCE = 1e-4


def is_measured(name: str) -> bool:
    """Whether a name is that of a measurement on an image."""
    return MEASURED.search(name.lower()) is not None


def is_running_number(column: pd.Series) -> bool:
    """Whether a column holds whole numbers that count the rows or number the patients, and measure nothing.

    They hardly repeat, and either rise from row to row, or leave no gaps, or are long and have all as many digits.
    """
    if is_measured(str(column.name)):
        return False
    values, _ = whole_numbers(column)
    if values is None or len(values) < MIN_PATIENTS:
        return False
    distinct = np.unique(values)
    if len(distinct) < NEARLY_ALL * len(column) or distinct[0] < 0:
        return False
    rising = len(distinct) == len(values) and bool((np.diff(values) > 0).all())
    gapless = len(distinct) == len(values) and distinct[-1] - distinct[0] == len(distinct) - 1
    long = distinct[0] >= LONG_NUMBER and len(str(int(distinct[0]))) == len(str(int(distinct[-1])))
    return rising or gapless or long


def is_id_by_content(column: pd.Series, *, named: bool = False) -> bool:
    """Whether a column of numbers holds ids: whole numbers that count rows, or whose name ends like an id's.

    Where the name is known to be a patient's (``named``), words will do.
    """
    if named or ends_like_id(str(column.name)):
        values, n_words = whole_numbers(column)
        return values is not None or (named and n_words > 0)
    return is_running_number(column)


def is_patient_like(column: pd.Series, label: npt.NDArray[np.object_]) -> bool:
    """Whether the values of a column repeat as a patient's would over the rows of one patient.

    Words, and whole numbers whose name is that of an id, need only repeat. Other whole numbers (an age repeats too)
    must have something more: rows of one value follow each other, or have one label throughout, more often than
    chance would do.

    Parameters
    ----------
    column : pandas.Series
        One cell per row.
    label : numpy.ndarray of str, shape (n_rows,)
        The target.
    """
    name = str(column.name)
    if is_measured(name) or names_place(name) or DATED.match(name) or AGE.search(name):
        return False
    codes, kinds = pd.factorize(column)
    held = codes[codes >= 0]
    if not _repeats(held, len(kinds), len(column)):
        return False
    values, n_words = whole_numbers(column)
    if values is None:
        return n_words * 2 > len(held)
    if names_no_feature(name) or ends_like_id(name) or is_running_number(column):
        return True
    return _in_blocks(held, len(kinds)) or _one_label_each(held, label[codes >= 0])


def _repeats(codes: npt.NDArray[np.intp], n_kinds: int, n_rows: int) -> bool:
    if n_kinds < MIN_PATIENTS or n_kinds == len(codes) or len(codes) * 2 < n_rows:
        return False
    return bool(np.bincount(codes).max() <= max(COMMON * n_rows, 2))


def _in_blocks(codes: npt.NDArray[np.intp], n_kinds: int) -> bool:
    """Whether equal values always follow each other."""
    n_repeats = len(codes) - n_kinds
    adjacent = int((codes[1:] == codes[:-1]).sum())
    return n_repeats >= 3 and adjacent == n_repeats


def _one_label_each(codes: npt.NDArray[np.intp], label: npt.NDArray[np.object_]) -> bool:
    """Whether rows of one value share their label too often for chance, by the labels' frequencies."""
    kinds, labels = np.unique(label, return_inverse=True)
    counts = np.zeros((int(codes.max()) + 1, len(kinds)))
    np.add.at(counts, (codes, labels), 1)
    if (np.count_nonzero(counts, axis=1) > 1).any():
        return False
    share = counts.sum(axis=0) / counts.sum()
    sizes = counts.sum(axis=1)
    chance = (share[None, :] ** sizes[:, None]).sum(axis=1)
    return bool(chance.prod() < CHANCE)
