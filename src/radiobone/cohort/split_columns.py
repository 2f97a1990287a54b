"""Columns that say how rows may be divided: time, external cohort, parent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.cohort import Cohort
from radiobone.cohort.external import read_external, split_name
from radiobone.cohort.parents import read_parents
from radiobone.cohort.times import read_times

SPLIT_COLUMNS = ("time", "external", "parent")


def with_split_columns(
    cohort: Cohort, columns: Mapping[str, tuple[pd.Series, str]], row_names: list[str]
) -> Cohort:
    """Add to a cohort what its columns say of how rows may be divided.

    A derived row takes patient, group, site, time and cohort of the row that it was made from, so that it goes
    wherever that one goes.

    Parameters
    ----------
    cohort : Cohort
    columns : mapping of str to (pandas.Series, str)
        Values in the order of the cohort, and what the user calls the column, for any of ``SPLIT_COLUMNS``.
    row_names : list of str
        What the user calls each row.

    Raises
    ------
    BadTime, BadSetting, DerivedRow
    """
    changes: dict[str, Any] = {}
    if "time" in columns:
        changes["time"] = read_times(*columns["time"])
    if "external" in columns:
        column, told = columns["external"]
        changes["external"] = read_external(column, *split_name(told, [str(column.name)]))
    found = replace(cohort, **changes)
    if "parent" not in columns:
        return found
    column, told = columns["parent"]
    parent = read_parents(column, row_names, told)
    return _inherited(replace(found, parent=parent), parent) if (parent >= 0).any() else found


def _inherited(cohort: Cohort, parent: npt.NDArray[np.int64]) -> Cohort:
    source = np.where(parent < 0, np.arange(len(parent)), parent)
    names = ("patient", "group", "site", "time", "external")
    held = {name: getattr(cohort, name) for name in names}
    return replace(cohort, **{name: values[source] for name, values in held.items() if values is not None})
