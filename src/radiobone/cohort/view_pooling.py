"""Several vectors of a patient, of different views and bones, brought to one row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from radiobone.cohort.checks import texts
from radiobone.core.errors import DuplicateId, MissingColumn
from radiobone.core.warnings import MissingViews, warn

ViewPooling = Literal["mean", "max", "views"]
VIEW_POOLINGS: tuple[ViewPooling, ...] = ("mean", "max", "views")
VIEW_NAMES = frozenset({"view", "views", "projection", "incidence", "ansicht", "vista", "vue", "proiezione"})
BONE_NAMES = frozenset({"bone", "bones", "bodypart", "knochen", "hueso", "os", "osso", "site_of_bone"})
Key = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Pooled:
    """One row per patient and region.

    Attributes
    ----------
    numbers : DataFrame
        Indexed from 0.
    keys : list of (str, str)
        Patient and region of each row.
    about : dict
        What was pooled, as plain data.
    """

    numbers: pd.DataFrame
    keys: list[Key]
    about: dict[str, Any]


def view_columns(names: Sequence[str], regions: Sequence[str]) -> list[str]:
    """Return the columns that tell views and bones apart, but for those that are regions of the cohort."""
    known = VIEW_NAMES | BONE_NAMES
    return [name for name in names if name not in regions and _plain(name) in known]


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "").replace("-", "_").replace("body_part", "bodypart")


def view_labels(table: pd.DataFrame, columns: Sequence[str]) -> list[str]:
    """Name the view of each row, such as ``AP_femur``; empty where no column tells it."""
    parts = [texts(table[name], empty="") for name in columns]
    return ["_".join(filter(None, row)) for row in zip(*parts, strict=True)] if parts else [""] * len(table)


def pool_views(
    numbers: pd.DataFrame, keys: Sequence[Key], views: Sequence[str], how: ViewPooling, source: str
) -> Pooled:
    """Bring the rows of a patient (and region) together; nothing is learned from other patients.

    Parameters
    ----------
    numbers : DataFrame, shape (n_rows, n_columns)
    keys : sequence of (str, str)
        Patient and region of each row.
    views : sequence of str
        View of each row; empty where not told.
    how : {"mean", "max", "views"}
        Mean or greatest value of each column over the rows that are there; or the columns of each view side by side,
        ``<view>_<column>``, missing values where a patient lacks the view.
    source : str
        The file, for messages.

    Raises
    ------
    MissingColumn
        If columns per view are asked for, and no column tells the view.
    DuplicateId
        If, for columns per view, a patient has a view twice.

    Warns
    -----
    MissingViews
        If patients lack a view that others have.
    """
    all_views = sorted(set(views) - {""})
    found = pd.DataFrame(numbers.to_numpy(), columns=numbers.columns)
    place = pd.MultiIndex.from_tuples(list(keys), names=["patient", "region"])
    order = list(dict.fromkeys(keys))
    lacking = _lacking(order, keys, views, all_views)
    if how == "views":
        pooled = _side_by_side(found, keys, views, all_views, order, source)
    else:
        grouped = found.set_axis(place, axis=0).groupby(level=[0, 1], sort=False)
        pooled = (grouped.mean() if how == "mean" else grouped.max()).reset_index(drop=True)
    _warn(lacking, len(order), how, source)
    about = {"pool": how, "views": all_views, "n_vectors": len(keys), "without_view": dict(lacking)}
    return Pooled(pooled, order, about)


def _side_by_side(
    numbers: pd.DataFrame,
    keys: Sequence[Key],
    views: Sequence[str],
    all_views: Sequence[str],
    order: Sequence[Key],
    source: str,
) -> pd.DataFrame:
    if not all_views or "" in views:
        raise MissingColumn(
            f"{source} has no column that tells the view (or bone) of each row, so there are no columns per view. Add a column "
            "'view', or pool by mean or max."
        )
    twice = [pair for pair, n in Counter(zip(keys, views, strict=True)).items() if n > 1]
    if twice:
        (key, view) = twice[0]
        raise DuplicateId(
            f"{source} has the view '{view}' of {' '.join(key).strip()!r} more than once, and one column set per view has room "
            "for one. Keep one, tell them apart by another view's name, or pool by mean or max."
        )
    parts = []
    for view in all_views:
        rows = [at for at, own in enumerate(views) if own == view]
        own = numbers.iloc[rows].set_axis(pd.Index([keys[at] for at in rows], tupleize_cols=False), axis=0)
        parts.append(
            own.reindex(pd.Index(order, tupleize_cols=False)).add_prefix(f"{view}_").reset_index(drop=True)
        )
    return pd.concat(parts, axis=1)


def _lacking(
    order: Sequence[Key], keys: Sequence[Key], views: Sequence[str], all_views: Sequence[str]
) -> dict[str, int]:
    """Count those that lack a view."""
    there = set(zip(keys, views, strict=True))
    counts = {view: sum((key, view) not in there for key in order) for view in all_views}
    return {view: n for view, n in counts.items() if n}


def _warn(lacking: dict[str, int], n: int, how: ViewPooling, source: str) -> None:
    if not lacking:
        return
    told = ", ".join(f"'{view}' in {count} of {n}" for view, count in lacking.items())
    then = (
        "are missing values, filled in from the training rows of each fold"
        if how == "views"
        else f"do not count: the {how} is taken over those that are there"
    )
    warn(MissingViews(f"{source} lacks views: {told}. They {then}."), stacklevel=5)
