"""Outcomes of scans as tables of levels, patients and cases, and their pictures as files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from radiobone.core.files import write_csv, write_json
from radiobone.core.folder_kinds import BONE_FAILED, BONE_LEVELS, BONE_PATIENTS
from radiobone.core.outputs import writing
from radiobone.imaging.planes import Picture
from radiobone.workflow.bone.scan_runner import ScanOutcome
from radiobone.workflow.case_runner import WARNING_SEPARATOR
from radiobone.workflow.feature_table import listed_pictures
from radiobone.workflow.png_files import write_png

CASES, PICTURES, INDEX = "cases.csv", "pictures", "index.json"


@dataclass(frozen=True, eq=False)
class BoneTables:
    """What was written.

    Attributes
    ----------
    levels, patients, cases : DataFrame
        A row per structure, per scan that was measured, and per scan.
    replaced : tuple of str
        Patients whose scans an earlier run had put into tables of the same folder, and that these no longer hold.
    kept : bool
        Whether nothing could be measured, and the folder's tables are still those of an earlier run.
    """

    levels: pd.DataFrame
    patients: pd.DataFrame
    cases: pd.DataFrame
    replaced: tuple[str, ...] = ()
    kept: bool = False

    @property
    def n_failed(self) -> int:
        """Number of scans that could not be measured."""
        return int((self.cases["status"] == "failed").sum())


def tables_of(outcomes: Sequence[ScanOutcome]) -> BoneTables:
    """Put outcomes into tables, in their order."""
    levels = [{"patient_id": one.scan.case.patient_id, **row} for one in outcomes for row in one.levels]
    patients = [{"patient_id": one.scan.case.patient_id, **one.patient} for one in outcomes if not one.code]
    cases = [_case_row(one) for one in outcomes]
    return BoneTables(_last(pd.DataFrame(levels)), _last(pd.DataFrame(patients)), _last(pd.DataFrame(cases)))


def _case_row(outcome: ScanOutcome) -> dict[str, Any]:
    case = outcome.scan.case
    return {
        "patient_id": case.patient_id,
        "roi": "",
        "image": case.shown_path(case.image),
        "mask": case.shown_path(case.mask),
        "status": "failed" if outcome.code else "done",
        "code": outcome.code,
        "message": outcome.message,
        "warnings": WARNING_SEPARATOR.join(outcome.warnings),
    }


def _last(table: pd.DataFrame) -> pd.DataFrame:
    """Put long texts behind the numbers, whichever row brought a column first."""
    texts = [name for name in ("left_out", "warnings") if name in table]
    return table[[name for name in table if name not in texts] + texts]


def write_tables(folder: Path, tables: BoneTables) -> None:
    """Write the three tables."""
    named = {BONE_LEVELS: tables.levels, BONE_PATIENTS: tables.patients, CASES: tables.cases}
    for name, table in named.items():
        write_csv(folder / name, table)
    with writing(folder / BONE_FAILED):
        (folder / BONE_FAILED).unlink(missing_ok=True)


def keep_earlier(folder: Path, tables: BoneTables) -> BoneTables | None:
    """Leave the tables of an earlier run as they are where nothing at all was measured; write which scans failed.

    Returns
    -------
    BoneTables or None
        None where something was measured, or there is no earlier table.
    """
    if not tables.patients.empty or not (folder / BONE_PATIENTS).is_file():
        return None
    write_csv(folder / BONE_FAILED, tables.cases)
    return replace(tables, kept=True)


class Pictures:
    """Pictures written as they come, so that those of thousands of scans are never in memory together.

    Parameters
    ----------
    folder : Path
        Of the output; they lie in ``pictures/`` in it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / PICTURES
        self._stale = listed_pictures(self._folder / INDEX)
        self._index: dict[str, dict[str, str]] = {}

    def add(self, patient_id: str, stem: str, pictures: dict[str, Picture]) -> None:
        """Write the pictures of a scan, whose names begin with ``stem``."""
        for structure, picture in pictures.items():
            self._folder.mkdir(exist_ok=True)
            name = f"{stem}_{file_name(structure)}.png"
            self._index[name] = {"patient_id": patient_id, "structure": structure, "file": name}
            write_png(self._folder / name, picture)

    def close(self) -> None:
        """Write the index, and remove the pictures of an earlier run that are no longer made."""
        for name in self._stale - set(self._index):
            with writing(self._folder / name):
                (self._folder / name).unlink(missing_ok=True)
        if self._index or self._stale:
            write_json(self._folder / INDEX, [self._index[name] for name in sorted(self._index)])


def stems(patient_ids: Iterable[str]) -> list[str]:
    """Give each scan a name for its files; a further scan of a patient gets a number.

    Examples
    --------
    >>> stems(["A", "B/1", "A"])
    ['A', 'B_1', 'A-2']
    """
    seen: Counter[str] = Counter()
    found = []
    for name in map(file_name, patient_ids):
        seen[name] += 1
        found.append(name if seen[name] == 1 else f"{name}-{seen[name]}")
    return found


def file_name(text: str) -> str:
    """Spell a text so that it can be a file's name."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in text)
