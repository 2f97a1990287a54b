"""What new cases are compared with: the training rows that a model file keeps, or cases that were accepted here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd

from radiobone.core.errors import NoTrainingReference
from radiobone.evaluation.drift.reference import Reference, make_reference
from radiobone.workflow.monitored_rows import read_monitored
from radiobone.workflow.score import Scorer

Source = str | Path | pd.DataFrame


def compared_with(
    scorer: Scorer, source: Source | None, site: str | None
) -> tuple[Reference, dict[str, tuple[float, float]]]:
    """Return what is compared with, and the ranges of its features.

    Parameters
    ----------
    scorer : Scorer
    source : path or DataFrame, or None
        Cases to compare with in place of the training data.
    site : str, optional
        Column of hospitals or scanners, for a model that corrects by it.

    Raises
    ------
    NoTrainingReference
        If no source is given, and the model file keeps no distribution.
    SettingsMismatch, FeatureMismatch, TableError, PathError
    """
    model = scorer.model
    if source is not None:
        return _reference_of(scorer, source, site)
    if model.reference is None:
        raise NoTrainingReference(
            "This model file was written by a version of radiobone that did not keep how its training values spread, so new cases "
            "cannot be compared with them. Say --reference TABLE (reference=… in Python) with the table that it was trained on, or "
            "with cases that you have accepted; or fit the model again."
        )
    return model.reference, dict(model.ranges)


def _reference_of(
    scorer: Scorer, source: Source, site: str | None
) -> tuple[Reference, dict[str, tuple[float, float]]]:
    found = read_monitored(scorer, source, site)
    name = "a table" if isinstance(source, pd.DataFrame) else Path(source).name
    rows, features = found.rows, found.rows.features
    counted = {
        key: [value for value, n in counts.items() for _ in range(n)] for key, counts in found.kinds.items()
    }
    own = scorer.model.reference
    made = make_reference(
        features, rows.patients, rows.predicted, rows.predicted, rows.patients,
        source=f"predictions of the cases in {name}", n_uncertain=int(found.uncertain.sum()), kinds=counted,
    )  # fmt: skip
    if own is not None:  # predictions here have no labels to tell their errors by
        made = replace(made, error_mean=own.error_mean, error_sd=own.error_sd)
    ranges = {str(one): (float(features[one].min()), float(features[one].max())) for one in features.columns}
    return made, ranges
