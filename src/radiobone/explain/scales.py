"""What SHAP values add up to, by task: a probability, a place among ordered classes, or the number itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from radiobone.evaluation.fold import FoldFit
from radiobone.explain.probability import as_fitted, link_of, probability_of
from radiobone.explain.problem import FloatArray, Predict


@dataclass(frozen=True)
class Scale:
    """What is explained.

    Attributes
    ----------
    words : str
        What the values are parts of.
    predict : callable
        From a fitted fold to the function of rows that is explained.
    link : callable
        From a fitted fold to the function from the model's weighted sum to it.
    """

    words: str
    predict: Callable[[FoldFit], Predict]
    link: Callable[[FoldFit], Predict]


def _as_it_is(values: FloatArray) -> FloatArray:
    return values


def _expected_place(fit: FoldFit) -> Predict:
    def predict(table: FloatArray) -> FloatArray:
        probability = np.asarray(fit.model.predict_proba(as_fitted(fit.model, table)), dtype=float)
        return np.asarray(probability @ np.arange(probability.shape[1]), dtype=float)

    return predict


def _number(fit: FoldFit) -> Predict:
    return lambda table: np.asarray(fit.model.predict(as_fitted(fit.model, table)), dtype=float).ravel()


SCALES: dict[str, Scale] = {
    "binary": Scale(
        "probability of the positive class, before calibration",
        lambda fit: probability_of(fit.model, fit.calibrator),
        lambda fit: link_of(fit.model, fit.calibrator),
    ),
    "ordinal": Scale(
        "expected place among the ordered classes (0 is the first), the mean of places weighted by probability",
        _expected_place,
        lambda fit: _as_it_is,
    ),
    "number": Scale("the predicted number, in the target's unit", _number, lambda fit: _as_it_is),
}
