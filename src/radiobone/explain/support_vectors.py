"""SHAP values of support vector machines, whose probability is their fold's calibration."""

from __future__ import annotations

import math

import numpy as np

from radiobone.core.seeds import rng_for
from radiobone.explain.coalitions import explain_by_coalitions, is_affordable
from radiobone.explain.linear import explain_sums
from radiobone.explain.permutations import FEWEST_ORDERS, explain_any, random_orders
from radiobone.explain.problem import Attribution, FloatArray, Problem, additivity_error

TOLERANCE = 1e-6


def explain_svm(problem: Problem) -> Attribution:
    """Explain a support vector machine: a linear kernel as a sum, a radial one by permutations.

    Along a permutation one column changes at a time, so the distances to the support vectors are
    updated and not computed anew, which is several times faster than calling the model.
    """
    model = problem.model
    if model.kernel == "linear":
        return explain_sums(problem, np.ravel(model.coef_).astype(float), float(model.intercept_[0]))
    if model.kernel != "rbf" or not hasattr(model, "_gamma"):
        return explain_any(problem)
    if is_affordable(problem):
        return explain_by_coalitions(problem)
    found = _radial(problem)
    return found if additivity_error(problem, found) <= TOLERANCE else explain_any(problem)


def _radial(problem: Problem) -> Attribution:
    rng = rng_for(problem.seed, "radial")
    vectors = np.asarray(problem.model.support_vectors_, dtype=float)
    rounds = math.ceil(FEWEST_ORDERS / len(problem.background))
    own = np.square(problem.background[:, :, None] - vectors.T)  # (n_background, n_features, n_vectors)
    first = _probability(problem, own.sum(axis=1))[:, None]
    values = np.zeros(problem.rows.shape)
    for position, row in enumerate(problem.rows):
        change = np.square(row[:, None] - vectors.T) - own
        for _ in range(rounds):
            order = random_orders(rng, problem.background.shape)
            for walk in (order, order[:, ::-1]):
                along = np.cumsum(np.take_along_axis(change, walk[:, :, None], axis=1), axis=1)
                along += own.sum(axis=1)[:, None, :]
                steps = np.diff(_probability(problem, along), axis=1, prepend=first)
                added = np.empty_like(steps)
                np.put_along_axis(added, walk, steps, axis=1)
                values[position] += added.mean(axis=0)
    return Attribution(float(first.mean()), values / (2 * rounds), "permutation")


def _probability(problem: Problem, squared_distances: FloatArray) -> FloatArray:
    """Probability from squared distances to the support vectors, which lie along the last axis."""
    model = problem.model
    kernel = np.exp(-model._gamma * squared_distances)
    return problem.link(kernel @ np.ravel(model.dual_coef_) + float(model.intercept_[0]))
