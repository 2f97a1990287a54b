"""The table that extraction makes, with every case accounted for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from radiobone.core.counting import counted
from radiobone.core.errors import FileMissing, FileUnreadable
from radiobone.core.files import (
    read_json,
    sync_folder,
    write_csv,
    write_csv_parts,
    write_json,
    write_json_items,
    write_parquet_parts,
)
from radiobone.core.folder_kinds import FEATURE_FILES, PROVENANCE_FILE
from radiobone.core.outputs import writing
from radiobone.core.tables import read_table
from radiobone.core.warnings import ImageCopied
from radiobone.io.manifest import Manifest
from radiobone.workflow.case_runner import WARNING_SEPARATOR, Outcome
from radiobone.workflow.feature_rows import Rows, Whole, held, in_chunks, in_order
from radiobone.workflow.png_files import write_png
from radiobone.workflow.repeated import Repeats

CASE_COLUMNS = ("patient_id", "roi", "image", "mask", "label", "status", "code", "message", "warnings")


@dataclass(frozen=True, eq=False)
class FeatureTable:
    """Features of a cohort, one row per region, and what became of every case.

    Attributes
    ----------
    table : DataFrame
        ``patient_id``, ``roi``, the manifest's other columns, then the features.
    feature_columns : tuple of str
        Which columns are features.
    cases : DataFrame
        Every region asked for: done, failed with its code and message, or empty; its warnings.
    provenance : dict
        Settings, versions, digests of the inputs.
    repeats : Repeats or None
        Perturbed repeats of the regions and how robust the features are, where they were asked for.
    """

    table: pd.DataFrame
    feature_columns: tuple[str, ...]
    cases: pd.DataFrame
    provenance: dict[str, Any]
    repeats: Repeats | None = None

    @property
    def empty_features(self) -> tuple[str, ...]:
        """Features that no measured region has a value of."""
        table = self.table[list(self.feature_columns)]
        return tuple(str(name) for name in table.columns[table.isna().all(axis=0)]) if len(table) else ()

    @property
    def n_failed(self) -> int:
        """Number of cases that failed."""
        return int((self.cases["status"] == "failed").sum())

    @property
    def n_of_shared_images(self) -> int:
        """Number of regions whose image the manifest gives to another patient too."""
        return int(self.cases["warnings"].str.contains(f"{ImageCopied.code}: ", regex=False).sum())

    def __repr__(self) -> str:
        size = f"{counted(len(self.table), 'region')} × {len(self.feature_columns)} features"
        return f"FeatureTable({size}; {self._counts()})"

    def _counts(self) -> str:
        counts = sorted(self.cases["status"].value_counts().items(), key=lambda item: str(item[0]))
        return ", ".join(f"{count} {status}" for status, count in counts)

    def _repr_html_(self) -> str:
        failed = self.cases.loc[self.cases["status"] == "failed", ["patient_id", "roi", "code", "message"]]
        shown = failed.to_html(index=False, escape=True) if len(failed) else ""
        head = self.table.head().to_html(index=False, escape=True, max_cols=10)
        return f"<p>{counted(len(self.table), 'region')} × {len(self.feature_columns)} features ({self._counts()})</p>{head}{shown}"


def assemble(
    outcomes: Sequence[Outcome],
    manifest: Manifest,
    provenance: dict[str, Any],
    names: Sequence[str] = (),
    *,
    whole: Whole = held,
) -> FeatureTable:
    """Join outcomes into a table ordered by patient and region, held in memory.

    Its columns are the features ``names`` and whatever else was measured; a region that lacks one has an empty cell.
    ``whole`` gives an outcome with its numbers.
    """
    rows = Rows.of(outcomes, manifest, names, whole)
    table = pd.concat(list(rows.chunks()), ignore_index=True)
    record = {**provenance, "feature_columns": list(rows.features)}
    return FeatureTable(table, rows.features, case_table(outcomes), record)


def case_table(outcomes: Sequence[Outcome]) -> pd.DataFrame:
    """Say what became of every case, in order."""
    rows = (_case_row(one) for one in in_order(outcomes))
    return pd.DataFrame(rows, columns=list(CASE_COLUMNS))


def _case_row(outcome: Outcome) -> dict[str, Any]:
    case = outcome.case
    return {
        "patient_id": case.patient_id,
        "roi": case.roi,
        "image": case.shown_path(case.image),
        "mask": case.shown_path(case.mask),
        "label": _label_of(outcome),
        "status": outcome.status,
        "code": outcome.code,
        "message": outcome.message,
        "warnings": WARNING_SEPARATOR.join(outcome.warnings),
    }


def _label_of(outcome: Outcome) -> int | str:
    known = outcome.case.label if outcome.label is None else outcome.label
    return "" if known is None else known


def save(result: FeatureTable, outcomes: Sequence[Outcome], folder: Path, *, csv: bool) -> Path:
    """Write table, cases, pictures and, last, provenance; return the table's path."""
    chunks = in_chunks(result.table)
    return save_parts(chunks, result.cases, result.provenance, outcomes, folder, csv=csv, whole=held)


def save_parts(
    chunks: Iterable[pd.DataFrame],
    cases: pd.DataFrame,
    provenance: dict[str, Any],
    outcomes: Sequence[Outcome],
    folder: Path,
    *,
    csv: bool,
    whole: Whole,
) -> Path:
    """Write table, cases, pictures and, last, provenance, whose parts are made while they are written."""
    target = folder / ("features.csv" if csv else "features.parquet")
    other = folder / ("features.parquet" if csv else "features.csv")
    for stale in (folder / PROVENANCE_FILE, other):  # a table is never seen beside the record of another
        with writing(stale):
            stale.unlink(missing_ok=True)
    (write_csv_parts if csv else write_parquet_parts)(target, chunks)
    save_cases(cases, outcomes, folder, whole)
    sync_folder(folder)  # the table, before what says whose it is
    write_json(folder / PROVENANCE_FILE, provenance)
    return target


def save_cases(cases: pd.DataFrame, outcomes: Sequence[Outcome], folder: Path, whole: Whole = held) -> None:
    """Write what became of every case, and its picture."""
    write_csv(folder / "cases.csv", cases)
    save_pictures(outcomes, folder / "pictures", whole)


def save_pictures(outcomes: Sequence[Outcome], folder: Path, whole: Whole = held) -> None:
    """Write the pictures that there are, one at a time, and an index of them; those of an earlier run go."""
    pictured = [one for one in in_order(outcomes) if one.is_pictured]
    names = [f"{number:04d}.png" for number in range(len(pictured))]
    index, begun = folder / "index.json", folder / ".index_begun.json"
    known = listed_pictures(index) | listed_pictures(begun)
    for name in known.difference(names):  # an earlier run's; others are the user's
        with writing(folder / name):
            (folder / name).unlink(missing_ok=True)
    if pictured:
        write_json(
            begun, [{"file": name} for name in names]
        )  # should this run be stopped, the next knows its pictures
        write_json_items(index, map(partial(_pictured, folder, whole), pictured, names))
    for done in (begun,) if pictured else (begun, index):
        with writing(done):
            done.unlink(missing_ok=True)


def _pictured(folder: Path, whole: Whole, small: Outcome, name: str) -> dict[str, Any]:
    """Write one picture and return its entry of the index."""
    one = whole(small)
    write_png(folder / name, one.picture)
    who = {"case_id": one.case.case_id, "patient_id": one.case.patient_id, "roi": one.case.roi}
    return {**who, "file": name, **one.facts}


def listed_pictures(index: Path) -> set[str]:
    """Names of the pictures that an index lists; none if there is no index, or another program's."""
    if not index.is_file():
        return set()
    try:
        return {Path(entry["file"]).name for entry in read_json(index)}
    except (FileUnreadable, TypeError, KeyError):
        return set()


def read_features(path: Path) -> pd.DataFrame:
    """Read every column of the feature table of an extract folder, or of a table file.

    Raises
    ------
    FileMissing
    """
    file = path
    if path.is_dir():
        found = [path / name for name in FEATURE_FILES if (path / name).is_file()]
        if not found:
            raise FileMissing(
                f"{path} holds no features.parquet or features.csv. Run `radiobone extract` into it first."
            )
        file = found[0]
    table = read_table(file)
    table.columns = [str(name) for name in table.columns]
    return table
