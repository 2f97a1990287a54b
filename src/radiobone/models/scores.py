"""One scale for the scores of all models: log odds, or a distance from the boundary."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import logit

FloatArray = npt.NDArray[np.float64]
CLOSEST_TO_CERTAIN = 1e-7


def raw_scores(model: Any, table: npt.ArrayLike) -> FloatArray:
    """Score rows, higher for the positive class.

    Parameters
    ----------
    model : fitted classifier
        With ``decision_function`` or ``predict_proba``.
    table : array-like, shape (n_rows, n_features)
        The model's columns.

    Returns
    -------
    numpy.ndarray of float, shape (n_rows,)
        The decision function where there is one, else the log odds of the probability, kept within
        ±16 so that a certain tree does not become infinite.
    """
    if hasattr(model, "decision_function"):
        return np.asarray(model.decision_function(table), dtype=float)
    probability = np.asarray(model.predict_proba(table), dtype=float)[:, 1]
    return np.asarray(logit(np.clip(probability, CLOSEST_TO_CERTAIN, 1 - CLOSEST_TO_CERTAIN)), dtype=float)


def scores_are_log_odds(model: Any) -> bool:
    """Whether ``raw_scores`` are log odds, so that they can be read as probabilities without calibration."""
    return hasattr(model, "predict_proba")
