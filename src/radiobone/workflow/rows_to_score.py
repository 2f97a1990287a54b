"""Rows to score: whose they are, of which region and of which site."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import pandas as pd

from radiobone.cohort.checks import is_blank, texts
from radiobone.cohort.missing_codes import warn_of_codes_beyond
from radiobone.cohort.roles import missing_column
from radiobone.core.errors import MissingId
from radiobone.core.ids import brief_id
from radiobone.core.warnings import OtherRegion, RepeatedId, warn
from radiobone.evaluation.model import Model
from radiobone.io.totalsegmentator_classes import VERTEBRA

NAMES_SHOWN = 5


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


def warn_of_regions(model: Model, names: Iterable[str | None]) -> None:
    """Warn of regions that are called by a name which no region of the training had.

    Parameters
    ----------
    model : Model
        Without names of regions nothing is compared.
    names : iterable of str or None
        Of the regions to score; None or empty where they have none. Case does not count, and a vertebra may be called by its level.

    Warns
    -----
    OtherRegion
    """
    trained = [str(name) for name in model.about.get("training", {}).get("region_names") or ()]
    known = {_compared(name) for name in trained}
    others = list(
        dict.fromkeys(name for name in names if name and name.strip() and _compared(name) not in known)
    )
    if not known or not others:
        return
    warn(
        OtherRegion(
            f"{'A region is' if len(others) == 1 else 'Regions are'} called {_some(others)}, and the model was trained on {_some(trained)}. "
            "The score of another bone looks like any score and means nothing. Check label and name; if it is another name for the same "
            "structure, ignore this."
        ),
        stacklevel=3,
    )


def _compared(name: str) -> str:
    return name.strip().casefold().removeprefix(VERTEBRA)


def _some(names: Sequence[str]) -> str:
    return ", ".join(map(brief_id, names[:NAMES_SHOWN])) + (", …" if len(names) > NAMES_SHOWN else "")


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
