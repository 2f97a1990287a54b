"""Scores in words: the class, how sure, and whether the model has seen the like."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from radiobone.core.warnings import OutsideTrainingRange
from radiobone.evaluation.certainty import SEPARATOR, UNCERTAIN
from radiobone.evaluation.conformal import ClassRun, NumberInterval
from radiobone.evaluation.model import Model
from radiobone.evaluation.training_range import ADVICE
from radiobone.workflow.case_runner import WARNING_SEPARATOR

NAMES_SHOWN = 8
NO_INTERVAL = "no interval: an older version fitted this model. Fit it again to get one."
UNLIKE = OutsideTrainingRange.code
OUTSIDE_NOTE = "Values outside the training range were never seen in training: trust such a score less."


@dataclass(frozen=True, eq=False)
class Scored:
    """Scores of one image or many.

    Attributes
    ----------
    table : DataFrame
        As ``Model.predict`` gives it; of a manifest also the failed cases, with ``code`` and ``message``.
    model : Model
        What scored.
    """

    table: pd.DataFrame
    model: Model

    @property
    def n_failed(self) -> int:
        """Number of cases that could not be scored."""
        return int(self.table["code"].notna().sum()) if "code" in self.table else 0

    @property
    def lines(self) -> list[str]:
        """What a person reads."""
        one = len(self.table) == 1 and not self.n_failed
        return self._one(self.table.iloc[0].to_dict()) if one else self._many()

    def as_json(self) -> str:
        """Every column of every row, for other programs."""
        return str(self.table.to_json(orient="records", indent=2, double_precision=15, force_ascii=False))

    def _one(self, row: Mapping[Any, Any]) -> list[str]:
        n_outside = row["outside_range"]
        names = str(row["outside_features"]).split(", ")
        shown = ", ".join(names[:NAMES_SHOWN]) + (", …" if len(names) > NAMES_SHOWN else "")
        outside = f"{n_outside} of {len(self.model.needed)}" + (f" ({shown})" if n_outside else "")
        doubts = str(row["uncertain"]).split(SEPARATOR) if row["uncertain"] else []
        return [
            *(note for note in str(row["warnings"]).split(WARNING_SEPARATOR) if note.startswith(UNLIKE)),
            *self._answer(row),
            *(f"  why uncertain: {doubt}" for doubt in doubts),
            *([] if self.model.certainty else [f"  {NO_INTERVAL}"]),
            f"  features outside the training range: {outside}",
            *([f"  {OUTSIDE_NOTE}"] if n_outside else []),
            *([f"  model: content digest {self.model.digest}"] if self.model.digest else []),
        ]

    def _answer(self, row: Mapping[Any, Any]) -> list[str]:
        about = self.model.about
        if self.model.task.name == "number":
            doubtful = f" ({UNCERTAIN})" if row["uncertain"] else ""
            return [f"{about['target']}: {row['predicted']:.4g}{self._interval(row)}{doubtful}"]
        if self.model.task.name == "ordinal":
            each = [
                f"  probability of '{name}': {row[f'probability_{name}']:.3f}" for name in about["levels"]
            ]
            return [f"{about['target']}: {row['answer']}{self._interval(row)}", *each]
        return [
            f"{about['target']}: {row['answer']}",
            f"  probability of '{about['positive']}': {row['probability']:.3f}{self._interval(row)}",
            f"  threshold: {row['threshold']:.3f} ('{about['positive']}' from here on)",
        ]

    def _interval(self, row: Mapping[Any, Any]) -> str:
        """Say between what the answer lies, where the model knows."""
        low, high, certainty = row["interval_low"], row["interval_high"], self.model.certainty
        if certainty is None or pd.isna(low):
            return ""
        if isinstance(certainty, ClassRun):
            return f" ({certainty.level:.0%} certain: {low if low == high else f'{low} to {high}'})"
        if isinstance(certainty, NumberInterval):
            return f" ({certainty.level:.0%} certain: {low:.4g} to {high:.4g})"
        return f" ({low:.3f} to {high:.3f})"

    def _many(self) -> list[str]:
        about, cut = self.model.about, self.model.threshold
        told = self.model.task.said(about)
        lines = [
            f"{about['target']}: {told}."
            if cut is None
            else f"{about['target']}: '{about['positive']}' from a probability of {cut:.3f} on."
        ]
        failed = self.table["code"].notna() if "code" in self.table else pd.Series(False, self.table.index)
        done = self.table[~failed]
        if len(done):
            lines += _table(done).to_string(index=False).splitlines()
        if len(done) and (done["outside_range"] > 0).any():
            lines.append(OUTSIDE_NOTE)
        if len(done) and done["warnings"].str.contains(UNLIKE, regex=False).any():
            lines.append(f"{UNLIKE}: {ADVICE}.")
        for row in self.table[failed].to_dict("records"):
            name = f"{row['patient_id']}/{row['roi']}" if row["roi"] else row["patient_id"]
            lines.append(f"{name}: {row['code']}: {row['message']}")
        return lines


def _table(done: pd.DataFrame) -> pd.DataFrame:
    """Columns that a person compares; those of patient and region stand first, a region only where one is named."""
    chances = [name for name in done.columns if str(name).partition("_")[0] == "probability"]
    first = chances[0] if chances else "predicted"
    who = done.columns[: list(done.columns).index("answer" if "answer" in done else first)]
    columns = {str(name): done[name] for name in who if (done[name].fillna("") != "").any()}
    if "predicted_class" in done:
        columns["class"] = done["answer"]
    else:
        columns["predicted"] = done["predicted"].map("{:.4g}".format)
    for name in chances:
        columns[str(name)] = done[name].map("{:.3f}".format)
    if done["interval_low"].notna().any() and (done["interval_low"] != "").any():
        ends = zip(done["interval_low"], done["interval_high"], strict=True)
        digits = ".3f" if chances else ".4g"
        columns["interval"] = pd.Series([_between(low, high, digits) for low, high in ends], done.index)
    columns["features outside the training range"] = done["outside_range"].astype(int)
    for name, separator in (("uncertain", SEPARATOR), ("warnings", WARNING_SEPARATOR)):
        codes = done[name].map(lambda cell, by=separator: _codes(cell, by))
        if (codes != "").any():
            columns["why uncertain" if name == "uncertain" else name] = codes
    return pd.DataFrame(columns)


def _between(low: float | str, high: float | str, digits: str) -> str:
    """Write an interval in a cell."""
    if isinstance(low, str):
        return low if low == high else f"{low} to {high}"
    return f"{low:{digits}} to {high:{digits}}"


def _codes(cell: str, separator: str) -> str:
    return ", ".join(part.partition(":")[0] for part in cell.split(separator))
