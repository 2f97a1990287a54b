"""SHAP values of a logistic curve over a weighted sum: logistic regression."""

from __future__ import annotations

import math

import numpy as np

from radiobone.core.seeds import rng_for
from radiobone.explain.coalitions import all_masks, shapley_values
from radiobone.explain.problem import Attribution, FloatArray, Problem
from radiobone.explain.walks import IntArray, shared_out, sums_along

MOST_EXACT = 11
ORDERS = 800


def explain_linear(problem: Problem) -> Attribution:
    """Explain a logistic regression in probability.

    Exact, by all subsets, up to eleven features; beyond that by permutations. A subset's score is a
    sum, so neither needs a call of the model.
    """
    model = problem.model
    return explain_sums(problem, np.ravel(model.coef_).astype(float), float(np.ravel(model.intercept_)[0]))


def explain_sums(problem: Problem, weights: FloatArray, intercept: float) -> Attribution:
    """Explain ``problem.link(intercept + rows @ weights)``.

    Parameters
    ----------
    problem : Problem
        Rows, background and link.
    weights : ndarray, shape (n_features,)
        Of the sum.
    intercept : float
        Of the sum.
    """
    link = problem.link
    start = intercept + problem.background @ weights
    gains = (problem.rows[:, None, :] - problem.background[None, :, :]) * weights
    n_features = len(weights)
    if n_features <= MOST_EXACT:
        chosen = all_masks(n_features).astype(float)
        worth = np.stack([link(start[:, None] + gain @ chosen.T).mean(axis=0) for gain in gains])
        return Attribution(float(link(start).mean()), shapley_values(worth, n_features), "linear")
    values, orders = _by_permutations(problem, start, gains)
    return Attribution(float(link(start).mean()), values, "permutation", orders)


def _by_permutations(problem: Problem, start: FloatArray, gains: FloatArray) -> tuple[FloatArray, int]:
    """Walk random orders and their reverses; ``gains`` has shape (n_rows, n_background, n_features).

    Returns values and the number of orders per row.
    """
    rng = rng_for(problem.seed, "linear")
    rounds = math.ceil(ORDERS / len(start))
    first = problem.link(start)
    values = np.zeros((gains.shape[0], gains.shape[2]))
    for position, gain in enumerate(gains):

        def reached(walk: IntArray, gain: FloatArray = gain) -> FloatArray:
            return problem.link(sums_along(start, gain, walk))

        values[position] = shared_out(rng, first, gains.shape[2], rounds, reached)
    return values, rounds * len(start)
