"""What learning asks of a task: models, steps, the score of a search, strata, and what a fitted model puts out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from radiobone.evaluation.calibration import SigmoidCalibrator
from radiobone.evaluation.fold_score import FoldScore
from radiobone.evaluation.inner_rows import InnerRows
from radiobone.models.family import ModelFamily

if TYPE_CHECKING:
    from radiobone.evaluation.spec import PipelineSpec

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
Target = npt.NDArray[Any]
Score = Callable[[Target, FloatArray], float | None]
TWO_CLASS_TESTS = dict.fromkeys(("mannwhitney", "ttest"), "it compares two classes")


@dataclass(frozen=True, eq=False)
class Strata:
    """Kinds of rows that every fold should hold in like shares.

    Attributes
    ----------
    codes : numpy.ndarray of int, shape (n_rows,)
        Kind of each row, from 0.
    names : tuple of str
        What a message calls each kind.
    """

    codes: IntArray
    names: tuple[str, ...]

    @property
    def n(self) -> int:
        """Number of kinds."""
        return len(self.names)


@dataclass(frozen=True, eq=False)
class PatientTarget:
    """What a patient is whose rows differ in the target.

    Attributes
    ----------
    labels : str
        What ``Pooling.labels`` may say of it, beside ``same`` and ``skip``.
    differing : str
        What such a patient has, in words.
    remedy : str
        When a user would say so.
    """

    labels: str
    differing: str
    remedy: str


@dataclass(frozen=True, eq=False)
class Task:
    """A kind of target, as far as learning goes.

    Attributes
    ----------
    name : str
        As ``--task`` has it.
    default_pipeline : str
        Built-in pipeline where none is named.
    models : mapping of str to ModelFamily
        Model families by their names in a pipeline.
    simple_model : mapping of str to mapping
        What a single column is judged by, and its parameters: a regression.
    scorings : mapping of str to callable
        What a search may go by, from target and output to a score, higher is better; None if it cannot be computed. The
        first is the default.
    refused : mapping of str to str
        Steps that the task cannot use, and why.
    step_params : mapping of str to mapping
        Parameters that steps have for this task unless the pipeline says otherwise.
    strata : callable
        From the target, the groups, the number of folds, and the rows that count, to the strata of folds; for 0 folds, to
        those that every set of training rows must hold.
    output : callable
        What a fitted model says of rows, shape (n_rows,) or (n_rows, n_classes), higher for what is looked for.
    decide : callable or None
        From rows that were scored while held out, the pipeline and the model, to the calibration and
        the threshold; None for a task that has neither.
    predict : callable
        From outputs and the calibration to what is reported.
    columns : callable
        From what is predicted, the threshold and the names of a saved model to the columns of a table of scores.
    said : callable
        From the plain data of a saved model to what it tells apart, in words.
    headline : FoldScore
        What is shown first; the optimism meter goes by it.
    null_score : FoldScore
        What the null control goes by: a score of which it is known what chance gives.
    patient : PatientTarget
        What a patient is whose rows differ.
    intended_use : str
        What a model is for, with ``{target}`` and ``{positive}``.
    """

    name: str
    default_pipeline: str
    models: Mapping[str, ModelFamily]
    simple_model: Mapping[str, Mapping[str, float]]
    scorings: Mapping[str, Score]
    refused: Mapping[str, str]
    step_params: Mapping[str, Mapping[str, str]]
    strata: Callable[[Target, npt.NDArray[np.str_], int, BoolArray], Strata]
    output: Callable[[Any, Any], FloatArray]
    decide: Callable[[InnerRows, PipelineSpec, Any], tuple[SigmoidCalibrator | None, float]] | None
    predict: Callable[[FloatArray, SigmoidCalibrator | None], FloatArray]
    columns: Callable[[FloatArray, float | None, Mapping[str, Any]], dict[str, Any]]
    said: Callable[[Mapping[str, Any]], str]
    headline: FoldScore
    null_score: FoldScore
    patient: PatientTarget
    intended_use: str

    @property
    def default_scoring(self) -> str:
        """What a search goes by unless the pipeline says otherwise."""
        return next(iter(self.scorings))

    @property
    def fuses_late(self) -> bool:
        """Whether models of blocks can be combined, which goes by calibrated probabilities of two classes."""
        return self.decide is not None


def as_it_is(output: FloatArray, calibrator: SigmoidCalibrator | None) -> FloatArray:
    """Report what the model puts out."""
    return output
