"""Which columns of a table to score say whose row it is, and which region."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from radiobone.core.columns import choose_patient_column, names_region, patient_columns

EXTRACTED_ID = "patient_id"


def patients_of(table: pd.DataFrame, known: Mapping[str, Any], used: Collection[str]) -> list[str]:
    """Return the columns that tell patients apart; empty if there are none.

    Parameters
    ----------
    table : DataFrame
        To be scored.
    known : mapping
        Columns of the training table, as ``Cohort.provenance["columns"]`` has them; may be empty.
    used : collection of str
        Columns that the model takes as numbers or classes.
    """
    names = _free(table, used)
    found = [name for name in (known.get("id"), known.get("groups"), EXTRACTED_ID) if name in names]
    if found:
        return list(dict.fromkeys(map(str, found)))
    candidates = patient_columns(names)
    chosen = choose_patient_column(table, candidates)
    return candidates if chosen is None else [chosen]


def regions_of(table: pd.DataFrame, known: Mapping[str, Any], used: Collection[str]) -> list[str]:
    """Return the columns that tell one patient's regions apart; see ``patients_of``."""
    names = _free(table, used)
    told = [str(name) for name in known.get("regions") or () if name in names]
    return told or [name for name in names if names_region(name)]


def _free(table: pd.DataFrame, used: Collection[str]) -> list[str]:
    return [name for name in table.columns if isinstance(name, str) and name not in used]
