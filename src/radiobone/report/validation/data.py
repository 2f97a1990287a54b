"""The folder of a validation, read for the report."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from radiobone.core.errors import FileMissing
from radiobone.core.files import read_json
from radiobone.core.tables import read_table
from radiobone.report.data import Record, read_mapping, with_class_names

METRICS_FILE, KIND = "metrics.json", "validation"
NEEDED = (METRICS_FILE, "predictions.parquet", "provenance.json")


@dataclass(frozen=True, eq=False)
class ValidationData:
    """What the folder of a validation holds.

    Attributes
    ----------
    metrics, provenance : dict
        ``metrics.json``, with classes named as in the report of an evaluation, and ``provenance.json``.
    predictions : DataFrame
        One row per row of the cohort.
    """

    metrics: Record
    provenance: Record
    predictions: pd.DataFrame

    @property
    def internal(self) -> dict[str, Any]:
        """Metrics of nested cross-validation that the model carries; empty if it carries none."""
        found: dict[str, Any] = (self.metrics["model"].get("internal") or {}).get("metrics") or {}
        return found


def is_validation(folder: Path) -> bool:
    """Tell the folder of a validation from that of an evaluation."""
    path = folder / METRICS_FILE
    content = read_json(path) if path.is_file() else None
    return isinstance(content, dict) and content.get("kind") == KIND


def read_validation(folder: Path) -> ValidationData:
    """Read the folder of a validation.

    Raises
    ------
    FileMissing, FileUnreadable
    """
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if missing:
        raise FileMissing(
            f"{folder} has no {', '.join(missing)}, so it is not a complete validation. Run `radiobone validate` again."
        )
    return ValidationData(
        with_class_names(read_mapping(folder / METRICS_FILE)),
        read_mapping(folder / "provenance.json"),
        read_table(folder / "predictions.parquet"),
    )
