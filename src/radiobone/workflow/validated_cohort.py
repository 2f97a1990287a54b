"""A labelled cohort read for models that are fixed: their columns, their classes, in their words."""

from __future__ import annotations

import glob
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from radiobone.cohort.arrays import gather
from radiobone.cohort.cohort import Cohort
from radiobone.cohort.labels import spelled
from radiobone.cohort.numbers import is_missing
from radiobone.cohort.readers import cohort_from_arrays, read_cohort
from radiobone.cohort.task import AnyTask, parse_task
from radiobone.core.errors import BadSetting
from radiobone.core.warnings import TrainingDataReused, warn
from radiobone.evaluation.audit.tell import warn_of_unknown_patients
from radiobone.evaluation.model import Model
from radiobone.workflow.feature_table import read_features


@dataclass(frozen=True, eq=False)
class Labelled:
    """A cohort for frozen models.

    Attributes
    ----------
    cohort : Cohort
        Labels, patients and sites; its features are the models', and only the models' own reading of them counts.
    table : pandas.DataFrame
        The rows of the cohort, in its order, with every column.
    notes : tuple of str
        What was decided, in sentences to be shown.
    """

    cohort: Cohort
    table: pd.DataFrame
    notes: tuple[str, ...]


def read_labelled(
    source: Path, models: Sequence[Model], *, target: str | None, positive: Any, **roles: Any
) -> Labelled:
    """Read a table or an extract folder that has the models' columns and labels.

    Raises
    ------
    FeatureMismatch
        If a column that a model needs is missing.
    BadSetting
        If the positive class is another than the models'.
    TableError, StudyError, PathError
    """
    raw = read_features(source)
    for model in models:
        model.needed_values(raw)
    name = str(models[0].about["target"]) if target is None else target
    chosen = [glob.escape(column) for column in _needed(models, raw)] or None
    told = _positive(models[0], raw[name], positive) if name in raw.columns else positive
    cohort = read_cohort(
        source, target=name, positive=told, features=chosen, task=_task_of(models[0]), **roles
    )
    return _checked(cohort, raw, models)


def labelled_from_arrays(
    X: Any,
    y: Any,
    models: Sequence[Model],
    *,
    groups: Any = None,
    sites: Any = None,
    clinical: Any = None,
    positive: Any = None,
) -> Labelled:
    """Take features and labels given apart; rows are paired as ``radiobone.evaluate`` pairs them.

    Raises
    ------
    FeatureMismatch, BadSetting, TableError, StudyError
    """
    given = gather(X, y, groups=groups, sites=sites, clinical=clinical)
    for model in models:
        model.needed_values(given.table)
    told = _positive(models[0], given.target, positive)
    cohort = cohort_from_arrays(
        X,
        y,
        groups=groups,
        sites=sites,
        clinical=clinical,
        positive=told,
        task=_task_of(models[0]),
        any_order=True,
        features=_needed(models, given.table) or None,
    )
    return _checked(cohort, given.table, models)


def _needed(models: Sequence[Model], table: pd.DataFrame) -> list[str]:
    """Return the columns of a table that the models use; of the others nothing need be said."""
    return sorted({column for model in models for column in model.needed if column in table.columns})


def _task_of(model: Model) -> AnyTask:
    """Return what the model predicts, with its own order of classes or boundaries."""
    about = model.about
    return parse_task(about.get("task_settings", "binary"), about.get("levels") or None)


def _positive(model: Model, column: pd.Series, asked: Any) -> Any:
    """Return the positive class: the one asked for, or the model's where the column has it."""
    if asked is not None or model.task.name != "binary":
        return asked
    words = {spelled(cell).casefold(): spelled(cell) for cell in column if not is_missing(cell)}
    return words.get(str(model.about["positive"]).casefold())


def _checked(cohort: Cohort, raw: pd.DataFrame, models: Sequence[Model]) -> Labelled:
    warn_of_unknown_patients(cohort)
    notes: list[str] = []
    for model in models:
        notes += _class_notes(model, cohort)
        _warn_if_trained_on(model, cohort)
    table = raw.iloc[list(cohort.provenance["order"])]
    return Labelled(cohort, table, tuple(dict.fromkeys(notes)))


def _class_notes(model: Model, cohort: Cohort) -> list[str]:
    """Say that classes are named otherwise, or numbers of another kind; refuse classes the wrong way round."""
    if model.task.name != "binary":
        return _unlike_numbers(model, cohort)
    mine = [str(model.about[side]).casefold() for side in ("positive", "negative")]
    theirs = [cohort.positive.casefold(), cohort.negative.casefold()]
    if mine == theirs:
        return []
    if theirs[0] == mine[1] or theirs[1] == mine[0]:
        raise BadSetting(
            f"The positive class would be '{cohort.positive}' here, and the model gives the probability of "
            f"'{model.about['positive']}' against '{model.about['negative']}': every figure would be turned around. "
            f"Say --positive {model.about['positive']} (positive=… in Python)."
        )
    return [
        f"The model tells '{model.about['positive']}' from '{model.about['negative']}'; here '{cohort.positive}' was "
        f"taken for the first and '{cohort.negative}' for the second."
    ]


def _unlike_numbers(model: Model, cohort: Cohort) -> list[str]:
    """Say that most measured numbers lie outside those of training, as in another unit."""
    values = (model.about.get("training") or {}).get("values")
    middle = float(np.median(cohort.y))
    if values is None or values["least"] <= middle <= values["greatest"]:
        return []
    return [
        f"The median of '{cohort.target}' is {middle:g} here, and in training the values went from {values['least']:g} to "
        f"{values['greatest']:g}: look whether both are in the same unit."
    ]


def _warn_if_trained_on(model: Model, cohort: Cohort) -> None:
    digest = (model.about.get("training") or {}).get("digest")
    if digest and digest == cohort.provenance.get("digest"):
        warn(
            TrainingDataReused(
                f"{cohort.provenance.get('source')} is the table that the model was trained on: every figure will be too "
                "good, and is no validation. Give a cohort that had no part in training; how the pipeline does on the "
                "training cohort is what `radiobone evaluate` tells."
            ),
            stacklevel=4,
        )
