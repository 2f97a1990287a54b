"""SHAP values by random orders of the features, each order walked forwards and backwards."""

from __future__ import annotations

import numpy as np

from radiobone.core.seeds import rng_for
from radiobone.explain.coalitions import explain_by_coalitions, is_affordable
from radiobone.explain.problem import Attribution, FloatArray, Problem

N_PAIRS = 8


def explain_any(problem: Problem) -> Attribution:
    """Explain any model: by all subsets where that is cheap, else by permutations."""
    return explain_by_coalitions(problem) if is_affordable(problem) else explain_by_permutations(problem)


def explain_by_permutations(problem: Problem, *, n_pairs: int = N_PAIRS) -> Attribution:
    """Explain any model by what each feature adds when features enter one after another.

    Every order meets every background row, and base value and values add up exactly whatever the
    orders; only how the total is shared among the features is an estimate.

    Parameters
    ----------
    problem : Problem
        Model and rows.
    n_pairs : int
        Random orders; each is also walked in reverse, which cancels much of the noise.

    References
    ----------
    Mitchell R et al. Sampling permutations for Shapley value estimation. JMLR 23, 2022.
    """
    rng = rng_for(problem.seed, "permutations")
    n_features = problem.rows.shape[1]
    orders = [rng.permutation(n_features) for _ in range(n_pairs)]
    walks = [walk for order in orders for walk in (order, order[::-1])]
    values = np.zeros(problem.rows.shape)
    for position, row in enumerate(problem.rows):
        for walk in walks:
            values[position, walk] += np.diff(_along(problem, row, walk))
    return Attribution(float(problem.predict(problem.background).mean()), values / len(walks), "permutation")


def _along(
    problem: Problem, row: FloatArray, order: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> FloatArray:
    """Mean prediction as the row's values replace the background's in this order, shape (n_features + 1,)."""
    n_features = len(row)
    rank = np.empty(n_features, dtype=np.int64)
    rank[order] = np.arange(n_features)
    entered = rank[None, :] < np.arange(n_features + 1)[:, None]
    mixed = np.where(entered[:, None, :], row, problem.background[None, :, :])
    predicted = problem.predict(mixed.reshape(-1, n_features))
    return np.asarray(predicted.reshape(n_features + 1, -1).mean(axis=1), dtype=float)
