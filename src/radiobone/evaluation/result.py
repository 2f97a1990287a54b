"""The outcome of an evaluation, and the folder that holds it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from radiobone.core.counting import counted
from radiobone.core.errors import FileMissing, FileUnreadable
from radiobone.core.files import read_json, write_json, write_parquet
from radiobone.evaluation.audit.registry import CHECKS
from radiobone.evaluation.description import Description, load_description, save_description
from radiobone.evaluation.estimate import Estimate as Estimate
from radiobone.evaluation.estimate import estimate_of
from radiobone.evaluation.measure_names import SHOWN
from radiobone.evaluation.patient_level import (
    PATIENT_PREDICTIONS_FILE,
    PatientLevel,
    load_patient_level,
    save_patient_level,
)

METRICS_FILE, FOLDS_FILE, AUDIT_FILE, PROVENANCE_FILE = (
    "metrics.json",
    "folds.json",
    "audit.json",
    "provenance.json",
)
SPLITS_FILE = "splits.json"
PREDICTIONS_FILE, SELECTED_FILE = "predictions.parquet", "selected.parquet"


@dataclass(frozen=True, eq=False)
class Result:
    """What nested cross-validation found.

    Attributes
    ----------
    predictions : pandas.DataFrame
        One row per held-out row and repeat.
    selected : pandas.DataFrame
        One row per feature that reached the model of a fold.
    folds : list of dict
        What was chosen in each fold and how it did.
    metrics : dict of str to Estimate
        Mean, interval and pooled value of each metric.
    summary : dict
        Target, counts, confusion and chosen models.
    audit : list of dict
        Findings: code, severity, message.
    provenance : dict
        What was run on what.
    splits : mapping
        The outer folds with a digest of the row ids and groups, to be used again; empty where an older version wrote the result.
    patients : PatientLevel or None
        The same of patients, where several rows of each were pooled.
    description : Description or None
        Every feature by itself on all rows, for the reader; nothing is chosen by it. None where it was not made.
    """

    predictions: pd.DataFrame
    selected: pd.DataFrame
    folds: list[dict[str, Any]]
    metrics: dict[str, Estimate]
    summary: dict[str, Any]
    audit: list[dict[str, str]]
    provenance: Mapping[str, Any]
    splits: Mapping[str, Any] = field(default_factory=dict)
    patients: PatientLevel | None = None
    description: Description | None = None

    def __repr__(self) -> str:
        return f"Result({self.in_brief()})"

    def in_brief(self) -> str:
        """Say what was asked, the answer and what the audit found, in three lines."""
        about = self.summary
        found = ", ".join(f"{one['code']} ({one['severity']})" for one in self.audit) or "nothing"
        name = about.get("headline", "auc")
        title, value = SHOWN[about["task"]][name], self.metrics[name]
        return (
            f"{_cut(about['target'])}: {_asked(about)}, "
            f"{about['n_patients']} patients, {about['n_rows']} rows, {about['n_features']} features\n"
            f"  {title} {_shown(value.mean)} (95 % interval {_shown(value.low)} to {_shown(value.high)}), "
            f"mean of {counted(value.n_folds, 'outer fold')}{_without(about.get('n_folds_without_auc', 0))}\n"
            f"  the audit found: {_cut(found, 100)}"
        )

    def save(self, folder: Path) -> None:
        """Write the result, each file whole or not at all; ``metrics.json`` comes last.

        Raises
        ------
        OutputNotWritable, DiskFull
        """
        folder = Path(folder)
        write_parquet(folder / PREDICTIONS_FILE, self.predictions)
        write_parquet(folder / SELECTED_FILE, self.selected)
        write_json(folder / FOLDS_FILE, self.folds)
        write_json(folder / AUDIT_FILE, {"findings": self.audit, "checks": list(CHECKS)})
        write_json(folder / PROVENANCE_FILE, dict(self.provenance))
        write_json(folder / SPLITS_FILE, dict(self.splits))
        metrics = {name: asdict(estimate) for name, estimate in self.metrics.items()}
        save_patient_level(self.patients, folder)
        save_description(self.description, folder)
        level = {} if self.patients is None else {"patients": self.patients.as_plain()}
        write_json(folder / METRICS_FILE, {**self.summary, "metrics": metrics, **level})

    @classmethod
    def load(cls, folder: Path) -> Result:
        """Read a result as ``save`` wrote it.

        Raises
        ------
        FileMissing, FileUnreadable
        """
        folder = Path(folder)
        needed = (METRICS_FILE, FOLDS_FILE, AUDIT_FILE, PROVENANCE_FILE, PREDICTIONS_FILE, SELECTED_FILE)
        missing = [name for name in needed if not (folder / name).is_file()]
        if missing:
            raise FileMissing(
                f"{folder} is not a result: it lacks {', '.join(missing)}. Run 'radiobone evaluate' again."
            )
        try:
            summary = read_json(folder / METRICS_FILE)
            metrics = {name: estimate_of(entry) for name, entry in summary.pop("metrics").items()}
            level = summary.pop("patients", None)
            findings = read_json(folder / AUDIT_FILE)["findings"]
        except (KeyError, TypeError, AttributeError) as error:
            raise FileUnreadable(
                f"{folder}: {METRICS_FILE} or {AUDIT_FILE} was changed or made by another program ({error!r}). "
                "Run 'radiobone evaluate' again."
            ) from error
        return cls(
            _parquet(folder / PREDICTIONS_FILE), _parquet(folder / SELECTED_FILE), read_json(folder / FOLDS_FILE),
            metrics, summary, findings, read_json(folder / PROVENANCE_FILE),
            read_json(folder / SPLITS_FILE) if (folder / SPLITS_FILE).is_file() else {},
            None if level is None else load_patient_level(level, _parquet(folder / PATIENT_PREDICTIONS_FILE)),
            load_description(folder),
        )  # fmt: skip


def _asked(about: Mapping[str, Any]) -> str:
    if "positive" in about:
        return f"{_cut(about['positive'])} against {_cut(about['negative'])}"
    return " < ".join(_cut(level["name"]) for level in about["levels"]) if "levels" in about else "a number"


def _without(n_folds: int) -> str:
    return f"; {n_folds} more hold(s) one class and so has no AUC" if n_folds else ""


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _cut(text: object, longest: int = 20) -> str:
    name = str(text)
    return name if len(name) <= longest else f"{name[: longest - 1]}…"


def _parquet(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path, page_checksum_verification=True)
    except (OSError, ValueError) as error:
        raise FileUnreadable(f"{path} cannot be read as Parquet ({error}). Make it again.") from error
