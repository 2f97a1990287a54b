"""Which column of a table is what."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import pandas as pd

from radiobone.cohort.decorated_numbers import warn_of_decorated
from radiobone.cohort.external import split_name
from radiobone.cohort.id_like import is_id_by_content
from radiobone.cohort.identity import EACH_ROW, find_identity
from radiobone.cohort.numbers import looks_numeric, whole_numbers
from radiobone.core.columns import names_label, names_no_feature, names_region
from radiobone.core.errors import BadSetting, MissingColumn
from radiobone.core.warnings import FeatureDropped, warn

DIAGNOSTICS = "diagnostics_"
EXTRACTED_ID = "patient_id"


@dataclass(frozen=True)
class Request:
    """What the user says about the columns; see ``read_cohort``."""

    target: str
    id: str | None = None
    groups: str | None = None
    site: str | None = None
    clinical: tuple[str, ...] = ()
    features: str | Sequence[str] | None = None
    time: str | None = None
    external: str | None = None
    parent: str | None = None
    more_follow: bool = False

    @property
    def for_splits(self) -> dict[str, str]:
        """Columns that say how rows may be divided, by what they say."""
        named = {"time": self.time, "external": self.external, "parent": self.parent}
        return {role: name for role, name in named.items() if name is not None}


@dataclass(frozen=True)
class Roles:
    """Which column is what.

    Attributes
    ----------
    id, groups, site : str or None
        Column names; None where there is no such column.
    regions : tuple of str
        Columns that together name the region of a row.
    features, clinical : tuple of str
        Column names, in the table's order.
    notes : tuple of str
        What was decided and why.
    each_row : bool
        Whether the user said that every row is a patient.
    set_aside : tuple of str
        Columns that are used for nothing.
    suspects : tuple of str
        Columns that repeat like a patient's beside an id that does not.
    id_told : bool
        Whether the user named the column of the id.
    """

    id: str | None = None
    groups: str | None = None
    site: str | None = None
    regions: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    clinical: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    each_row: bool = False
    set_aside: tuple[str, ...] = ()
    suspects: tuple[str, ...] = ()
    id_told: bool = False


def find_roles(table: pd.DataFrame, request: Request, recorded: Sequence[str] | None = None) -> Roles:
    """Decide which column is what.

    Parameters
    ----------
    table : pandas.DataFrame
        The table as read.
    request : Request
        What the user says.
    recorded : sequence of str, optional
        The feature columns as extraction recorded them.

    Raises
    ------
    MissingColumn
        If a column named by the user is not there, or a pattern matches none.
    BadSetting
        If it is not clear which column holds the patient, or a clinical column is the target or named twice.
    MissingId
        If no column is known to hold the patient, and patients seem to have several rows.

    Warns
    -----
    FeatureDropped
        If a column of numbers is an id by what it holds, or its numbers are written with units.
    """
    names = [str(name) for name in table.columns]
    named = None if request.id == EACH_ROW else request.id
    for_splits = [split_name(name, names)[0] for name in request.for_splits.values()]
    for name in (request.target, named, request.groups, request.site, *request.clinical, *for_splits):
        if name is not None and name not in names:
            raise missing_column(name, names)
    _check_clinical(request)
    own = recorded is not None and request.id is None and EXTRACTED_ID in names
    who = find_identity(
        table, request.target, id=EXTRACTED_ID if own else request.id, groups=request.groups,
        other=[name for name in (request.site, *request.clinical, *for_splits) if name],
    )  # fmt: skip
    declared = {request.target, who.column, request.groups, request.site, *request.clinical, *for_splits}
    regions = _regions(table, who.column, declared)
    free = [name for name in names if name not in {*declared, *regions}]
    features, notes = _features(table, free, request.features, recorded)
    if not features and not request.clinical and not request.more_follow:
        raise MissingColumn(
            f"No feature column among {len(names)} columns: none holds numbers and is free for it. "
            "Name the features with --features 'original_*,wavelet*'."
        )
    kept = set(features)
    return Roles(
        who.column, request.groups, request.site, regions, tuple(features), request.clinical, (who.note, *notes),
        who.told, tuple(name for name in free if name not in kept), who.suspects, request.id is not None,
    )  # fmt: skip


def _regions(table: pd.DataFrame, identity: str | None, declared: set[str | None]) -> tuple[str, ...]:
    """Columns that tell one patient's rows apart: ``roi``, or whatever names a vertebra, side or view where ids repeat."""
    found = [str(name) for name in table.columns if name not in declared and names_region(str(name))]
    exact = [name for name in found if name.strip().lower() == "roi"]
    if exact or identity is None or table[identity].nunique() == len(table):
        return tuple(exact)
    return tuple(name for name in found if _is_label(table[name]))


def _check_clinical(request: Request) -> None:
    if request.target in request.clinical:
        raise BadSetting(
            f"'{request.target}' is the target and is also named as clinical: the answer would be among the features. "
            "Take it out of --clinical."
        )
    twice = sorted({name for name in request.clinical if request.clinical.count(name) > 1})
    if twice:
        raise BadSetting(f"--clinical names '{twice[0]}' twice. Name each column once.")


def missing_column(name: str, names: Sequence[str]) -> MissingColumn:
    """Build the error for a column that is not there, with near names."""
    near = difflib.get_close_matches(name.lower(), [other.lower() for other in names], n=3, cutoff=0.6)
    meant = [other for other in names if other.lower() in near]
    hint = (
        f"Did you mean {', '.join(map(repr, meant))}?"
        if meant
        else f"There are: {', '.join(names[:12])}" + (", …." if len(names) > 12 else ".")
    )
    return MissingColumn(f"No column '{name}' in the table. {hint}")


def match_patterns(names: Sequence[str], patterns: str | Sequence[str]) -> list[str]:
    """Return the names that match shell-style patterns.

    Parameters
    ----------
    names : sequence of str
        Column names.
    patterns : str or sequence of str
        Patterns such as ``original_*``; a string may hold several, separated by commas. Case counts.

    Raises
    ------
    MissingColumn
        If a pattern matches nothing.
    """
    listed = patterns.split(",") if isinstance(patterns, str) else list(patterns)
    wanted = [pattern.strip() for pattern in listed if pattern.strip()]
    for pattern in wanted:
        if not any(fnmatchcase(name, pattern) for name in names):
            raise MissingColumn(
                f"The pattern '{pattern}' of --features matches none of the {len(names)} free columns, "
                f"such as {', '.join(names[:5])}. Patterns are like original_* or *_glcm_*; case counts."
            )
    return [name for name in names if any(fnmatchcase(name, pattern) for pattern in wanted)]


def _features(
    table: pd.DataFrame, free: list[str], patterns: str | Sequence[str] | None, recorded: Sequence[str] | None
) -> tuple[list[str], list[str]]:
    if recorded is not None:
        known = set(recorded)
        free = [name for name in free if name in known]
    if patterns is not None:
        spelled = {part.strip() for part in (patterns.split(",") if isinstance(patterns, str) else patterns)}
        matched = match_patterns(free, patterns)
        chosen = [name for name in matched if name in spelled or not _never(table, name)]
        chosen = _without_numbers_of_rows(table, chosen, spelled) if recorded is None else chosen
        return chosen, [f"{len(chosen)} feature columns match --features; the other columns are not used."]
    if recorded is not None:
        return free, [f"{len(free)} feature columns, as recorded by the extraction."]
    numeric = [name for name in free if not _never(table, name) and looks_numeric(table[name])]
    chosen = _without_numbers_of_rows(table, numeric, set())
    kept = set(chosen)
    left_out = [name for name in free if name not in kept]
    notes = [f"{len(chosen)} columns of numbers are taken as features."]
    if left_out:
        shown = ", ".join(left_out[:8]) + (", …" if len(left_out) > 8 else "")
        notes.append(f"Not used as features ({len(left_out)}): {shown}.")
        warn_of_decorated(table, [name for name in left_out if not _never(table, name)])
    return chosen, notes


def _without_numbers_of_rows(table: pd.DataFrame, names: list[str], spelled: set[str]) -> list[str]:
    """Take out columns that number patients or rows, with a warning, unless spelled out by the user."""
    numbers = [name for name in names if name not in spelled and is_id_by_content(table[name])]
    if numbers:
        warn(id_dropped(numbers), stacklevel=5)
    taken = set(numbers)
    return [name for name in names if name not in taken]


def id_dropped(names: Sequence[str], *, in_python: bool = False) -> FeatureDropped:
    """Build the warning for ids that were not taken as features: numbers, or in Python also text."""
    shown = ", ".join(map(repr, names[:5])) + (", …" if len(names) > 5 else "")
    advice = (
        f"Pass the patient as groups=X['{names[0]}']; give a measurement as an array, or under another name."
        if in_python
        else f"If it holds the patient, say --id {names[0]} (or --groups); if it measures something, name it in full in "
        "--features."
    )
    kind = "ids by name or content" if in_python else "whole numbers that look like ids or running numbers"
    return FeatureDropped(
        f"{shown}: {kind}. As a feature they would tell patients apart and "
        f"measure nothing. Left out. {advice}"
    )


def _is_label(column: pd.Series) -> bool:
    values, n_words = whole_numbers(column)
    return values is not None or n_words > 0


def _never(table: pd.DataFrame, name: str) -> bool:
    """Whether a name says that a column is no feature; numbers with decimals are one, as radiomics' ``Id`` is."""
    told = names_no_feature(name) or names_label(name)
    return name.startswith(DIAGNOSTICS) or (told and _is_label(table[name]))
