"""Whether what is to be monitored is what the model was trained on."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from radiobone.core.files import file_digest
from radiobone.core.folder_kinds import FEATURE_FILES
from radiobone.core.warnings import TrainingDataReused, warn
from radiobone.evaluation.drift.same_rows import are_training_rows
from radiobone.evaluation.model import Model


def is_training_again(model: Model, source: str | Path | pd.DataFrame, features: pd.DataFrame) -> bool:
    """Tell training cases by their file, or by their values whatever their ids.

    Parameters
    ----------
    model : Model
    source : path or DataFrame
        What was given.
    features : pandas.DataFrame, shape (n_rows, n_needed)
        What the model needs of it.

    Warns
    -----
    TrainingDataReused
    """
    again = _is_file_of_training(model, source) or (
        model.reference is not None and are_training_rows(features, model.reference, model.ranges)
    )
    if again:
        what = "The table" if isinstance(source, pd.DataFrame) else str(source)
        warn(
            TrainingDataReused(
                f"{what} holds the cases that the model was trained on, so nothing can have changed. Give cases that came later."
            ),
            stacklevel=3,
        )
    return again


def _is_file_of_training(model: Model, source: str | Path | pd.DataFrame) -> bool:
    digest = (model.about.get("training") or {}).get("digest")
    if isinstance(source, pd.DataFrame) or not digest:
        return False
    path = Path(source)
    files = [path / name for name in FEATURE_FILES] if path.is_dir() else [path]
    return any(one.is_file() and file_digest(one) == digest for one in files)
