"""The probability that is explained: the fitted model's own, before calibration."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from radiobone.evaluation.calibration import SigmoidCalibrator
from radiobone.explain.problem import FloatArray, Predict
from radiobone.models.scores import raw_scores


def link_of(model: Any, calibrator: SigmoidCalibrator | None) -> Predict:
    """Return the function from a model's decision function to the probability that is explained."""
    return expit if calibrator is None or hasattr(model, "predict_proba") else calibrator.predict


def probability_of(model: Any, calibrator: SigmoidCalibrator | None) -> Predict:
    """Return a function from rows to the probability of the positive class.

    A model without probabilities, such as a support vector machine, takes those of its own fold's
    calibration: without it there is no common scale.

    Parameters
    ----------
    model : fitted classifier
        With ``predict_proba`` or ``decision_function``.
    calibrator : SigmoidCalibrator or None
        Of the fold.
    """
    if hasattr(model, "predict_proba"):
        return lambda table: np.asarray(model.predict_proba(as_fitted(model, table)), dtype=float)[:, 1]
    if calibrator is None:
        raise ValueError(f"{type(model).__name__} has no probabilities and its fold no calibrator")
    return lambda table: calibrator.predict(raw_scores(model, as_fitted(model, table)))


def as_fitted(model: Any, table: FloatArray) -> Any:
    """Return rows under the names of columns that the model was fitted with, if it was."""
    names = getattr(model, "feature_names_in_", None)
    return table if names is None else pd.DataFrame(table, columns=names)
