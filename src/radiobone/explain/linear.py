"""SHAP values of a logistic curve over a weighted sum: logistic regression."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from radiobone.core.seeds import rng_for
from radiobone.explain.coalitions import all_masks, shapley_values
from radiobone.explain.problem import Attribution, FloatArray, Problem

MOST_EXACT = 11
N_PAIRS = 64


def explain_linear(problem: Problem) -> Attribution:
    """Explain a logistic regression in probability.

    Exact, by all subsets, up to eleven features; beyond that by permutations. A subset's score is a
    sum, so neither needs a call of the model.
    """
    model = problem.model
    weights, intercept = np.ravel(model.coef_).astype(float), float(np.ravel(model.intercept_)[0])
    start = intercept + problem.background @ weights
    gains = (problem.rows[:, None, :] - problem.background[None, :, :]) * weights
    n_features = len(weights)
    if n_features <= MOST_EXACT:
        chosen = all_masks(n_features).astype(float)
        worth = np.stack([expit(start[:, None] + gain @ chosen.T).mean(axis=0) for gain in gains])
        values, kind = shapley_values(worth, n_features), "linear"
    else:
        values, kind = _by_permutations(start, gains, problem.seed), "permutation"
    return Attribution(float(expit(start).mean()), values, kind)


def _by_permutations(start: FloatArray, gains: FloatArray, seed: int) -> FloatArray:
    """Walk random orders and their reverses; ``gains`` has shape (n_rows, n_background, n_features)."""
    rng = rng_for(seed, "linear")
    n_features = gains.shape[2]
    values = np.zeros((gains.shape[0], n_features))
    base = expit(start)[None, :, None]
    for _ in range(N_PAIRS):
        order = rng.permutation(n_features)
        for walk in (order, order[::-1]):
            along = expit(start[None, :, None] + np.cumsum(gains[:, :, walk], axis=2))
            steps = np.diff(
                np.concatenate([np.broadcast_to(base, (*along.shape[:2], 1)), along], axis=2), axis=2
            )
            values[:, walk] += steps.mean(axis=1)
    return values / (2 * N_PAIRS)
