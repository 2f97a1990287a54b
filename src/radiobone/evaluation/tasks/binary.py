"""One of two classes: a probability that is calibrated, and a threshold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from radiobone.evaluation.calibration import SigmoidCalibrator, calibrated
from radiobone.evaluation.fold_score import AUC
from radiobone.evaluation.inner_rows import InnerRows
from radiobone.evaluation.metrics import auc, average_precision
from radiobone.evaluation.tasks.base import BoolArray, FloatArray, PatientTarget, Strata, Target, Task
from radiobone.evaluation.threshold import choose_threshold
from radiobone.models.registry import MODELS
from radiobone.models.scores import raw_scores, scores_are_log_odds

if TYPE_CHECKING:
    from radiobone.evaluation.spec import PipelineSpec


def as_probability(scores: FloatArray, calibrator: SigmoidCalibrator | None) -> FloatArray:
    """Turn scores into probabilities; without a calibrator they are taken as log odds."""
    return np.asarray(expit(scores), dtype=float) if calibrator is None else calibrator.predict(scores)


def _strata(y: Target, groups: npt.NDArray[np.str_], folds: int, own: BoolArray) -> Strata:
    return Strata(y, ("negative", "positive"))


def _decide(held_out: InnerRows, spec: PipelineSpec, model: Any) -> tuple[SigmoidCalibrator | None, float]:
    """Fit the calibration, which a model without probabilities always gets, and choose the threshold."""
    assert spec.threshold is not None  # the pipeline holds one for two classes
    calibrator = calibrated(held_out, spec.calibration, are_log_odds=scores_are_log_odds(model))
    probability = as_probability(held_out.scores, calibrator)
    return calibrator, choose_threshold(probability, held_out.y, spec.threshold)


def _columns(probability: FloatArray, threshold: float | None, about: Mapping[str, Any]) -> dict[str, Any]:
    assert threshold is not None  # a model for two classes has one
    predicted = (probability >= threshold).astype(np.int64)
    classes = np.array([about.get("negative", "0"), about.get("positive", "1")], dtype=object)
    return {
        "probability": probability,
        "threshold": threshold,
        "predicted": predicted,
        "predicted_class": classes[predicted],
    }


def _said(about: Mapping[str, Any]) -> str:
    return f"{str(about['positive'])[:30]} against {str(about['negative'])[:30]}"


BINARY = Task(
    name="binary",
    default_pipeline="default",
    models=MODELS,
    simple_model={"lr": {"C": 1.0}},
    scorings={"roc_auc": auc, "average_precision": average_precision},
    refused={},
    step_params={},
    strata=_strata,
    output=raw_scores,
    decide=_decide,
    predict=as_probability,
    columns=_columns,
    said=_said,
    headline=AUC,
    null_score=AUC,
    patient=PatientTarget("any", "rows of both classes", "one positive row makes a positive patient"),
    intended_use=(
        "Research. Estimates the probability of '{positive}' in '{target}' for patients like those it was trained on, "
        "from features extracted with the settings it carries. Not a medical device; not tested on other hospitals."
    ),
)
