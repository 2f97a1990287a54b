"""A sheet of labels, one row per patient, and whose row is whose."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from radiobone.core.columns import patient_columns
from radiobone.core.tables import read_text_table
from radiobone.io.manifest import id_column
from radiobone.io.names import Key, contains, key_of, without_zeros

RESERVED = {"patient_id", "image", "mask", "roi", "mask_label", "label"}
Rule = Callable[[Key, Key], bool]


@dataclass(frozen=True)
class SheetMatch:
    """Row of the sheet for each patient, and what is left over or in doubt."""

    rows: dict[str, int]
    unmatched: tuple[str, ...]
    ambiguous: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Sheet:
    """The columns of a label sheet, without its ids.

    Attributes
    ----------
    ids : tuple of str
        One per row of ``table``.
    """

    path: Path
    ids: tuple[str, ...]
    table: pd.DataFrame
    notes: tuple[str, ...]

    def match(self, patients: Sequence[str]) -> SheetMatch:
        """Find the row of each patient.

        Ids are alike if their letters and digits are, whatever the case and separators; else if they
        differ in leading zeros only; else if one holds the other. Each looser rule counts only where it
        leaves one row for the patient and one patient for the row.
        """
        rows: dict[str, int] = {}
        ambiguous = self._twice()
        notes: list[str] = []
        for title, rule in RULES:
            open_patients = [patient for patient in patients if patient not in rows]
            open_rows = [row for row in range(len(self.ids)) if row not in rows.values()]
            found, doubts = _one_to_one(open_patients, open_rows, self.ids, rule)
            rows.update(found)
            if title and found:
                shown = ", ".join(f"{patient} = {self.ids[row]}" for patient, row in list(found.items())[:3])
                notes.append(f"{len(found)} patient(s) were found in the sheet {title}: {shown}.")
            if title:
                ambiguous.extend(doubts)
        left = tuple(id_ for row, id_ in enumerate(self.ids) if row not in rows.values())
        return SheetMatch(rows, left, tuple(dict.fromkeys(ambiguous)), tuple(notes))

    def _twice(self) -> list[str]:
        by_key: dict[Key, list[str]] = defaultdict(list)
        for id_ in self.ids:
            by_key[key_of([id_])].append(id_)
        return [
            f"The sheet has {len(same)} rows for one patient: {', '.join(same)}"
            for same in by_key.values()
            if len(same) > 1
        ]


RULES: tuple[tuple[str, Rule], ...] = (
    ("", lambda a, b: a == b),
    ("by an id without leading zeros", lambda a, b: without_zeros(a) == without_zeros(b)),
    ("by a part of the id", lambda a, b: contains(a, b) or contains(b, a)),
)


def _one_to_one(
    patients: Sequence[str], rows: Sequence[int], ids: Sequence[str], rule: Rule
) -> tuple[dict[str, int], list[str]]:
    """Pairs that are the only ones for both sides, and the others in words."""
    keys = {row: key_of([ids[row]]) for row in rows}
    candidates = {
        patient: [row for row in rows if keys[row] and rule(key_of([patient]), keys[row])]
        for patient in patients
    }
    claims: dict[int, list[str]] = defaultdict(list)
    for patient, its_rows in candidates.items():
        for row in its_rows:
            claims[row].append(patient)
    found: dict[str, int] = {}
    doubts: list[str] = []
    for patient, its_rows in candidates.items():
        if len(its_rows) == 1 and len(claims[its_rows[0]]) == 1:
            found[patient] = its_rows[0]
        elif its_rows:
            doubts.append(f"'{patient}' could be in the sheet as {', '.join(ids[row] for row in its_rows)}")
    return found, doubts


def read_sheet(path: Path) -> Sheet:
    """Read a label sheet.

    A column whose name means something else in a manifest (such as ``label``) gets ``sheet_`` before it.

    Raises
    ------
    MissingColumn
        If no column holds patient ids. And the errors of reading a table.
    """
    table = read_text_table(path)
    names = [str(name) for name in table.columns]
    patient = id_column(table, str(path))
    named = table[table[patient].notna()]
    renamed = {
        name: f"sheet_{name}" for name in names if name != patient and name.strip().casefold() in RESERVED
    }
    notes = [f"The sheet's column '{old}' is called '{new}' here." for old, new in renamed.items()]
    others = patient_columns([name for name in names if name != patient])
    if others:
        notes.append(
            f"The sheet's patients were looked up by '{patient}', not by {', '.join(map(repr, others))}."
        )
    if len(named) < len(table):
        notes.append(f"{len(table) - len(named)} row(s) of the sheet have no patient id and were left out.")
    return Sheet(
        path,
        tuple(str(value).strip() for value in named[patient]),
        named.drop(columns=patient).rename(columns=renamed).reset_index(drop=True),
        tuple(notes),
    )
