"""SHAP values by their definition: every subset of the features."""

from __future__ import annotations

import math

import numpy as np

from radiobone.explain.problem import Attribution, FloatArray, Problem

MOST_PREDICTIONS = 400_000
CHUNK = 200_000


def is_affordable(problem: Problem) -> bool:
    """Whether every subset can be predicted in about a second."""
    n_features = int(problem.rows.shape[1])
    n_pairs = len(problem.background) * len(problem.rows)
    return n_features <= 16 and (1 << n_features) * n_pairs <= MOST_PREDICTIONS


def explain_by_coalitions(problem: Problem) -> Attribution:
    """Explain any model exactly; only for few features.

    For each row and subset, the subset's columns come from the row and the others from each
    background row in turn; the mean of the predictions is the subset's worth.
    """
    n_features = problem.rows.shape[1]
    masks = all_masks(n_features)
    worth = np.empty((len(problem.rows), len(masks)))
    for position, row in enumerate(problem.rows):
        worth[position] = _worth(problem, row, masks)
    values = shapley_values(worth, n_features)
    return Attribution(float(problem.predict(problem.background).mean()), values, "exact")


def all_masks(n_features: int) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """All subsets, shape (2 ** n_features, n_features); bit j of a row's number is feature j."""
    numbers = np.arange(2**n_features)[:, None]
    return np.asarray((numbers >> np.arange(n_features)) & 1, dtype=bool)


def shapley_values(worth: FloatArray, n_features: int) -> FloatArray:
    """Weigh what each feature adds to every subset without it.

    Parameters
    ----------
    worth : ndarray, shape (n_rows, 2 ** n_features)
        Worth of each subset, in the order of ``all_masks``.

    References
    ----------
    Shapley LS. A value for n-person games. Contributions to the Theory of Games II, 1953.
    """
    numbers = np.arange(2**n_features)
    sizes = all_masks(n_features).sum(axis=1)
    weights = np.array([1 / (n_features * math.comb(n_features - 1, size)) for size in range(n_features)])
    values = np.empty((len(worth), n_features))
    for feature in range(n_features):
        without = numbers[(numbers >> feature) & 1 == 0]
        gain = worth[:, without | (1 << feature)] - worth[:, without]
        values[:, feature] = gain @ weights[sizes[without]]
    return values


def _worth(
    problem: Problem, row: FloatArray, masks: np.ndarray[tuple[int, int], np.dtype[np.bool_]]
) -> FloatArray:
    background = problem.background
    step = max(1, CHUNK // len(background))
    parts = []
    for start in range(0, len(masks), step):
        chosen = masks[start : start + step, None, :]
        mixed = np.where(chosen, row, background[None, :, :])
        predicted = problem.predict(mixed.reshape(-1, len(row)))
        parts.append(predicted.reshape(-1, len(background)).mean(axis=1))
    return np.concatenate(parts)
