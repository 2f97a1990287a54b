"""Regions that belong together in one row: the mean of nineteen bones as nineteen columns of their patient."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import field_validator

from radiobone.core.errors import BadSetting
from radiobone.core.files import read_json, write_json, write_parquet
from radiobone.core.folder_kinds import EXTRACTION, PROVENANCE_FILE
from radiobone.core.folders import prepare_folder_of
from radiobone.core.outputs import writing
from radiobone.core.run_record import begin, finish
from radiobone.core.settings import Settings
from radiobone.workflow.case_runner import WARNING_SEPARATOR
from radiobone.workflow.feature_table import FeatureTable

FOLDER = "wide"
ROW_OF_PICTURE = "row_roi"


class Wide(Settings):
    """How regions that belong together become one row.

    Attributes
    ----------
    columns : str
        Name of a column: ``{part}`` stands for the region, ``{feature}`` for the feature.
    split : str or None
        What divides the name of a region into its row and its part: with ``_`` the regions ``L1_upper`` and ``L1_lower``
        become the row ``L1`` of their patient. None: one row per patient, and the whole name is the part.
    """

    columns: str = "{part}_{feature}"
    split: str | None = None

    @field_validator("columns")
    @classmethod
    def _names_the_part(cls, columns: str) -> str:
        if "{part}" not in columns:
            raise ValueError("'{part}' must be in it, or all regions would have one column")
        return columns

    def named(self, part: str, feature: str) -> str:
        """Return the name of a column."""
        return self.columns.replace("{part}", part).replace("{feature}", feature)

    def placed(self, roi: str) -> tuple[str, str]:
        """Return the row and the part that a region's name stands for.

        Raises
        ------
        BadSetting
        """
        row, _, part = ("", "", roi) if self.split is None else roi.rpartition(self.split)
        if not part or (self.split is not None and not row):
            what = "has no name" if not roi else f"'{roi}' cannot be divided by '{self.split}'"
            raise BadSetting(
                f"A region {what}, so its column in the wide table is not known. Name the regions in the column `roi` of the "
                "manifest, or change `wide` in the study file."
            )
        return row, part


def widen(table: pd.DataFrame, features: Sequence[str], wide: Wide) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Put the regions that belong together into one row.

    Parameters
    ----------
    table : DataFrame
        One row per region: ``patient_id``, ``roi``, other columns, features.
    features : sequence of str
        Its feature columns.
    wide : Wide

    Returns
    -------
    DataFrame
        One row per patient, or per patient and row of ``wide``; empty where a part was not measured. Other columns are kept
        where the regions of every row agree on them.
    tuple of str
        Its feature columns.

    Raises
    ------
    BadSetting
        If a region has no name, or two would have one column.
    """
    if len(features) > 1 and "{feature}" not in wide.columns:
        raise BadSetting(
            f"Each region has {len(features)} features, which would all be the column '{wide.columns}'. Put {{feature}} into "
            "`columns` of `wide`, or measure one feature."
        )
    placed = [wide.placed(str(roi)) for roi in table["roi"]]
    keys = pd.MultiIndex.from_arrays(
        [table["patient_id"], [row for row, _ in placed]], names=["patient_id", "roi"]
    )
    parts = pd.Series([part for _, part in placed], index=keys)
    _check_once(parts)
    columns = {
        wide.named(part, feature): table[feature].set_axis(keys)[(parts == part).to_numpy()]
        for part in dict.fromkeys(parts)
        for feature in features
    }
    rest = [name for name in table.columns if name not in {"patient_id", "roi", *features}]
    shared = table[rest].set_axis(keys).groupby(level=[0, 1], sort=True)
    agreed = [name for name in rest if shared[name].nunique(dropna=False).le(1).all()]
    rows = shared.first()[agreed] if agreed else pd.DataFrame(index=shared.size().index)
    taken = sorted(set(columns) & {"patient_id", "roi", *rest})
    if taken:
        raise BadSetting(f"The manifest has a column '{taken[0]}' already. Change `columns` of `wide`.")
    joined = rows.join(pd.DataFrame(columns, index=rows.index)).reset_index()
    return joined, tuple(columns)


def _check_once(parts: pd.Series) -> None:
    twice = parts.reset_index()[parts.reset_index().duplicated()]
    if len(twice):
        patient, row, part = twice.iloc[0]
        where = f"{patient}/{row}" if row else patient
        raise BadSetting(
            f"The part '{part}' of {where} was measured twice, and has one column. Name the regions apart."
        )


def wide_of(extraction: Mapping[str, Any] | None) -> Wide | None:
    """Return how the rows of an extraction were joined, by its record; None if they were not."""
    record = (extraction or {}).get("wide")
    return None if not record else Wide(columns=record["columns"], split=record["split"])


def widened(extracted: FeatureTable, wide: Wide) -> FeatureTable:
    """Return an extraction with its rows joined; a row is done if one of its regions is, and regions that failed keep their row.

    Raises
    ------
    BadSetting
    """
    table, columns = widen(extracted.table, extracted.feature_columns, wide)
    done = extracted.cases["status"] == "done"
    told = extracted.cases[done]
    whose = [told["patient_id"], pd.Series([wide.placed(str(roi))[0] for roi in told["roi"]], told.index)]
    joined = (
        told.groupby(whose, sort=True)
        .agg({"status": "first", "warnings": _each_once})
        .reset_index(names=["patient_id", "roi"])
    )
    cases = pd.concat([joined, extracted.cases[~done]], ignore_index=True)
    return replace(extracted, table=table, feature_columns=columns, cases=cases)


def _each_once(warnings: pd.Series) -> str:
    told = (one for text in warnings.fillna("") for one in text.split(WARNING_SEPARATOR) if one)
    return WARNING_SEPARATOR.join(dict.fromkeys(told))


def write_wide(extracted: FeatureTable, source: Path, wide: Wide) -> Path:
    """Write the wide table of an extraction into a folder of its own below it, and return that folder.

    It is an extraction's folder like the other: cases and pictures are the same, and ``provenance.json`` also says how the
    rows were joined.

    Raises
    ------
    BadSetting, OutputTaken, OutputNotWritable, DiskFull
    """
    table, columns = widen(extracted.table, extracted.feature_columns, wide)
    folder = prepare_folder_of(EXTRACTION, source / FOLDER)
    begin(folder, EXTRACTION)
    record = {"columns": wide.columns, "split": wide.split, "measured": list(extracted.feature_columns)}
    write_parquet(folder / "features.parquet", table)
    _carry(source, folder, wide)
    provenance = {**extracted.provenance, "feature_columns": list(columns), "wide": record}
    write_json(folder / PROVENANCE_FILE, provenance)
    finish(folder, EXTRACTION)
    return folder


def _carry(source: Path, folder: Path, wide: Wide) -> None:
    """Copy cases and pictures; each picture says whose row it belongs to."""
    with writing(folder, "The cases and pictures of the extraction are not all there."):
        shutil.copyfile(source / "cases.csv", folder / "cases.csv")
        shutil.rmtree(folder / "pictures", ignore_errors=True)
        if not (source / "pictures" / "index.json").is_file():
            return
        shutil.copytree(source / "pictures", folder / "pictures")
    index: list[dict[str, Any]] = read_json(folder / "pictures" / "index.json")
    for entry in index:
        entry[ROW_OF_PICTURE] = wide.placed(str(entry["roi"]))[0]
    write_json(folder / "pictures" / "index.json", index)
