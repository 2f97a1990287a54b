"""What an evaluation gives: a result and its explanation, to look at, to save and to report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radiobone.core.folder_kinds import EVALUATION
from radiobone.core.folders import prepare_folder_of
from radiobone.core.run_record import finish
from radiobone.evaluation.patient_level import PatientLevel
from radiobone.evaluation.result import Estimate, Result
from radiobone.explain.explanation import Explanation, save_explanation
from radiobone.workflow.reported import Reported


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation(Reported):
    """A result and its explanation.

    Attributes
    ----------
    result : Result
        Predictions, selections, metrics, audit, provenance.
    explanation : Explanation or None
        SHAP values on held-out rows; None where they were left out (``explain=False``).
    """

    result: Result
    explanation: Explanation | None

    @property
    def metrics(self) -> Mapping[str, Estimate]:
        """AUC and the others, each with ``mean``, ``low``, ``high``."""
        return self.result.metrics

    @property
    def task(self) -> str:
        """``binary``, ``ordinal`` or ``number``."""
        return str(self.result.summary["task"])

    @property
    def patients(self) -> PatientLevel | None:
        """Metrics and predictions of patients, where several rows of each were pooled."""
        return self.result.patients

    @property
    def predictions(self) -> Any:
        """Out-of-fold predictions, one row per row and repeat."""
        return self.result.predictions

    @property
    def selected(self) -> Any:
        """Which features reached the model, per fold."""
        return self.result.selected

    @property
    def audit(self) -> Sequence[Mapping[str, str]]:
        """Findings: code, severity, message."""
        return self.result.audit

    @property
    def summary(self) -> Mapping[str, Any]:
        """Target, counts and all else of ``metrics.json`` but the metrics."""
        return self.result.summary

    @property
    def folds(self) -> Sequence[Mapping[str, Any]]:
        """What was chosen in each outer fold and how it did."""
        return self.result.folds

    @property
    def splits(self) -> Mapping[str, Any]:
        """The outer folds, to be given to another ``evaluate`` of the same rows."""
        return self.result.splits

    @property
    def provenance(self) -> Mapping[str, Any]:
        """What was run on what."""
        return self.result.provenance

    def save(self, folder: str | Path) -> Path:
        """Write everything that the report needs into ``folder``.

        Raises
        ------
        OutputTaken
            If it holds an extraction.
        OutputNotWritable, DiskFull
        """
        where = prepare_folder_of(EVALUATION, folder)
        self.result.save(where)
        save_explanation(self.explanation, where)
        finish(where, EVALUATION)
        return where

    def in_brief(self) -> str:
        """Say what was asked, the answer and what the audit found, in three lines."""
        return self.result.in_brief()
