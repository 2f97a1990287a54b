"""What is reported of patients, where several rows of each were pooled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from radiobone.core.files import write_parquet
from radiobone.evaluation.estimate import Estimate, estimate_of

PATIENT_PREDICTIONS_FILE = "patient_predictions.parquet"


@dataclass(frozen=True, eq=False, kw_only=True)
class PatientLevel:
    """Patients, each scored once per repeat.

    Attributes
    ----------
    rule : str
        How the probabilities of a patient's rows become one.
    n_patients : int
    n_mixed : int
        Patients whose rows differ in the target.
    metrics : dict of str to Estimate
        As those of rows.
    predictions : pandas.DataFrame
        One row per patient and repeat.
    figures : mapping
        What else the task tells of patients, as plain data; of two classes ``n_positive``, and ``confusion`` at the
        threshold that the inner folds chose for pooled probabilities.
    """

    rule: str
    n_patients: int
    n_mixed: int
    metrics: Mapping[str, Estimate]
    predictions: pd.DataFrame
    figures: Mapping[str, Any]

    def as_plain(self) -> dict[str, Any]:
        """Return all but the predictions as plain data, for ``metrics.json``."""
        return {
            "rule": self.rule,
            "n_patients": self.n_patients,
            "n_mixed": self.n_mixed,
            **self.figures,
            "metrics": {name: asdict(one) for name, one in self.metrics.items()},
        }


def save_patient_level(level: PatientLevel | None, folder: Path) -> None:
    """Write the predictions of patients, or remove those of an earlier run."""
    if level is None:
        (folder / PATIENT_PREDICTIONS_FILE).unlink(missing_ok=True)
    else:
        write_parquet(folder / PATIENT_PREDICTIONS_FILE, level.predictions)


def load_patient_level(plain: Mapping[str, Any], predictions: pd.DataFrame) -> PatientLevel:
    """Return the level of patients of a saved result."""
    metrics = {name: estimate_of(entry) for name, entry in plain["metrics"].items()}
    own = {name: plain[name] for name in ("rule", "n_patients", "n_mixed")}
    figures = {name: one for name, one in plain.items() if name not in (*own, "metrics")}
    return PatientLevel(**own, metrics=metrics, predictions=predictions, figures=figures)
