"""All that is learned from one set of training rows: search, refit, calibration, threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.pipeline import Pipeline

from radiobone.core.errors import TooFewPerClass
from radiobone.core.seeds import seed_for
from radiobone.evaluation.blocks.resolve import block_chains
from radiobone.evaluation.calibration import SigmoidCalibrator
from radiobone.evaluation.chain import Rows, apply_steps
from radiobone.evaluation.choosing import choose
from radiobone.evaluation.inner_rows import InnerRows
from radiobone.evaluation.parts import Scalar
from radiobone.evaluation.row_metadata import NO_METADATA, RawRows, RowMetadata
from radiobone.evaluation.search import Problem, builder_for, fit_candidate
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.splits import Split, make_splits, smallest_class
from radiobone.evaluation.tasks.registry import TASKS

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Fitted:
    """What was learned from one set of training rows.

    Attributes
    ----------
    steps : sklearn.pipeline.Pipeline
        From the raw table to the model's columns; no resampling.
    model : fitted model
        Not calibrated.
    calibrator : SigmoidCalibrator or None
        From ``raw_scores`` to probabilities; None if they are log odds already, or the task has no calibration.
    threshold : float or None
        Probability from which a row counts as positive; None where the task has none.
    features : tuple of str
        Columns that reach the model, in its order.
    model_name : str
        Model family.
    params : dict
        What the search chose.
    inner_score : float
        Mean score of the choice over the inner folds.
    inner_folds : int
        Inner folds used; fewer than asked where a class has too few patients.
    unseen, unseen_row : numpy.ndarray
        Probabilities of inner held-out rows, and the positions of these rows.
    splits : tuple of Split
        The inner folds.
    task : str
        What is predicted.
    """

    steps: Pipeline
    model: Any
    calibrator: SigmoidCalibrator | None
    threshold: float | None
    features: tuple[str, ...]
    model_name: str
    params: dict[str, Scalar]
    inner_score: float
    inner_folds: int
    unseen: FloatArray
    unseen_row: npt.NDArray[np.int64]
    splits: tuple[Split, ...]
    task: str = "binary"

    def predict(self, rows: RawRows) -> FloatArray:
        """Return what is reported of raw rows.

        For two classes the probability of the positive one, shape (n_rows,); for ordered classes that of each, shape
        (n_rows, n_classes); or the predicted number.
        """
        task = TASKS[self.task]
        return task.predict(task.output(self.model, apply_steps(self.steps, rows)), self.calibrator)


def fit_rows(
    X: pd.DataFrame,
    y: npt.NDArray[Any],
    groups: npt.NDArray[np.str_],
    spec: PipelineSpec,
    *,
    seed: int,
    key: Sequence[str | int] = (),
    jobs: int = 1,
    show_progress: bool = False,
    derived: npt.NDArray[np.bool_] | None = None,
    within: str = "",
    metadata: RowMetadata = NO_METADATA,
) -> Fitted:
    """Search, refit, calibrate and choose a threshold; nothing but these rows is seen.

    Parameters
    ----------
    X : pandas.DataFrame, shape (n_rows, n_features)
        Training rows.
    y : numpy.ndarray of int or float, shape (n_rows,)
        Classes 0 and 1, places of ordered classes, or numbers.
    groups : numpy.ndarray of str, shape (n_rows,)
        Patient of each row; the inner folds keep them whole.
    spec : PipelineSpec
        Steps, models, inner folds, calibration and threshold.
    seed : int
        The user's seed.
    key : sequence of str or int
        What the rows are for, such as ``("repeat", 0, "fold", 3)``; seeds depend on it.
    jobs : int
        Processes for the inner folds.
    show_progress : bool
        Count the inner folds as they are finished.
    derived : numpy.ndarray of bool, shape (n_rows,), optional
        Rows made from others of their group: learned from, never chosen, calibrated or cut by.
    within : str
        Name of the block of columns, if these are one of several: seeds depend on it, inner folds do not.
    metadata : RowMetadata
        What else is known of the rows, for steps that ask for it.

    Raises
    ------
    TooFewPerClass
        If a class has fewer than two patients.
    BadSetting
        If a model refuses a parameter, or values are missing and no step fills them in.
    """
    task = TASKS[spec.task.kind]
    splits, inner_folds = inner_splits(y, groups, spec, seed, key, derived)
    key = (*key, "block", within) if within else key
    names = [name for name, _ in spec.keyed_steps] + [choice.name for choice in spec.models]
    seeds = {name: seed_for(seed, *key, name) for name in names}
    problem = Problem(X, y, groups, spec.steps, (), seeds, block_chains(spec, X.columns), metadata, task.name)
    found = choose(
        problem, splits, spec, seed=seed_for(seed, *key, "search"), jobs=jobs, show_progress=show_progress
    )
    chain = builder_for(spec.steps, problem.blocks, Rows(X, y, groups, metadata), seeds).fit(found.best.steps)
    model = fit_candidate(found.best, chain, seeds[found.best.model])
    held_out = InnerRows(found.oof_score, y[found.oof_row], found.oof_row, splits)
    calibrator, threshold = (None, None) if task.decide is None else task.decide(held_out, spec, model)
    steps = chain.pipeline()
    return Fitted(
        steps, model, calibrator, threshold, tuple(str(name) for name in steps.get_feature_names_out()),
        found.best.model, found.best.searched, found.score, inner_folds,
        task.predict(found.oof_score, calibrator), found.oof_row, splits, task.name,
    )  # fmt: skip


def inner_splits(
    y: npt.NDArray[Any],
    groups: npt.NDArray[np.str_],
    spec: PipelineSpec,
    seed: int,
    key: Sequence[str | int],
    derived: npt.NDArray[np.bool_] | None,
) -> tuple[tuple[Split, ...], int]:
    """Return the inner folds of training rows, and how many there are per repeat.

    Raises
    ------
    TooFewPerClass
        If a class has fewer than two patients.
    """
    own = np.ones(len(y), dtype=bool) if derived is None else ~derived
    strata = TASKS[spec.task.kind].strata(y, groups, spec.inner.folds, own)
    rarer = smallest_class(strata.codes[own], groups[own], strata.n)
    if rarer < 2:
        raise TooFewPerClass(
            f"The training rows have {rarer} patient(s) of one class; choosing a model inside them needs at least 2 of "
            "each. Add cases."
        )
    folds = min(spec.inner.folds, rarer)
    name = "/".join(str(part) for part in ("inner", *key))
    splits = make_splits(
        strata.codes, groups, folds=folds, repeats=spec.inner.repeats, seed=seed, key=name, derived=derived,
        names=strata.names,
    )  # fmt: skip
    return splits, folds
