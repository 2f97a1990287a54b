"""All that was built from a part of a model file: of known types only, and each of them sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from radiobone.evaluation.built.rows import check_neighbours, check_vectors
from radiobone.evaluation.built.trees import check_boosting, check_forest, check_owner, check_tree
from radiobone.evaluation.built.unsound import Unsound
from radiobone.evaluation.trusted import TRUSTED_TYPES

PLAIN = (type(None), bool, int, float, str, bytes, bytearray, type, np.generic, np.dtype, np.ufunc)
SKLEARN_TYPES = frozenset(
    {
        "sklearn.discriminant_analysis.LinearDiscriminantAnalysis",
        "sklearn.dummy.DummyClassifier",
        "sklearn.dummy.DummyRegressor",
        "sklearn.ensemble._forest.ExtraTreesClassifier",
        "sklearn.ensemble._forest.ExtraTreesRegressor",
        "sklearn.ensemble._forest.RandomForestClassifier",
        "sklearn.ensemble._forest.RandomForestRegressor",
        "sklearn.ensemble._gb.GradientBoostingClassifier",
        "sklearn.ensemble._gb.GradientBoostingRegressor",
        "sklearn.linear_model._coordinate_descent.ElasticNet",
        "sklearn.linear_model._logistic.LogisticRegression",
        "sklearn.linear_model._ridge.Ridge",
        "sklearn.naive_bayes.GaussianNB",
        "sklearn.neural_network._multilayer_perceptron.MLPClassifier",
        "sklearn.pipeline.Pipeline",
        "sklearn.preprocessing._data.StandardScaler",
        "sklearn.preprocessing._label.LabelBinarizer",
        "sklearn.tree._classes.DecisionTreeClassifier",
        "sklearn.tree._classes.DecisionTreeRegressor",
        "sklearn.tree._classes.ExtraTreeClassifier",
        "sklearn.tree._classes.ExtraTreeRegressor",
    }
)
LOSSES = ("sklearn._loss.", "_loss.")
HELD_ELSEWHERE = ("catboost.", "xgboost.core.")
"""Types whose state lies in their library, which was given it before."""
CHECKS: dict[str, Callable[[Any], None]] = {
    "radiobone.models.forest.OneThreadForest": check_forest,
    "radiobone.models.knn.NearestNeighbours": check_neighbours,
    "radiobone.models.two_class_svc.TwoClassSVC": check_vectors,
    "sklearn.ensemble._forest.ExtraTreesClassifier": check_forest,
    "sklearn.ensemble._forest.ExtraTreesRegressor": check_forest,
    "sklearn.ensemble._forest.RandomForestClassifier": check_forest,
    "sklearn.ensemble._forest.RandomForestRegressor": check_forest,
    "sklearn.ensemble._gb.GradientBoostingClassifier": check_boosting,
    "sklearn.ensemble._gb.GradientBoostingRegressor": check_boosting,
    "sklearn.tree._tree.Tree": check_tree,
}


def check_objects(built: object) -> None:
    """Check everything that hangs on an object.

    Raises
    ------
    Unsound
        If something is of a type that no model of radiobone has, or would lead compiled code outside of its arrays.
    """
    found = list(_everything(built))
    for one in sorted(found, key=lambda one: _name(one) != "sklearn.tree._tree.Tree"):  # others walk them
        name = _name(one)
        if "tree_" in getattr(one, "__dict__", {}):
            check_owner(one)
        if name in CHECKS and (name == "sklearn.tree._tree.Tree" or _is_fitted(one)):
            CHECKS[name](one)


def _everything(built: object) -> Iterator[object]:
    """Yield all objects that are no plain data, each once."""
    seen, coming = set[int](), [built]
    while coming:
        one = coming.pop()
        if isinstance(one, PLAIN) or id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, list | tuple | set):
            coming += list(one)
        elif isinstance(one, dict):
            coming += list(one.values())
        elif type(one) is np.ndarray:
            coming += list(one.flat) if one.dtype.hasobject else []
        else:
            _check_type(one)
            yield one
            coming += _held(one)


def _held(one: object) -> list[Any]:
    return [] if _name(one).startswith(HELD_ELSEWHERE) else list(getattr(one, "__dict__", {}).values())


def _check_type(one: object) -> None:
    name = _name(one)
    known = name in TRUSTED_TYPES or name in SKLEARN_TYPES or name.startswith(LOSSES)
    if not known and not isinstance(one, np.random.RandomState):
        raise Unsound(f"a {name}, of which no model of radiobone has one")


def _name(one: object) -> str:
    return f"{type(one).__module__}.{type(one).__qualname__}"


def _is_fitted(model: object) -> bool:
    return not set(vars(model)) <= set(vars(type(model)()))
