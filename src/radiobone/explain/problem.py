"""What an explainer is given, and what it gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit

FloatArray = npt.NDArray[np.float64]
Predict = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, eq=False)
class Problem:
    """One fitted model and the rows to explain.

    Attributes
    ----------
    model : fitted classifier
        Not calibrated.
    predict : callable, (n, n_features) -> (n,)
        The model's probability of the positive class.
    background : ndarray, shape (n_background, n_features)
        Training rows of the fold, as the model sees them.
    rows : ndarray, shape (n_rows, n_features)
        Held-out rows, as the model sees them.
    seed : int
        For explainers that draw.
    link : callable, elementwise
        From the model's decision function to ``predict``'s probability; the logistic curve unless the model
        has no probabilities of its own.
    """

    model: Any
    predict: Predict
    background: FloatArray
    rows: FloatArray
    seed: int
    link: Predict = expit


@dataclass(frozen=True, eq=False)
class Interactions:
    """How much pairs of features add together beyond what each adds (the interaction index of Shapley values).

    Attributes
    ----------
    scale : str
        ``as explained``, ``log odds`` or ``number``.
    strength : ndarray, shape (n_features, n_features)
        Mean absolute value over the rows; symmetric, 0 on the diagonal.
    """

    scale: str
    strength: FloatArray


@dataclass(frozen=True, eq=False)
class Attribution:
    """SHAP values in probability, interventional.

    Attributes
    ----------
    base_value : float
        Mean probability of the background.
    values : ndarray, shape (n_rows, n_features)
        What each feature adds; base value and values add up to the row's probability.
    kind : str
        How they were computed: ``tree``, ``linear``, ``exact``, ``permutation`` or ``members``.
    orders : int or None
        Random orders of the features per row, each beside its reverse, where values are an estimate.
    interactions : Interactions or None
        Of models of trees.
    """

    base_value: float
    values: FloatArray
    kind: str
    orders: int | None = None
    interactions: Interactions | None = None


def additivity_error(problem: Problem, attribution: Attribution) -> float:
    """Return the largest distance between base value plus SHAP values and the model's probability."""
    if not len(problem.rows):
        return 0.0
    total = attribution.base_value + attribution.values.sum(axis=1)
    return float(np.abs(total - problem.predict(problem.rows)).max())
