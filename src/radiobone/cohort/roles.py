"""Which column of a table is what."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

import pandas as pd

from radiobone.cohort.numbers import looks_numeric
from radiobone.core.errors import BadSetting, MissingColumn

ID_NAMES = ("patientid", "patient", "id", "subjectid", "subject", "caseid", "case", "pid")
NEVER_FEATURES = frozenset(
    {*ID_NAMES, "image", "mask", "masklabel", "roi", "fold", "split", "index", "unnamed:0"}
)
DIAGNOSTICS = "diagnostics_"


@dataclass(frozen=True)
class Request:
    """What the user says about the columns; see ``read_cohort``."""

    target: str
    id: str | None = None
    groups: str | None = None
    site: str | None = None
    clinical: tuple[str, ...] = ()
    features: str | Sequence[str] | None = None


@dataclass(frozen=True)
class Roles:
    """Which column is what.

    Attributes
    ----------
    id, roi, groups, site : str or None
        Column names; None where there is no such column.
    features, clinical : tuple of str
        Column names, in the table's order.
    notes : tuple of str
        What was decided and why.
    """

    id: str | None
    roi: str | None
    groups: str | None
    site: str | None
    features: tuple[str, ...]
    clinical: tuple[str, ...]
    notes: tuple[str, ...]


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
    """
    names = [str(name) for name in table.columns]
    for name in (request.target, request.id, request.groups, request.site, *request.clinical):
        if name is not None and name not in names:
            raise missing_column(name, names)
    _check_clinical(request)
    identity = request.id or _find_id(names, taken={request.target})
    roi = next((name for name in names if _plain(name) == "roi"), None)
    declared = {request.target, identity, roi, request.groups, request.site, *request.clinical}
    free = [name for name in names if name not in declared]
    features, notes = _features(table, free, request.features, recorded)
    if not features and not request.clinical:
        raise MissingColumn(
            f"No feature column among {len(names)} columns: none holds numbers and is free for it. "
            "Name the features with --features 'original_*,wavelet*'."
        )
    told = (_id_note(identity), *notes)
    return Roles(identity, roi, request.groups, request.site, tuple(features), request.clinical, told)


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
        chosen = match_patterns(free, patterns)
        return chosen, [f"{len(chosen)} feature columns match --features; the other columns are not used."]
    if recorded is not None:
        return free, [f"{len(free)} feature columns, as recorded by the extraction."]
    candidates = [name for name in free if not _never(name)]
    chosen = [name for name in candidates if looks_numeric(table[name])]
    kept = set(chosen)
    left_out = [name for name in free if name not in kept]
    notes = [f"{len(chosen)} columns of numbers are taken as features."]
    if left_out:
        shown = ", ".join(left_out[:8]) + (", …" if len(left_out) > 8 else "")
        notes.append(f"Not used as features ({len(left_out)}): {shown}.")
    return chosen, notes


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "").replace(" ", "")


def _never(name: str) -> bool:
    return _plain(name) in NEVER_FEATURES or name.startswith(DIAGNOSTICS)


def _find_id(names: list[str], taken: set[str]) -> str | None:
    found = [name for name in names if _plain(name) in ID_NAMES and name not in taken]
    exact = [name for name in found if _plain(name) == ID_NAMES[0]]
    if len(exact) == 1:
        return exact[0]
    if len(found) > 1:
        raise BadSetting(
            f"Several columns could hold the patient: {', '.join(found)}. Rows of one patient must stay together. "
            "Name the column with --id."
        )
    return found[0] if found else None


def _id_note(identity: str | None) -> str:
    if identity is None:
        return "No column of patient ids was found: every row counts as a patient of its own, in the order given."
    return f"Patients are told apart by the column '{identity}'."
