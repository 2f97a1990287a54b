"""One of two tables that are compared: its rows, features and what is recorded of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from radiobone.core.columns import names_label, names_no_feature
from radiobone.core.errors import MissingColumn, NotATable
from radiobone.core.files import read_json
from radiobone.core.folder_kinds import FEATURE_FILES, PROVENANCE_FILE
from radiobone.core.tables import read_table

FEATURE_NAME = re.compile(r"(?P<image>[^_]+)_(?P<family>[^_]+)_(?P<feature>[A-Za-z0-9]+)")
CASES_FILE = "cases.csv"
CASE_KEYS, CASE_FILES = ("patient_id", "roi"), ("image", "mask", "label")
DIAGNOSTICS = "diagnostics_"
NAMES_DOWN = ("featurename", "feature", "features")  # heads of a first column that lists features


@dataclass(frozen=True, eq=False)
class Side:
    """A table of features.

    Attributes
    ----------
    path : Path
        What was given.
    keys : DataFrame
        The columns that tell rows apart, and all others that are no features.
    features : DataFrame of float
        One row per region.
    provenance : dict
        The record beside the table; empty if there is none.
    diagnostics : DataFrame of str
        pyradiomics' columns about image, mask, settings and versions.
    """

    path: Path
    keys: pd.DataFrame
    features: pd.DataFrame
    provenance: dict[str, Any]
    diagnostics: pd.DataFrame


def read_side(path: Path) -> Side:
    """Read a table, the folder of an extraction, or pyradiomics' output.

    Parameters
    ----------
    path : Path
        A CSV, Excel or Parquet file with one row per region (or with one column per region, if its first column lists
        the features), or a folder written by ``radiobone extract``.

    Raises
    ------
    FileMissing, NotATable, FileUnreadable, BadEncoding, EmptyTable, DuplicateColumn, RaggedRow, MissingColumn
    """
    file = _file_in(path)
    table = _upright(read_table(file))
    record = file.parent / PROVENANCE_FILE
    provenance = read_json(record) if record.is_file() and file.name in FEATURE_FILES else {}
    found = _feature_columns(table, provenance.get("feature_columns"))
    if not found:
        raise MissingColumn(
            f"{file} has no column that holds a feature, so there is nothing to compare. Features are columns of "
            "numbers, called as original_glcm_Contrast is."
        )
    told = [name for name in table.columns if str(name).startswith(DIAGNOSTICS)]
    others = [name for name in table.columns if name not in {*found, *told}]
    keys = _with_files(table[others], file.parent / CASES_FILE) if provenance else table[others]
    features = table[found].apply(pd.to_numeric, errors="coerce").astype(float)
    return Side(path, keys, features, provenance, table[told].astype(str))


def _file_in(path: Path) -> Path:
    if not path.is_dir():
        return path
    for name in FEATURE_FILES:
        if (path / name).is_file():
            return path / name
    raise NotATable(
        f"The folder {path} holds no table of features ({' or '.join(FEATURE_FILES)}). Name a table, or the folder "
        "that `radiobone extract` wrote."
    )


def _with_files(keys: pd.DataFrame, cases: Path) -> pd.DataFrame:
    """Add image, mask and label from the list of cases; its label is the mask's, one in the table is a class."""
    own = [name for name in CASE_KEYS if name in keys.columns]
    if not cases.is_file() or not own:
        return keys
    listed = read_table(cases)
    listed = listed[listed["status"] == "done"]
    if len(listed) != len(keys):
        return keys
    as_text = [frame[own].fillna("").astype(str).reset_index(drop=True) for frame in (keys, listed)]
    if not as_text[0].equals(as_text[1]):
        return keys
    return keys.assign(**{name: listed[name].to_numpy() for name in CASE_FILES})


def _upright(table: pd.DataFrame) -> pd.DataFrame:
    """Turn a table whose first column lists the features, as pyradiomics' baselines are."""
    first = table.columns[0]
    if str(first).lower() not in NAMES_DOWN:
        return table
    turned = table.set_index(first).T
    turned.columns.name = None
    return turned.rename_axis("case").reset_index()


def _feature_columns(table: pd.DataFrame, recorded: Sequence[str] | None) -> list[str]:
    if recorded:
        return [name for name in recorded if name in table.columns]
    named = [name for name in table.columns if parts_of(name) is not None]
    if named:
        return named
    numbers = table.select_dtypes("number").columns
    return [
        name
        for name in numbers
        if not (names_no_feature(name) or names_label(name) or name.startswith(DIAGNOSTICS))
    ]


def parts_of(name: str) -> tuple[str, str, str] | None:
    """Image, family and feature that a column's name tells; None if it is not called as features are.

    Examples
    --------
    >>> parts_of("wavelet-LLH_glcm_JointEntropy")
    ('wavelet-LLH', 'glcm', 'JointEntropy')
    """
    found = None if str(name).startswith(DIAGNOSTICS) else FEATURE_NAME.fullmatch(str(name))
    return None if found is None else (found["image"], found["family"], found["feature"])
