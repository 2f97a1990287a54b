"""One outer fold: what it found, and what it learned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.pipeline import Pipeline

from radiobone.evaluation.calibration import SigmoidCalibrator
from radiobone.evaluation.parts import Scalar


@dataclass(frozen=True, eq=False, kw_only=True)
class FoldOutcome:
    """What one outer fold found: all that the result needs of it, as plain data.

    Attributes
    ----------
    repeat, fold : int
        From 0.
    train, test : numpy.ndarray of int
        Row positions in the cohort.
    threshold : float or None
        Probability from which a row counts as positive; None where the task has none.
    features : tuple of str
        Columns that reach the model, in its order.
    model_name : str
        Model family.
    params : dict
        What the inner search chose.
    inner_score : float
        Mean inner score of the choice.
    inner_folds : int
        Inner folds used.
    output : numpy.ndarray of float, shape (n_test,) or (n_test, n_classes)
        For the test rows: the probability of the positive class, or of every ordered class, or the predicted number.
    name : str
        What is tested, such as a site; empty where chance decided.
    patient_threshold : float or None
        Pooled probability from which a patient counts as positive; None where rows are not pooled.
    """

    repeat: int
    fold: int
    train: npt.NDArray[np.int64]
    test: npt.NDArray[np.int64]
    threshold: float | None
    features: tuple[str, ...]
    model_name: str
    params: dict[str, Scalar]
    inner_score: float
    inner_folds: int
    output: npt.NDArray[np.float64]
    name: str = ""
    patient_threshold: float | None = None


@dataclass(frozen=True, eq=False, kw_only=True)
class FoldFit(FoldOutcome):
    """What one outer fold found, and what it learned from its training rows.

    Attributes
    ----------
    steps : sklearn.pipeline.Pipeline
        From the raw table to the model's columns.
    model : fitted model
        Not calibrated.
    calibrator : SigmoidCalibrator or None
        From ``scores.raw_scores`` to probabilities.
    task : str
        What is predicted.
    """

    steps: Pipeline
    model: Any
    calibrator: SigmoidCalibrator | None
    task: str = "binary"
