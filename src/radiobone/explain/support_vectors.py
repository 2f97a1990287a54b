"""SHAP values of support vector machines, whose probability is their fold's calibration."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from radiobone.core.seeds import rng_for
from radiobone.explain.coalitions import explain_by_coalitions, is_affordable
from radiobone.explain.linear import explain_sums
from radiobone.explain.permutations import FEWEST_ORDERS, explain_any
from radiobone.explain.problem import Attribution, FloatArray, Problem, additivity_error
from radiobone.explain.walks import radial_sums_along, shared_out

IntArray = npt.NDArray[np.int64]
TOLERANCE = 1e-6


def explain_svm(problem: Problem) -> Attribution:
    """Explain a support vector machine: a linear kernel as a sum, a radial one by permutations.

    Along a permutation one column changes at a time, so the kernel is updated and not computed anew, which is many times
    faster than calling the model.
    """
    model = problem.model
    if model.kernel == "linear":
        return explain_sums(problem, np.ravel(model.coef_).astype(float), float(model.intercept_[0]))
    if model.kernel != "rbf" or not hasattr(model, "_gamma"):
        return explain_any(problem)
    if is_affordable(problem):
        return explain_by_coalitions(problem)
    with np.errstate(over="ignore", invalid="ignore"):  # of wild columns: the sum is looked at
        found = _radial(problem)
    return found if additivity_error(problem, found) <= TOLERANCE else explain_any(problem)


def _radial(problem: Problem) -> Attribution:
    rng = rng_for(problem.seed, "radial")
    model = problem.model
    vectors = np.asarray(model.support_vectors_, dtype=float)
    rounds = math.ceil(FEWEST_ORDERS / len(problem.background))
    own = np.square(problem.background[:, :, None] - vectors.T)  # (n_background, n_features, n_vectors)
    start = np.exp(-model._gamma * own.sum(axis=1))  # the kernel: (n_background, n_vectors)
    leaving = np.exp(model._gamma * own)
    weights, intercept = np.ravel(model.dual_coef_).astype(float), float(model.intercept_[0])
    first = problem.link(start @ weights + intercept)
    values = np.zeros(problem.rows.shape)
    for position, row in enumerate(problem.rows):
        entering = np.exp(-model._gamma * np.square(row[:, None] - vectors.T))

        def reached(walk: IntArray, entering: FloatArray = entering) -> FloatArray:
            return problem.link(radial_sums_along(start, leaving, entering, weights, walk) + intercept)

        values[position] = shared_out(rng, first, len(row), rounds, reached)
    return Attribution(float(first.mean()), values, "permutation", orders=rounds * len(first))
