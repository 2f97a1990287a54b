"""One of three or more ordered classes: a probability of each, and the most probable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.evaluation.fold_score import QUADRATIC_KAPPA, kappa_of
from radiobone.evaluation.metrics import auc
from radiobone.evaluation.ordinal_metrics import beyond_probability, predicted_class, ranked_probability_score
from radiobone.evaluation.tasks.base import (
    TWO_CLASS_TESTS,
    BoolArray,
    FloatArray,
    PatientTarget,
    Strata,
    Target,
    Task,
    as_it_is,
)
from radiobone.models.registry import ORDINAL_MODELS
from radiobone.selection.registry import RESAMPLERS


def _negative_rps(y: Target, probability: FloatArray) -> float | None:
    return -ranked_probability_score(y, probability) if len(y) else None


def _mean_boundary_auc(y: Target, probability: FloatArray) -> float | None:
    """Mean over the boundaries of the AUC of lying beyond; None if a class is absent on one side of any."""
    beyond = beyond_probability(probability)
    areas = [auc((y > code).astype(np.int64), column) for code, column in enumerate(beyond.T)]
    there = [area for area in areas if area is not None]
    return float(np.mean(there)) if len(there) == len(areas) else None


def _strata(y: Target, groups: npt.NDArray[np.str_], folds: int, own: BoolArray) -> Strata:
    return Strata(y, tuple(f"of class {code + 1}" for code in range(max(int(y.max()) + 1, 2))))


def _output(model: Any, table: Any) -> FloatArray:
    return np.asarray(model.predict_proba(table), dtype=float)


def _columns(probability: FloatArray, threshold: float | None, about: Mapping[str, Any]) -> dict[str, Any]:
    levels = list(about["levels"])
    predicted = predicted_class(probability)
    return {
        **{f"probability_{level}": probability[:, code] for code, level in enumerate(levels)},
        "predicted": predicted,
        "predicted_class": np.array(levels, dtype=object)[predicted],
    }


def _said(about: Mapping[str, Any]) -> str:
    return " < ".join(str(level)[:20] for level in about["levels"])


ORDINAL = Task(
    name="ordinal",
    default_pipeline="default_ordinal",
    models=ORDINAL_MODELS,
    simple_model={"proportional_odds": {"C": 1.0}},
    scorings={
        "neg_ranked_probability_score": _negative_rps,
        "boundary_auc": _mean_boundary_auc,
        "quadratic_kappa": kappa_of,
    },
    refused={**TWO_CLASS_TESTS, **dict.fromkeys(RESAMPLERS, "it balances two classes")},
    step_params={name: {"target": "number"} for name in ("lasso", "elastic_net", "stability")},
    strata=_strata,
    output=_output,
    decide=None,
    predict=as_it_is,
    columns=_columns,
    said=_said,
    headline=QUADRATIC_KAPPA,
    null_score=QUADRATIC_KAPPA,
    patient=PatientTarget(
        "any", "rows of different classes", "the highest class of the rows is the patient's"
    ),
    intended_use=(
        "Research. Estimates the probability of each ordered class of '{target}' for patients like those it was trained on, "
        "from features extracted with the settings it carries. Not a medical device; not tested on other hospitals."
    ),
)
