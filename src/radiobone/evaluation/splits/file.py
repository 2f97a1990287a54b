"""Folds as a file: saved with every result, and used again on the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.cohort.canonical import told_names
from radiobone.cohort.cohort import Cohort
from radiobone.core.errors import BadConfig, FileMissing, SplitsMismatch
from radiobone.core.file_kinds import did_you_mean
from radiobone.core.files import content_digest, read_json
from radiobone.core.settings import Settings, validate
from radiobone.core.warnings import SplitsUnchecked, warn
from radiobone.evaluation.fold import FoldOutcome
from radiobone.evaluation.splits.even import warn_of_uneven
from radiobone.evaluation.splits.split import Split, check_derived, check_groups_whole, check_learnable
from radiobone.evaluation.splits.strata import strata_of

FORMAT: int = 2
WITHOUT_FOLDS_DIGEST: int = 1
SHOWN = 3
SplitSource = str | Path | Mapping[str, Any] | Sequence[Split]


class _Fold(Settings):
    repeat: int
    fold: int
    name: str = ""
    train: tuple[int, ...]
    test: tuple[int, ...]


class _File(Settings):
    format: int
    digest: str
    folds_digest: str = ""
    rows: tuple[str, ...]
    folds: tuple[_Fold, ...]


def rows_digest(rows: Iterable[str], groups: Iterable[str]) -> str:
    """Return a digest of row ids and of which belong together, whatever their order."""
    return content_digest(sorted([str(row), str(group)] for row, group in zip(rows, groups, strict=True)))


def folds_digest(content: Mapping[str, Any]) -> str:
    """Return a digest of which rows each fold trains and tests on, whatever the order of the rows.

    Parameters
    ----------
    content : mapping
        As ``splits_content`` gives it.
    """
    rows = list(content["rows"])
    folds = [
        [fold["repeat"], fold["fold"], *(sorted(rows[n] for n in fold[part]) for part in ("train", "test"))]
        for fold in content["folds"]
    ]
    return content_digest([content["digest"], sorted(folds)])


def splits_content(splits: Iterable[Split | FoldOutcome], cohort: Cohort) -> dict[str, Any]:
    """Return folds as plain data: row ids once, folds as positions in their list."""
    rows = [str(row) for row in cohort.X.index]
    folds = [
        {
            "repeat": split.repeat,
            "fold": split.fold,
            "name": split.name,
            "train": split.train.tolist(),
            "test": split.test.tolist(),
        }
        for split in splits
    ]
    content = {"digest": rows_digest(rows, told_names(cohort, cohort.groups)), "rows": rows, "folds": folds}
    return {"format": FORMAT, "folds_digest": folds_digest(content), **content}


def resolve_splits(given: SplitSource | None, cohort: Cohort) -> tuple[Split, ...] | None:
    """Return folds given as a file, as its content, or as they are; None if none are given.

    Raises
    ------
    FileMissing, FileUnreadable, BadConfig, BadSetting
        If the file is not there, or none of folds.
    SplitsMismatch
        If it was made from other rows or other groups, or was changed since.
    PatientInTrainAndTest, DerivedRow, TooFewPerClass
        If it has a patient, or a row and its copy, on both sides, or a fold cannot be learned from.
    """
    if given is None:
        return None
    splits = _read(given, cohort) if isinstance(given, str | Path | Mapping) else tuple(given)
    check_groups_whole(splits, cohort.groups)
    check_derived(splits, cohort.parent)
    least = strata_of(cohort, 0)
    check_learnable(splits, least.codes, cohort.groups, least.names)
    warn_of_uneven(splits, cohort.derived, cohort.n_rows)
    return splits


def _read(given: str | Path | Mapping[str, Any], cohort: Cohort) -> tuple[Split, ...]:
    source = "splits" if isinstance(given, Mapping) else str(given)
    content = dict(given) if isinstance(given, Mapping) else _loaded(Path(given))
    file = validate(_File, content, source=source)
    if file.format not in (WITHOUT_FOLDS_DIGEST, FORMAT):
        raise BadConfig(
            f"{source} has format {file.format}, and formats up to {FORMAT} are known. Make it with this version."
        )
    position = _positions(file, cohort, source)
    _check_folds(file, source)
    _check_unchanged(file, source)
    return tuple(
        Split(one.repeat, one.fold, _at(one.train, position), _at(one.test, position), one.name)
        for one in file.folds
    )


def _at(listed: Sequence[int], position: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return np.sort(position[np.array(listed, dtype=np.int64)])


def _loaded(path: Path) -> Any:
    if not path.is_file():
        raise FileMissing(
            f"No file of folds at {path}. Give the splits.json of a result folder.{did_you_mean(path)}"
        )
    content = read_json(path)
    if not isinstance(content, dict):
        raise BadConfig(f"{path} holds no folds. Give the splits.json of a result folder.")
    return content


def _positions(file: _File, cohort: Cohort, source: str) -> npt.NDArray[np.int64]:
    """Where each row of the file is in the cohort."""
    rows = [str(row) for row in cohort.X.index]
    place = {row: number for number, row in enumerate(rows)}
    for lacking, what in (
        ([row for row in file.rows if row not in place], "of the file are not in the table"),
        (sorted(set(rows) - set(file.rows)), "of the table are not in the file"),
    ):
        if lacking:
            shown = ", ".join(lacking[:SHOWN]) + (", …" if len(lacking) > SHOWN else "")
            raise SplitsMismatch(
                f"{source}: {len(lacking)} row(s) {what}: {shown}. It was made from another table, and its folds would not be "
                "those they are taken for. Give the same rows, or draw new folds."
            )
    if file.digest != rows_digest(rows, told_names(cohort, cohort.groups)) or len(file.rows) != len(rows):
        raise SplitsMismatch(
            f"{source}: the digest of its row ids and patients is not that of the table: rows belong to other patients or "
            "groups than when the folds were made, or the file was changed. Name the same columns (--id, --groups), or draw "
            "new folds."
        )
    return np.array([place[row] for row in file.rows], dtype=np.int64)


def _check_folds(file: _File, source: str) -> None:
    if not file.folds:
        raise SplitsMismatch(f"{source} has no folds. Draw new ones.")
    if len({(one.repeat, one.fold) for one in file.folds}) < len(file.folds):
        raise SplitsMismatch(f"{source} has a fold twice (same repeat and number). Draw new ones.")
    for one in file.folds:
        listed = (*one.train, *one.test)
        if min(listed, default=0) < 0 or max(listed, default=0) >= len(file.rows):
            raise SplitsMismatch(
                f"{source}, repeat {one.repeat}, fold {one.fold}: has a position outside its {len(file.rows)} rows. The file was "
                "changed. Draw new folds."
            )
        if len(set(listed)) < len(listed):
            raise SplitsMismatch(
                f"{source}, repeat {one.repeat}, fold {one.fold}: has a row twice, so that it would count double or be in train "
                "and test. The file was changed. Draw new folds."
            )


def _check_unchanged(file: _File, source: str) -> None:
    """Hold the folds against their digest; files of the first format have none, which is told."""
    if file.format == WITHOUT_FOLDS_DIGEST:
        warn(
            SplitsUnchecked(
                f"{source} was made by an older version and holds no digest of its folds, so that rows moved or taken out since "
                "would not be noticed. Use the splits.json of a result of this version, or draw new folds."
            ),
            stacklevel=6,
        )
    elif file.folds_digest != folds_digest(file.model_dump()):
        raise SplitsMismatch(
            f"{source}: the digest of its folds is not that of the folds it holds: rows were moved, added or taken out since it "
            "was made, and the result would not be that of the folds it is taken for. Take the file as it was saved, or draw new "
            "folds; folds of your own are given as a list of Split (splits=… in Python)."
        )
