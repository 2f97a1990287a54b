"""SHAP values by random orders of the features, each order walked forwards and backwards."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from radiobone.core.seeds import rng_for
from radiobone.explain.coalitions import explain_by_coalitions, is_affordable
from radiobone.explain.problem import Attribution, FloatArray, Problem

FEWEST_ORDERS = 100
"""Per row; each is also walked in reverse, which cancels much of the noise."""


def explain_any(problem: Problem) -> Attribution:
    """Explain any model: by all subsets where that is cheap, else by permutations."""
    return explain_by_coalitions(problem) if is_affordable(problem) else explain_by_permutations(problem)


def explain_by_permutations(problem: Problem, *, orders: int = FEWEST_ORDERS) -> Attribution:
    """Explain any model by what each feature adds when features enter one after another.

    Every background row gets orders of its own, so that all of the background and many orders are met
    at the cost of few predictions. Base value and values add up exactly whatever the orders; only how
    the total is shared among the features is an estimate.

    Parameters
    ----------
    problem : Problem
        Model and rows.
    orders : int
        Random orders per row at least; a multiple of the background's size is drawn.

    References
    ----------
    Mitchell R et al. Sampling permutations for Shapley value estimation. JMLR 23, 2022.
    """
    rng = rng_for(problem.seed, "permutations")
    rounds = math.ceil(orders / len(problem.background))
    start = np.repeat(problem.background, rounds, axis=0)
    values = np.zeros(problem.rows.shape)
    for position, row in enumerate(problem.rows):
        order = random_orders(rng, start.shape)
        for walk in (order, order[:, ::-1]):
            steps = np.diff(_along(problem, row, start, walk), axis=1)
            gains = np.empty_like(steps)
            np.put_along_axis(gains, walk, steps, axis=1)
            values[position] += gains.mean(axis=0) / 2
    base = float(problem.predict(problem.background).mean())
    return Attribution(base, values, "permutation", orders=rounds * len(problem.background))


def random_orders(rng: np.random.Generator, shape: tuple[int, ...]) -> npt.NDArray[np.int64]:
    """Draw independent orders of the last axis."""
    return np.asarray(np.argsort(rng.random(shape), axis=-1), dtype=np.int64)


def _along(problem: Problem, row: FloatArray, start: FloatArray, order: npt.NDArray[np.int64]) -> FloatArray:
    """Predictions as the row's values replace those of ``start``, shape (n_starts, n_features + 1)."""
    n_starts, n_features = start.shape
    rank = np.argsort(order, axis=1)
    entered = rank[:, None, :] < np.arange(n_features + 1)[None, :, None]
    mixed = np.where(entered, row, start[:, None, :])
    return problem.predict(mixed.reshape(-1, n_features)).reshape(n_starts, n_features + 1)
