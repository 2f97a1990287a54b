"""SHAP values of single cases: from the mean of the training rows, feature by feature, to what the models said of a case."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from radiobone.report.data import ResultData
from radiobone.report.shap_units import ShapUnit

MOST_PARTS = 10
DIGITS = 6


@dataclass(frozen=True)
class CasePart:
    """One feature of a case: its value (None if missing), and what it added."""

    feature: str
    value: float | None
    shap: float


@dataclass(frozen=True)
class CaseShap:
    """One held-out case; with several repeats everything is a mean over them.

    Attributes
    ----------
    row_id, label : str
        The row, and its patient and region as shown.
    truth : str
        Class, or number.
    base : float
        Mean prediction of the training rows that it is compared with.
    total : float
        The models' prediction before calibration: ``base``, all ``parts`` and ``rest`` together.
    reported : float or None
        The held-out probability of the result, after calibration; None where there is none.
    parts : tuple of CasePart
        The features that moved it most, largest first.
    rest : float
        What all other features added.
    n_rest : int
        How many these are.
    """

    row_id: str
    label: str
    truth: str
    base: float
    total: float
    reported: float | None
    parts: tuple[CasePart, ...]
    rest: float
    n_rest: int


def case_shaps(data: ResultData, *, most: int = MOST_PARTS) -> list[CaseShap]:
    """Return every case, in the order of the rows.

    Parameters
    ----------
    data : ResultData
    most : int
        Features that are told one by one.
    """
    if data.shap is None or not len(data.shap):
        return []
    tested, base = _base_values(data)
    parts = _parts(data.shap, tested)
    rows = data.per_row.set_index("row_id", drop=False)
    shown = "probability" if "probability" in rows else None
    found = []
    for row_id, row in rows.iterrows():
        own = parts.get(str(row_id), [])
        total = float(base[str(row_id)]) + sum(part.shap for part in own)
        found.append(
            CaseShap(
                str(row_id), _label(row), data.truth_of(row["y"]), float(base[str(row_id)]), total,
                None if shown is None else float(row[shown]), tuple(own[:most]),
                sum(part.shap for part in own[most:]), max(len(own) - most, 0),
            )
        )  # fmt: skip
    return found


def _base_values(data: ResultData) -> tuple[pd.Series, pd.Series]:
    """How often each row was predicted, and the mean base value of the folds that did."""
    values = pd.DataFrame(data.shap_info["folds"])[["repeat", "fold", "base_value"]]
    rows = data.predictions[["row_id", "repeat", "fold"]].merge(values, on=["repeat", "fold"], how="left")
    groups = rows.assign(row_id=rows["row_id"].astype(str)).groupby("row_id")["base_value"]
    return groups.size(), groups.mean()


def _parts(table: pd.DataFrame, tested: pd.Series) -> dict[str, list[CasePart]]:
    """Return the parts of each row, largest first, then by name."""
    rows = table.assign(row_id=table["row_id"].astype(str), feature=table["feature"].astype(str))
    groups = rows.groupby(["row_id", "feature"], sort=True)
    joined = groups.agg(shap=("shap", "sum"), value=("value", "median")).reset_index()
    joined["shap"] /= joined["row_id"].map(tested).to_numpy(dtype=float)
    joined["size"] = -joined["shap"].abs()
    found: dict[str, list[CasePart]] = {}
    joined = joined.sort_values(["row_id", "size", "feature"], kind="stable")
    values, shap = (joined[name].to_numpy(dtype=float).tolist() for name in ("value", "shap"))
    for row, feature, value, size in zip(joined["row_id"], joined["feature"], values, shap, strict=True):
        found.setdefault(str(row), []).append(
            CasePart(str(feature), value if np.isfinite(value) else None, size)
        )
    return found


def _label(row: pd.Series) -> str:
    roi = "" if pd.isna(row["roi"]) else str(row["roi"])
    return f"{row['patient_id']}, {roi}" if roi else str(row["patient_id"])


def telling_cases(data: ResultData, cases: Sequence[CaseShap]) -> list[tuple[str, CaseShap]]:
    """Choose a few cases that show most: with what is told of each; no case comes twice."""
    by_row = {case.row_id: case for case in cases}
    return [(words, by_row[row]) for words, row in telling_rows(data, by_row)]


def telling_rows(data: ResultData, among: Collection[str]) -> list[tuple[str, str]]:
    """Choose a few rows that show most, with what is told of each; no row comes twice.

    Parameters
    ----------
    data : ResultData
    among : collection of str
        Ids of the rows that may be chosen.
    """
    rows = data.per_row.set_index(data.per_row["row_id"].astype(str))
    shown = "probability" if "probability" in rows else "predicted"
    predicted = rows[shown].astype(float)
    wrong = (predicted - rows["y"].astype(float)).abs()
    orders = {
        "Highest prediction": predicted.sort_values(ascending=False, kind="stable"),
        "Lowest prediction": predicted.sort_values(kind="stable"),
        **_border(data, predicted),
        "Most wrongly judged": wrong.sort_values(ascending=False, kind="stable"),
    }
    found: dict[str, str] = {}
    for words, order in orders.items():
        row = next((str(name) for name in order.index if name in among and name not in found), None)
        if row is not None:
            found[row] = words
    return [(words, row) for row, words in found.items()]


def _border(data: ResultData, predicted: pd.Series) -> dict[str, pd.Series]:
    if "threshold" not in data.predictions or data.predictions["threshold"].isna().all():
        return {}
    margin = (predicted - float(data.predictions["threshold"].mean())).abs()
    return {"Nearest to the threshold": margin.sort_values(kind="stable")}


def cases_as_json(cases: Sequence[CaseShap], unit: ShapUnit) -> Markup:
    """Write the cases for the page's script, such that nothing in a name can end the block it stands in."""
    names = sorted({part.feature for case in cases for part in case.parts})
    place = {name: number for number, name in enumerate(names)}
    content = {
        "features": names,
        "unit": {
            "factor": unit.factor,
            "places": unit.places,
            "suffix": unit.suffix,
            "axis": unit.prediction,
        },
        "cases": [_packed(case, place) for case in cases],
    }
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)


def _packed(case: CaseShap, place: Mapping[str, int]) -> list[Any]:
    parts = [[place[part.feature], _short(part.value), _short(part.shap)] for part in case.parts]
    numbers = [_short(value) for value in (case.base, case.total, case.reported, case.rest)]
    return [case.label, case.truth, *numbers, case.n_rest, parts]


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{DIGITS}g}")
