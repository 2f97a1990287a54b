"""Kinds of output folder, told apart by what they hold, so that none is written over another.

An extraction and an evaluation both write ``provenance.json``, ``cases.csv`` and pictures: one in the other's folder
would spoil it. ``radiobone run`` keeps its extraction in ``features/`` below the result.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from radiobone.core.errors import FileUnreadable, OutputTaken
from radiobone.core.files import read_json
from radiobone.core.outputs import prepare_folder

FEATURE_FILES = ("features.parquet", "features.csv")
RESULT_FILES = ("metrics.json", "predictions.parquet", "selected.parquet", "folds.json")
PROVENANCE_FILE = "provenance.json"
CASE_CACHE, FOLD_CACHE = "cache", "fold_cache"
ENTRIES = "??/*.json"


def prepare_extraction_folder(path: str | Path) -> Path:
    """Make a folder for features, before any work.

    Raises
    ------
    OutputTaken
        If it holds an evaluation.
    OutputNotWritable, DiskFull
    """
    folder = prepare_folder(path)
    found = next(_signs(folder, RESULT_FILES, FOLD_CACHE), None)
    if found is not None:
        raise OutputTaken(
            f"The output {folder} holds an evaluation ({found}), and features written there would spoil its provenance, "
            f"cases and pictures. Nothing was written. Give a folder of its own with -o, such as {folder / 'features'}."
        )
    return folder


def prepare_result_folder(path: str | Path) -> Path:
    """Make a folder for an evaluation, before any work.

    Raises
    ------
    OutputTaken
        If it holds an extraction.
    OutputNotWritable, DiskFull
    """
    folder = prepare_folder(path)
    found = next(_signs(folder, FEATURE_FILES, CASE_CACHE), None)
    if found is not None:
        raise OutputTaken(
            f"The output {folder} holds an extraction ({found}), and a result written there would spoil its provenance: "
            "nobody could tell its features from other columns any more. Nothing was written. "
            f"Give a folder of its own with -o, such as {folder / 'result'}."
        )
    return folder


def _signs(folder: Path, names: tuple[str, ...], cache: str) -> Iterator[str]:
    yield from (name for name in names if (folder / name).exists())
    yield from (f"{cache}/" for _ in (folder / cache).glob(ENTRIES))


def extraction_record(folder: Path) -> dict[str, Any] | None:
    """Return what an extraction wrote down of itself beside its features, or None if there is nothing.

    Raises
    ------
    FileUnreadable
        If it is damaged, or another command of radiobone has written over it.
    """
    path = folder / PROVENANCE_FILE
    if not path.is_file():
        return None
    content = read_json(path)
    if isinstance(content, dict) and "feature_columns" in content:
        return content
    if not isinstance(content, dict) or "radiobone" not in content:  # a foreign program's
        return None
    raise FileUnreadable(
        f"{path} is not the one that 'radiobone extract' wrote beside its features: another command has written over "
        "it. Which columns are features, and how they were measured, cannot be told any more. Run 'radiobone extract' "
        "again into a new folder, or copy the table alone to another folder and evaluate that file with --features."
    )
