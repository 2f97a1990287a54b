"""SHAP values of forests, whose probability is a mean over trees: exact; and interactions of all that consists of trees."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from scipy.special import expit
from sklearn.base import is_regressor

from radiobone.explain.permutations import explain_any
from radiobone.explain.problem import Attribution, FloatArray, Interactions, Problem, additivity_error
from radiobone.explain.tree_games import LONGEST_PATH, TreeSum, shapley_of_trees
from radiobone.explain.weights import LOG_ODDS, NUMBER

with warnings.catch_warnings():
    # shap colours its own plots, which are not used here, by a way that matplotlib 3.11 announces to go
    warnings.filterwarnings(
        "ignore", message="The set_(bad|over|under) function", category=PendingDeprecationWarning
    )
    import shap

TOLERANCE = 1e-5
"""Of additivity. Libraries compare in single precision, so a value on a split may fall to either side."""
OWN_SCALE = "as explained"
MOST_PAIRED, BLOCK = 60, 500
"""Features of whose pairs interactions are computed at most; rows at a time, for memory."""


def explain_trees(problem: Problem) -> Attribution:
    """Explain a forest or a single tree in probability, against the background, with the interactions of its features.

    Checked by additivity: where the trees of an installed library are read wrongly, or not at all, the model is explained
    like any other, which is slower and right.

    References
    ----------
    Lundberg SM et al. From local explanations to global understanding with explainable AI for trees.
    Nat Mach Intell 2, 2020.
    """
    trees = read_trees(problem.model)
    if trees is None or not _are_readable(trees[0], problem):
        return explain_any(problem)
    values, strength = _in_blocks(trees[0], problem)
    base = float(problem.predict(problem.background).mean())
    interactions = None if strength is None else Interactions(OWN_SCALE, strength)
    found = Attribution(base, values, "tree", interactions=interactions)
    return found if additivity_error(problem, found) <= TOLERANCE else explain_any(problem)


def explain_boosted(problem: Problem) -> Attribution:
    """Explain boosted trees in probability, from their predictions; interactions are those of the log odds, and exact."""
    found = explain_any(problem)
    return Attribution(
        found.base_value, found.values, found.kind, found.orders, boosted_interactions(problem)
    )


def boosted_interactions(problem: Problem) -> Interactions | None:
    """Return the interactions of a sum of trees; None where the trees cannot be read."""
    read = read_trees(problem.model)
    if read is None or not _are_readable(read[0], problem):
        return None
    trees, offset = read
    number = is_regressor(problem.model)
    told = offset + trees.total(_as_trees_see(problem.rows))
    if np.abs((told if number else expit(told)) - problem.predict(problem.rows)).max(initial=0.0) > TOLERANCE:
        return None
    strength = _in_blocks(trees, problem)[1]
    return None if strength is None else Interactions(NUMBER if number else LOG_ODDS, strength)


def read_trees(model: Any) -> tuple[TreeSum, float] | None:
    """Return a model's trees and what is added to their sum; None where shap does not know the model.

    The classes of a forest are weighted by their place, which of two is the probability of the second.
    """
    # shap raises InvalidModelError for a class that it does not know, NotImplementedError for some kinds of trees, and for
    # a version of a library whose files have changed whatever its reader stumbles over: KeyError, ValueError, AttributeError
    try:
        found = shap.TreeExplainer(model).model
    except Exception:  # noqa: BLE001 - no common class, see above
        return None
    if not hasattr(found, "values"):  # it knows the library, and cannot take these trees apart
        return None
    values = np.asarray(found.values, dtype=float)
    offset = np.ravel(np.asarray(found.base_offset, dtype=float))
    sides = (found.children_left, found.children_right, found.features)
    left, right, feature = (np.ascontiguousarray(one, dtype=np.int64) for one in sides)
    threshold = np.ascontiguousarray(found.thresholds, dtype=float)
    value = values[:, :, 0] if values.shape[2] == 1 else values @ np.arange(values.shape[2])
    return TreeSum(left, right, feature, threshold, np.ascontiguousarray(value)), float(offset[0])


def _are_readable(trees: TreeSum, problem: Problem) -> bool:
    """Tell whether paths are short enough, and no value is missing, whose way the trees would have to say."""
    whole = bool(np.isfinite(problem.rows).all() and np.isfinite(problem.background).all())
    return whole and min(trees.depth(), problem.rows.shape[1]) <= LONGEST_PATH


def _as_trees_see(table: FloatArray) -> FloatArray:
    """Return rows in single precision, which trees compare in."""
    return np.ascontiguousarray(table.astype(np.float32), dtype=float)


def _in_blocks(trees: TreeSum, problem: Problem) -> tuple[FloatArray, FloatArray | None]:
    """Return Shapley values and the mean absolute interactions; None for the latter where pairs are too many."""
    n_rows, n_features = problem.rows.shape
    with_pairs = n_features <= MOST_PAIRED
    rows, background = _as_trees_see(problem.rows), _as_trees_see(problem.background)
    values, strength = [np.zeros((0, n_features))], np.zeros((n_features, n_features))
    for start in range(0, n_rows, BLOCK):
        block, pairs = shapley_of_trees(trees, rows[start : start + BLOCK], background, pairs=with_pairs)
        values.append(block)
        if with_pairs:
            strength += np.abs(pairs).sum(axis=0) / n_rows
    return np.concatenate(values), strength if with_pairs else None
