"""SHAP values of forests, whose probability is a mean over trees: exact."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.base import is_regressor

from radiobone.explain.permutations import explain_any
from radiobone.explain.problem import Attribution, Problem, additivity_error

with warnings.catch_warnings():
    # shap colours its own plots, which are not used here, by a way that matplotlib 3.11 announces to go
    warnings.filterwarnings(
        "ignore", message="The set_(bad|over|under) function", category=PendingDeprecationWarning
    )
    import shap

CHUNK = 8  # rows at a time: shap prints a progress bar of its own in calls of more than ten seconds
TOLERANCE = 1e-5
"""Of additivity. Libraries compare in single precision, so a value on a split may fall to either side."""


def explain_trees(problem: Problem) -> Attribution:
    """Explain a forest or a single tree in probability, against the background.

    Checked by additivity: where shap reads the trees of an installed library wrongly, or not at all,
    the model is explained like any other, which is slower and right.

    References
    ----------
    Lundberg SM et al. From local explanations to global understanding with explainable AI for trees.
    Nat Mach Intell 2, 2020.
    """
    try:
        exact = _tree_shap(problem)
    except Exception:  # noqa: BLE001 - shap raises all kinds for trees of a library that it does not know
        return explain_any(problem)
    return exact if additivity_error(problem, exact) <= TOLERANCE else explain_any(problem)


def _tree_shap(problem: Problem) -> Attribution:
    explainer = shap.TreeExplainer(
        problem.model,
        data=problem.background,
        model_output="raw" if is_regressor(problem.model) else "probability",
        feature_perturbation="interventional",
    )
    blocks = [
        np.asarray(explainer.shap_values(problem.rows[start : start + CHUNK], check_additivity=False))
        for start in range(0, len(problem.rows), CHUNK)
    ]
    values = np.concatenate(blocks).astype(float)
    if values.ndim == 3:  # one layer per class
        values = values[:, :, 1]
    return Attribution(float(problem.predict(problem.background).mean()), values, "tree")
