"""A result folder, read for the report."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from radiobone.core.errors import FileMissing, FileUnreadable
from radiobone.core.files import read_json
from radiobone.core.tables import read_table, read_text_table
from radiobone.evaluation.contrast import CONTRAST_FILE
from radiobone.evaluation.description import CORRELATION_FILE, UNIVARIATE_FILE
from radiobone.report.voxel_maps import read_voxel_maps

NEEDED = ("metrics.json", "predictions.parquet", "selected.parquet", "folds.json", "provenance.json")
BARE_CLASS = re.compile(r"^(?:[-+]?[\d.]+|.|yes|no|true|false|pos|neg|positive|negative)$", re.IGNORECASE)
Record = dict[str, Any]


@dataclass(frozen=True, eq=False)
class ResultData:
    """What a result folder holds; parts that an evaluation may lack are None or empty.

    Attributes
    ----------
    folder : Path
        The result folder; pictures are read from it when they are drawn.
    metrics, provenance : dict
        ``metrics.json`` and ``provenance.json``. A class named by a bare number or ``yes`` is shown with its
        target (``fracture = 1``); ``positive_value`` and ``negative_value`` are the names as they were.
    predictions : DataFrame
        One row per row of the cohort and repeat.
    selected : DataFrame
        One row per feature that reached the model of a fold.
    folds : list of dict
        ``folds.json``.
    findings : list of dict or None
        What the audit found; None if no audit was run.
    checks : list of str
        Codes that it looked for; empty in results of older versions.
    ablation, contrast : dict or None
        ``ablation.json`` and ``contrast.json``.
    univariate, correlation : DataFrame or None
        Every feature by itself, and rank correlations of those chosen most often; None in results of older versions.
    external : tuple of (str, dict)
        Name and ``metrics.json`` of validations in other cohorts.
    shap : DataFrame or None
        One row per held-out row, fold and feature.
    shap_info : dict
        ``shap.json``.
    cases : DataFrame or None
        Every region asked for, all text; None for a table from elsewhere.
    pictures : list of dict
        ``pictures/index.json``, those whose file is there.
    weights : DataFrame or None
        Coefficients of the folds whose model is a weighted sum; None if none is, or in results of older versions.
    pairs : DataFrame or None
        Interactions of the folds whose model is of trees; None as above.
    voxel_maps : dict or None
        ``voxel_maps/index.json``, if maps of features were made for this very evaluation.
    """

    folder: Path
    metrics: Record
    provenance: Record
    predictions: pd.DataFrame
    selected: pd.DataFrame
    folds: list[Record]
    findings: list[Record] | None
    shap: pd.DataFrame | None
    shap_info: Record
    cases: pd.DataFrame | None
    pictures: list[Record]
    checks: list[str]
    weights: pd.DataFrame | None = None
    pairs: pd.DataFrame | None = None
    ablation: Record | None = None
    contrast: Record | None = None
    univariate: pd.DataFrame | None = None
    correlation: pd.DataFrame | None = None
    external: tuple[tuple[str, Record], ...] = ()
    voxel_maps: Record | None = None

    @property
    def cohort(self) -> Record:
        """What is recorded of the cohort."""
        found: Record = self.provenance.get("cohort") or {}
        return found

    @property
    def extraction(self) -> Record | None:
        """What is recorded of the extraction; None for a table from elsewhere."""
        found: Record | None = self.provenance.get("extraction")
        return found

    @property
    def n_patients_tested(self) -> int:
        """Patients that a fold tested; fewer than analysed where some are only learned from."""
        return int(self.predictions["patient_id"].nunique())

    @property
    def share_of_positives(self) -> float:
        """Among the rows tested."""
        return float(self.predictions["y"].mean())

    @property
    def outer_kind(self) -> str:
        """Kind of the outer folds, such as ``kfold`` or ``external``."""
        outer = (self.provenance.get("pipeline") or {}).get("outer") or {}
        return str(outer.get("kind", "kfold")) if isinstance(outer, dict) else str(outer)

    def truth_of(self, y: Any) -> str:
        """Name the class of a row, or write its number."""
        if "positive" in self.metrics:
            return str(self.metrics["positive" if y == 1 else "negative"])
        levels = self.metrics.get("levels")
        return str(levels[int(y)]["name"]) if levels else f"{float(y):g}".replace("-", "−")

    @cached_property
    def n_folds_total(self) -> int:
        """Number of outer folds over all repeats."""
        return len(self.folds)

    @cached_property
    def per_row(self) -> pd.DataFrame:
        """One row per row of the cohort: its target and what was predicted out of fold, mean over repeats.

        ``probability`` for two classes, else ``predicted``.
        """
        keys = ["row_id", "patient_id", "roi", "y"]
        groups = self.predictions.groupby(keys, sort=True, dropna=False)
        shown = "probability" if "probability" in self.predictions else "predicted"
        return groups[shown].mean().reset_index()


def read_result(folder: Path) -> ResultData:
    """Read a result folder.

    Raises
    ------
    FileMissing
        If it is not the folder of an evaluation.
    FileUnreadable
        If a file of it is damaged.
    """
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if missing:
        raise FileMissing(
            f"{folder} has no {', '.join(missing)}, so it is not a complete result folder and no report can be "
            "made of it. Give the folder that `radiobone evaluate` or `radiobone run` wrote, or run it again."
        )
    cases = folder / "cases.csv"
    provenance = read_mapping(folder / "provenance.json")
    audit = _json_or_none(folder / "audit.json")
    return ResultData(
        folder=folder,
        metrics=with_class_names(read_mapping(folder / "metrics.json")),
        provenance=provenance,
        predictions=read_table(folder / "predictions.parquet"),
        selected=read_table(folder / "selected.parquet"),
        folds=list(read_json(folder / "folds.json")),
        findings=None if audit is None else list(audit["findings"]),
        shap=_table_or_none(folder / "shap.parquet"),
        shap_info=_json_or_none(folder / "shap.json") or {},
        cases=read_text_table(cases).fillna("") if cases.is_file() else None,
        pictures=_pictures(folder / "pictures"),
        checks=[] if audit is None else [str(code) for code in audit.get("checks") or ()],
        weights=_table_or_none(folder / "coefficients.parquet"),
        pairs=_table_or_none(folder / "interactions.parquet"),
        ablation=_json_or_none(folder / "ablation.json"),
        contrast=_json_or_none(folder / CONTRAST_FILE),
        univariate=_table_or_none(folder / UNIVARIATE_FILE),
        correlation=_table_or_none(folder / CORRELATION_FILE),
        voxel_maps=read_voxel_maps(folder, provenance),
    )


def _json_or_none(path: Path) -> Any:
    return read_json(path) if path.is_file() else None


def _table_or_none(path: Path) -> pd.DataFrame | None:
    return read_table(path) if path.is_file() else None


def with_class_names(metrics: Record) -> Record:
    """Name a class of a bare number or ``yes`` with its target, and keep the names as they were."""
    metrics = _in_print(metrics)
    if "positive" not in metrics:
        return metrics
    target = str(metrics["target"])
    named: Record = {}
    for side in ("positive", "negative"):
        value = str(metrics[side])
        named[f"{side}_value"] = value
        named[side] = f"{target} = {value}" if BARE_CLASS.match(value) else value
    return {**metrics, **named}


def in_print(bounds: str) -> str:
    """Write bounds of a class with the signs of print.

    Examples
    --------
    >>> in_print("< -1 and >= -2.5")
    '< −1 and ≥ −2.5'
    """
    return bounds.replace("-", "−").replace(">=", "≥").replace("<=", "≤")


def _in_print(metrics: Record) -> Record:
    """Name the classes that a number implies, and the boundaries between them, with the signs of print."""
    implied = metrics.get("implied")
    if not implied:
        return metrics
    named = {
        "classes": [in_print(str(name)) for name in implied["classes"]],
        "boundaries": _renamed(implied["boundaries"]),
    }
    return {**metrics, "implied": {**implied, **named}}


def _renamed(boundaries: list[Record]) -> list[Record]:
    return [{**one, "name": in_print(str(one["name"]))} for one in boundaries]


def read_mapping(path: Path) -> Record:
    """Read a JSON file of named values.

    Raises
    ------
    FileUnreadable
    """
    content = read_json(path)
    if not isinstance(content, dict):
        raise FileUnreadable(f"{path} holds a {type(content).__name__} where named values are needed.")
    return content


def _pictures(folder: Path) -> list[Record]:
    """List the pictures; a name that points out of the folder, or at nothing, is left out."""
    entries: list[Record] = _json_or_none(folder / "index.json") or []
    inside = {path.name for path in folder.glob("*.png") if path.is_file() and not path.is_symlink()}
    return [entry for entry in entries if entry.get("file") in inside]
