"""Trees of scikit-learn: their walks follow what stands in the nodes without looking whether there is such a node or column."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.tree import DecisionTreeRegressor
from sklearn.tree._tree import Tree

from radiobone.evaluation.built.unsound import Unsound, array, attribute, width

LEAF = -1


def check_tree(tree: Tree) -> None:
    """Check that every way down a tree ends in a leaf, by nodes and columns that there are.

    Raises
    ------
    Unsound
    """
    if tree.n_outputs != 1 or tree.max_n_classes < 1 or tree.node_count < 1:
        raise Unsound("a tree without nodes or values")
    nodes = tree.__getstate__()["nodes"]
    left, right, feature = (nodes[name] for name in ("left_child", "right_child", "feature"))
    inner = left != LEAF
    children = np.concatenate([left[inner], right[inner]])
    if not np.array_equal(inner, right != LEAF) or not np.array_equal(
        np.sort(children), np.arange(1, len(nodes))
    ):
        raise Unsound("a tree whose nodes do not hang together")
    parents = np.flatnonzero(inner)
    if (children <= np.tile(parents, 2)).any():
        raise Unsound("a tree that leads back to where it came from")
    if ((feature[inner] < 0) | (feature[inner] >= tree.n_features)).any():
        raise Unsound(f"a tree that asks for columns beyond its {tree.n_features}")


def check_owner(model: object) -> None:
    """Check that an estimator hands its tree as many columns as that one takes.

    Raises
    ------
    Unsound
    """
    tree = attribute(model, "tree_")
    if not isinstance(tree, Tree) or tree.n_features != width(model):
        raise Unsound(f"a {type(model).__name__} whose tree takes other columns than it")


def check_forest(model: Any) -> None:
    """Check that the trees of a forest, or of boosting, take its columns.

    Raises
    ------
    Unsound
    """
    n_columns = width(model)
    for tree in np.ravel(np.asarray(attribute(model, "estimators_"), dtype=object)):
        check_owner(tree)
        if width(tree) != n_columns:
            raise Unsound(f"a {type(model).__name__} whose trees take other columns than it")


def check_boosting(model: Any) -> None:
    """Check that the values of boosted trees are added where there is room for them.

    Raises
    ------
    Unsound
    """
    check_forest(model)
    trees = array(model, "estimators_", (None, 1), "O")
    if not trees.size or any(type(tree) is not DecisionTreeRegressor for tree in trees.flat):
        raise Unsound(f"a {type(model).__name__} of something else than trees")
    start = model._raw_predict_init(np.zeros((1, width(model)), dtype=np.float32))
    if not isinstance(start, np.ndarray) or start.shape != (1, 1) or start.dtype != np.float64:
        raise Unsound(f"a {type(model).__name__} that begins with something else than one number per row")
