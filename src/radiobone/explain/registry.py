"""Which explainer is used for which model. To add one: its module and a line here.

A type of model that is not listed is explained from its predictions alone: by all subsets where features
are few, else by permutations. Boosted trees are among these on purpose: shap's tree explainer is exact for
their log odds, and rescales those to probability; the parts then add up, and are off by several percentage
points from the Shapley values of the probability.
"""

from __future__ import annotations

from collections.abc import Callable

from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from radiobone.explain.linear import explain_linear
from radiobone.explain.permutations import explain_any
from radiobone.explain.problem import Attribution, Problem
from radiobone.explain.support_vectors import explain_svm
from radiobone.explain.trees import explain_boosted, explain_trees
from radiobone.explain.vote import explain_vote
from radiobone.models.penalised_regression import PenalisedRegression
from radiobone.models.vote import SoftVote

Explainer = Callable[[Problem], Attribution]


def explain(problem: Problem) -> Attribution:
    """Explain a model in the way that suits its type."""
    return explainer_for(problem.model)(problem)


EXPLAINERS: dict[type, Explainer] = {
    LogisticRegression: explain_linear,
    LinearDiscriminantAnalysis: explain_linear,
    SVC: explain_svm,
    DecisionTreeClassifier: explain_trees,
    RandomForestClassifier: explain_trees,
    ExtraTreesClassifier: explain_trees,
    Ridge: explain_linear,
    PenalisedRegression: explain_linear,
    SoftVote: lambda problem: explain_vote(problem, explain),
    RandomForestRegressor: explain_trees,
    ExtraTreesRegressor: explain_trees,
    GradientBoostingClassifier: explain_boosted,
    GradientBoostingRegressor: explain_boosted,
}
BOOSTED_PACKAGES = frozenset({"xgboost", "catboost"})
"""Told apart by name: importing them takes long, and whoever has such a model has done it."""


def explainer_for(model: object) -> Explainer:
    """Return the explainer of a model's type, or of the nearest type that it derives from."""
    kinds = type(model).__mro__
    known = next((EXPLAINERS[kind] for kind in kinds if kind in EXPLAINERS), None)
    if known is not None:
        return known
    boosted = any(kind.__module__.partition(".")[0] in BOOSTED_PACKAGES for kind in kinds)
    return explain_boosted if boosted else explain_any
