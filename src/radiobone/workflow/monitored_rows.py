"""New cases as a model sees them: their features, predictions and patients, without those that hold no value at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.checks import check_columns, texts
from radiobone.cohort.numbers import is_missing
from radiobone.cohort.set_aside import acquisition
from radiobone.core.errors import NotATable
from radiobone.core.run_record import extraction_record
from radiobone.core.tables import read_table
from radiobone.core.warnings import collected
from radiobone.evaluation.drift.columns import NewRows
from radiobone.evaluation.drift.limits import Limits
from radiobone.evaluation.drift.reference import one_number
from radiobone.evaluation.drift.shares import share_level
from radiobone.evaluation.model import Model
from radiobone.io.not_a_table import names_images
from radiobone.workflow.case_runner import WARNING_SEPARATOR
from radiobone.workflow.feature_table import read_features
from radiobone.workflow.rows_to_score import check_whose, sites_of
from radiobone.workflow.score import Scorer

BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Monitored:
    """Rows that could be scored, and what is known beside them.

    Attributes
    ----------
    table : pandas.DataFrame
        The rows with every column.
    raw : pandas.DataFrame
        All rows that were given, numbered from 0.
    kept : numpy.ndarray of bool, shape (n_given,)
        Which of them are the rows of ``table``; the others hold no value of any feature that the model needs.
    scores : pandas.DataFrame
        ``Model.predict`` of them.
    rows : NewRows
    unlike, uncertain : numpy.ndarray of bool, shape (n_rows,)
        Rows whose score is not to be used, and rows that got no answer for whatever reason.
    kinds : dict of str to dict of str to int
        Columns of the table, or fields of DICOM headers, that say how images were made.
    cases : pandas.DataFrame or None
        ``cases.csv`` of an extraction.
    """

    table: pd.DataFrame
    raw: pd.DataFrame
    kept: BoolArray
    scores: pd.DataFrame
    rows: NewRows
    unlike: BoolArray
    uncertain: BoolArray
    kinds: Mapping[str, Mapping[str, int]]
    cases: pd.DataFrame | None


def read_monitored(scorer: Scorer, source: str | Path | pd.DataFrame, site: str | None) -> Monitored:
    """Read and score new cases, as ``radiobone score`` does.

    Parameters
    ----------
    scorer : Scorer
    source : path or DataFrame
        An extract folder, or a table.
    site : str, optional
        Column of hospitals or scanners, for a model that corrects by it.

    Raises
    ------
    SettingsMismatch, FeatureMismatch, MissingColumn, MissingId, TableError, PathError
    """
    if isinstance(source, pd.DataFrame):
        return _monitored(scorer.model, source.reset_index(drop=True), site, {}, None)
    path = Path(source)
    scorer.check_settings(path)
    table = read_features(path)
    if names_images(table.columns):
        raise NotATable(
            f"{path} is a manifest, which names images, and what is compared are their features. Extract them with the settings of the model's "
            f"training images first, and give that folder: radiobone extract {path} -o new_features"
        )
    record = extraction_record(path) if path.is_dir() else None
    told = ((record or {}).get("acquisition") or {}).get("parameters") or {}
    cases = path / "cases.csv"
    return _monitored(
        scorer.model, table, site, told, read_table(cases) if path.is_dir() and cases.is_file() else None
    )


def _monitored(
    model: Model, raw: pd.DataFrame, site: str | None, headers: Mapping[str, Any], cases: pd.DataFrame | None
) -> Monitored:
    check_columns(raw)
    check_whose(model, raw)
    empty = _empty_rows(model, raw)
    kept = np.ones(len(raw), dtype=bool) if empty.all() else ~empty
    table = raw if kept.all() else raw[kept].set_axis(np.flatnonzero(kept) + 1)  # as messages number rows
    features = model.needed_values(table)
    with collected():  # what is missing or outside is counted, and told as a whole
        scores = model.predict(table, sites_of(table, site))
    rows = NewRows(features, _predicted(model, scores), _patients(model, table))
    unlike, uncertain = ((scores[name] != "").to_numpy(dtype=bool) for name in ("warnings", "uncertain"))
    columns = acquisition(table, excluded={*model.needed, site})
    counted = {name: Counter(cell for cell in cells if cell) for name, cells in columns.items()}
    return Monitored(table, raw, kept, scores, rows, unlike, uncertain, {**headers, **counted}, cases)


def _empty_rows(model: Model, table: pd.DataFrame) -> BoolArray:
    """Tell the rows that hold none of the columns that the model needs, under the names that they have in the table."""
    names = {
        name if name in table.columns else name.rpartition("=")[0] or name for name in model.needed
    } & set(table.columns)
    if not names:
        return np.zeros(len(table), dtype=bool)
    empty = np.ones(len(table), dtype=bool)
    for name in sorted(names):
        cells = table[name]
        is_number = pd.api.types.is_numeric_dtype(cells)
        empty &= (cells.isna() if is_number else cells.map(is_missing)).to_numpy(dtype=bool)
    return empty


def _predicted(model: Model, scores: pd.DataFrame) -> npt.NDArray[np.float64]:
    if model.task.name == "binary":
        return scores["probability"].to_numpy(dtype=float)
    if model.task.name == "ordinal":
        return one_number(
            scores[[f"probability_{name}" for name in model.about["levels"]]].to_numpy(dtype=float)
        )
    return scores["predicted"].to_numpy(dtype=float)


def _patients(model: Model, table: pd.DataFrame) -> npt.NDArray[np.str_]:
    """Return whose row each is; without a column of patients every row is one."""
    columns = model.patients_in(table)
    if not columns:
        return np.arange(len(table)).astype(np.str_)
    return np.array(texts(table[columns[0]], empty=""), dtype=np.str_)


def cases_entry(cases: pd.DataFrame | None, limits: Limits) -> dict[str, Any] | None:
    """Count what became of the cases of an extraction, and their warnings by code; None where there is no such list."""
    if cases is None or "status" not in cases or cases.empty:
        return None
    failed = cases[cases["status"] == "failed"]
    told = [
        code
        for cell in cases["warnings"].fillna("").astype(str)
        for code in {part.partition(":")[0].strip() for part in cell.split(WARNING_SEPARATOR)}
        if code
    ]
    return {
        "n": len(cases),
        "n_failed": len(failed),
        "failed": _counted(Counter(failed["code"].astype(str))),
        "warnings": _counted(Counter(told)),
        "level": share_level(len(failed), len(cases), limits),
    }


def _counted(codes: Counter[str]) -> list[dict[str, Any]]:
    return [{"code": code, "n": n} for code, n in sorted(codes.items(), key=lambda one: (-one[1], one[0]))]
