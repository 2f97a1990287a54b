"""A number, such as a T-score: what is predicted is the number."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.evaluation.fold_score import R2, RANK_CORRELATION
from radiobone.evaluation.number_metrics import of_errors
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
from radiobone.models.registry import NUMBER_MODELS
from radiobone.selection.registry import RESAMPLERS, STEPS

MOST_BINS = 5


def _strata(y: Target, groups: npt.NDArray[np.str_], folds: int, own: BoolArray) -> Strata:
    """Bins of about equal size, as many as leave every bin a patient per fold; one where folds are not balanced."""
    for n_bins in range(MOST_BINS if folds else 1, 1, -1):
        edges = np.unique(np.quantile(y[own], np.arange(1, n_bins) / n_bins))
        codes = np.searchsorted(edges, y, side="right").astype(np.int64)
        sizes = [len(np.unique(groups[own & (codes == code)])) for code in range(len(edges) + 1)]
        if min(sizes) >= folds:
            return Strata(codes, tuple(f"in bin {code + 1} of the target" for code in range(len(edges) + 1)))
    return Strata(np.zeros(len(y), dtype=np.int64), ("with a target",))


def _output(model: Any, table: Any) -> FloatArray:
    return np.asarray(model.predict(table), dtype=float).ravel()


def _columns(predicted: FloatArray, threshold: float | None, about: Mapping[str, Any]) -> dict[str, Any]:
    return {"predicted": predicted}


def _said(about: Mapping[str, Any]) -> str:
    return "a number"


def _negative(name: str, y: Target, predicted: FloatArray) -> float | None:
    value = of_errors(name, y, predicted)
    return None if value is None else -value


NUMBER = Task(
    name="number",
    default_pipeline="default_number",
    models=NUMBER_MODELS,
    simple_model={"ridge": {"alpha": 1.0}},
    scorings={
        "neg_root_mean_squared_error": partial(_negative, "rmse"),
        "neg_mean_absolute_error": partial(_negative, "mae"),
        "r2": partial(of_errors, "r2"),
    },
    refused={
        **TWO_CLASS_TESTS,
        **dict.fromkeys(("kruskal", "chi2", "relieff"), "it compares classes"),
        **dict.fromkeys(RESAMPLERS, "it balances two classes"),
    },
    step_params={
        name: {"target": "number"} for name, kind in STEPS.items() if "target" in kind().get_params()
    },
    strata=_strata,
    output=_output,
    decide=None,
    predict=as_it_is,
    columns=_columns,
    said=_said,
    headline=R2,
    null_score=RANK_CORRELATION,
    patient=PatientTarget(
        "pooled", "rows of different values", "measured numbers are to be pooled by the same rule"
    ),
    intended_use=(
        "Research. Estimates '{target}' for patients like those it was trained on, from features extracted with the settings "
        "it carries. Not a medical device; not tested on other hospitals."
    ),
)
