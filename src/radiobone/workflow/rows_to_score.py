"""Rows to score: whose they are, and of which site."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from radiobone.cohort.checks import is_blank, texts
from radiobone.cohort.missing_codes import warn_of_codes_beyond
from radiobone.cohort.roles import missing_column
from radiobone.core.errors import MissingId
from radiobone.core.warnings import RepeatedId, warn
from radiobone.evaluation.model import Model


def check_whose(model: Model, table: pd.DataFrame) -> None:
    """Check that every row to score names its patient, and that no case is there twice.

    Parameters
    ----------
    model : Model
        Knows the columns of patient and region of its training.
    table : DataFrame
        Rows to score; without a column of patients nothing is checked.

    Raises
    ------
    MissingId
        If a row has no patient.

    Warns
    -----
    RepeatedId
        If a patient and region occur in several rows, where training had each once.
    """
    columns = model.patients_in(table)
    if not columns:
        return
    name = columns[0]
    blank = [number for number, cell in enumerate(table[name], start=1) if is_blank(cell)]
    if blank:
        raise MissingId(
            f"{len(blank)} row(s) have no '{name}' (first: row {blank[0]} of the table), so nobody could tell whose score it "
            "is. Fill it in, or remove the row."
        )
    _warn_repeated(model, table, name)


def _warn_repeated(model: Model, table: pd.DataFrame, name: str) -> None:
    known = model.about.get("training", {}).get("columns", {})
    if known.get("id") is None and known.get("groups") is not None:
        return  # rows of one patient were not told apart in training either
    keys = [texts(table[column], empty="") for column in (name, *model.regions_in(table))]
    twice = [key for key, count in Counter(zip(*keys, strict=True)).items() if count > 1]
    if twice:
        patient, *region = twice[0]
        which = f"'{patient}'" + (f", region '{' '.join(region)}'" if any(region) else "")
        warn(
            RepeatedId(
                f"{len(twice)} case(s) are in several rows, such as '{name}' {which}. Each row gets a score of its own, and "
                "they may differ. Remove the copies; if the rows are different regions, name them in a column 'roi'."
            ),
            stacklevel=4,
        )


def sites_of(table: pd.DataFrame, site: str | None) -> pd.Series | None:
    """Return the column of sites that the user named; None if none was named.

    Raises
    ------
    MissingColumn
    """
    if site is None:
        return None
    if site not in table.columns:
        raise missing_column(site, [str(name) for name in table.columns])
    return table[site]


def warn_of_missing_codes(model: Model, given: pd.DataFrame) -> None:
    """Warn of values such as -999 in what was given and not measured here, where the model has seen nothing of the kind.

    Parameters
    ----------
    model : Model
    given : DataFrame
        Rows to score, or the clinical variables alone.

    Warns
    -----
    MissingCode
    """
    warn_of_codes_beyond(given, {name: model.ranges[name] for name in model.needed})
