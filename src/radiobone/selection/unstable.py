"""Columns that repeats of the same region do not agree on, left out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from radiobone.core.errors import BadSetting, FileMissing, MissingColumn
from radiobone.core.folder_kinds import REPEAT_COLUMNS
from radiobone.selection.arguments import check_bounds, check_choice, check_within
from radiobone.selection.icc import Icc, icc_1_1, icc_2_1, icc_3_1
from radiobone.selection.ranking import BoolArray, FloatArray, best_first, keep_best
from radiobone.selection.tags import AllowsMissing

FORMS = ("1,1", "2,1", "3,1")
WHOSE = ("patient_id", "roi")


class UnstableFilter(AllowsMissing, SelectorMixin, BaseEstimator):
    """Drop columns whose intraclass correlation (ICC) over repeats of the same region is too low.

    Repeats are segmentations by several readers, scans in short succession, or perturbed repeats (``radiobone
    extract --perturb``). Columns that the table does not name, such as clinical ones, are kept; so are all if
    there is no table. The outcome is never used.

    What leaks: a table of ICCs (``icc.csv``) is taken as it is, so patients of the test folds had a say in it if they were
    among those repeated. Strictly, give ICCs from other patients, or the table of repeats (``repeats.parquet``): of
    that, rows of the training patients alone are used in each fold.

    Parameters
    ----------
    table : str or None
        CSV or Parquet file: ICCs, with the columns ``feature``, ``icc`` and, if asked for, ``low``; or repeats, with
        ``patient_id``, ``roi``, ``repeat`` and the features.
    limit : float
        Smallest ICC of a kept column, in [-1, 1].
    by : {"low", "icc"}
        Whether the lower end of the 95 % interval or the ICC itself must reach the limit.
    form : {"1,1", "2,1", "3,1"}
        Of the ICC that is computed from repeats: repeats without an order; agreement of the same readers, taken by
        chance, on all regions; consistency of these very readers (``repeat`` tells them apart).
    patients : {"training", "all"}
        Whose repeats are used: of training patients, or of all. ``all`` is right where the repeats are of patients
        who are not in the study.
    min_features : int
        If fewer columns pass, those of the highest ICC are kept up to this number.

    Attributes
    ----------
    icc_ : ndarray, shape (n_columns,)
        What was compared with the limit; NaN for a column without one.
    n_regions_ : int
        Regions whose repeats were used; 0 for a table of ICCs.
    support_ : ndarray of bool, shape (n_columns,)

    References
    ----------
    Shrout and Fleiss 1979, Psychol Bull 86(2):420-428; Koo and Li 2016, J Chiropr Med 15(2):155-163 (limits).
    """

    by_name = True

    def __init__(
        self,
        table: str | None = None,
        limit: float = 0.75,
        by: str = "low",
        form: str = "2,1",
        patients: str = "training",
        min_features: int = 1,
    ) -> None:
        self.table = table
        self.limit = limit
        self.by = by
        self.form = form
        self.patients = patients
        self.min_features = min_features

    def fit(self, X: npt.ArrayLike, y: object = None, groups: npt.ArrayLike | None = None) -> Self:
        """Learn which columns to keep.

        Parameters
        ----------
        X : array-like, shape (n_rows, n_columns)
            With column names, if there is a table.
        y : object
            Not used.
        groups : array-like or None, shape (n_rows,)
            Patient of each training row, as the table of repeats has them.

        Raises
        ------
        BadSetting
            If a parameter is out of range, or the table knows none of the columns.
        FileMissing, MissingColumn
            If there is no such table, or it is neither of ICCs nor of repeats.
        TooFewRows
            If fewer than two regions of training patients have repeats.
        """
        check_within("limit", self.limit, -1.0, 1.0)
        for name, allowed in (("by", ("icc", "low")), ("form", FORMS), ("patients", ("all", "training"))):
            check_choice(name, getattr(self, name), allowed)
        check_bounds(self.min_features, None)
        n_columns = validate_data(self, X, dtype=np.float64, ensure_all_finite="allow-nan").shape[1]
        self.icc_, self.n_regions_ = np.full(n_columns, np.nan), 0
        if self.table is not None:
            self.icc_, self.n_regions_ = self._look_up(read_table(self.table), groups)
        score = np.where(np.isnan(self.icc_), np.inf, self.icc_)
        n_passing = int(np.count_nonzero(score >= self.limit))
        self.support_ = keep_best(best_first(score), n_passing, self.min_features, None)
        return self

    def _look_up(self, table: pd.DataFrame, groups: npt.ArrayLike | None) -> tuple[FloatArray, int]:
        names = [str(name) for name in getattr(self, "feature_names_in_", ())]
        n_regions = 0
        if {"feature", "icc"} <= set(table.columns):
            known = _given(table, self.by)
        else:
            known, n_regions = self._computed(table, names, groups)
        if not set(known) & set(names):
            raise BadSetting(
                f"The table of step 'unstable' ({self.table}) names none of the {self.n_features_in_} columns"
                f"{'' if names else ', which have no names'}, so nothing would be dropped. Give the table that belongs to these "
                "features, and put the step first: steps before it may take the names away."
            )
        return np.array([known.get(name, np.nan) for name in names], dtype=np.float64), n_regions

    def _computed(
        self, table: pd.DataFrame, names: list[str], groups: npt.ArrayLike | None
    ) -> tuple[Mapping[str, float], int]:
        missing = [name for name in (*WHOSE, REPEAT_COLUMNS[0]) if name not in table.columns]
        if missing:
            raise MissingColumn(
                f"{self.table} has no column '{missing[0]}'. A table of ICCs has the columns feature, icc and low; a table of "
                f"repeats {', '.join((*WHOSE, REPEAT_COLUMNS[0]))} and the features."
            )
        if self.patients == "training":
            if groups is None:
                raise BadSetting(
                    "Repeats of training patients alone can be used only if the patient of each row is known. Give `groups`, or "
                    "patients='all' if the repeats are of patients who are not in the study."
                )
            table = table[table["patient_id"].astype(str).isin(set(np.asarray(groups).astype(str)))]
        features = [name for name in names if name in table.columns and table[name].notna().all()]
        found = self._icc(table, table[features].to_numpy(dtype=np.float64))
        values = found.low if self.by == "low" else found.value
        return dict(zip(features, values.tolist(), strict=True)), found.n_subjects

    def _icc(self, table: pd.DataFrame, values: FloatArray) -> Icc:
        regions = (table["patient_id"].astype(str) + "\n" + table["roi"].astype(str)).to_numpy(dtype=np.str_)
        if self.form == "1,1":
            return icc_1_1(values, regions)
        crossed = icc_2_1 if self.form == "2,1" else icc_3_1
        return crossed(values, regions, table[REPEAT_COLUMNS[0]].to_numpy())

    def _get_support_mask(self) -> BoolArray:
        check_is_fitted(self)
        support: BoolArray = self.support_
        return support


def read_table(path: str) -> pd.DataFrame:
    """Read a CSV or Parquet file.

    Raises
    ------
    FileMissing
        If there is none.
    """
    file = Path(path)
    if not file.is_file():
        raise FileMissing(
            f"No file {path}, which the step 'unstable' needs. Correct `table` in the pipeline."
        )
    return pd.read_parquet(file) if file.suffix == ".parquet" else pd.read_csv(file)


def _given(table: pd.DataFrame, by: str) -> Mapping[str, float]:
    if by not in table.columns:
        raise MissingColumn(
            f"The table of ICCs has no column '{by}', which is compared with the limit. Add it, or set by: icc."
        )
    values = table[by].astype(np.float64).tolist()
    return dict(zip(table["feature"].astype(str), values, strict=True))
