"""Trees of XGBoost, looked at before XGBoost reads them: it follows what stands in a node without asking whether it is there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.evaluation.built.ubjson import read_ubjson
from radiobone.evaluation.built.unsound import Unsound

LEAF, NO_PARENT = -1, 2**31 - 1
OBJECTIVES = ("binary:", "count:", "reg:")
MOST_COLUMNS, MOST_THREADS = 10_000_000, 4096
CATEGORIES = ("categories", "categories_nodes", "categories_segments", "categories_sizes")
NUMBER = re.compile(r"[0-9]{1,9}")
PER_NODE = (
    "base_weights", "default_left", "left_children", "loss_changes", "parents", "right_children", "split_conditions",
    "split_indices", "sum_hessian",
)  # fmt: skip


def check_booster(content: bytes) -> None:
    """Check that every way down a tree ends in a leaf, by nodes and columns that there are, and adds to the one answer.

    Parameters
    ----------
    content : bytes
        As ``Booster.__getstate__`` gives it.

    Raises
    ------
    Unsound
    """
    try:
        found = read_ubjson(bytes(content))
        learner, config = found["Model"]["learner"], found["Config"]["learner"]
        _check_learner(learner, config)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        if isinstance(error, Unsound):
            raise
        raise Unsound("trees of XGBoost that are not all there") from error


def _check_learner(learner: Mapping[str, Any], config: Mapping[str, Any]) -> None:
    about = learner["learner_model_param"]
    n_columns = _count(about["num_feature"])
    if (
        not 1 <= n_columns <= MOST_COLUMNS
        or _count(about["num_class"])
        or _count(about.get("num_target", "1")) > 1
    ):
        raise Unsound("an XGBoost model of several answers")
    if not str(learner["objective"]["name"]).startswith(OBJECTIVES) or "c" in learner.get(
        "feature_types", ()
    ):
        raise Unsound("an XGBoost model of another task than radiobone fits")
    booster = learner["gradient_booster"]
    if config["gradient_booster"]["name"] != booster["name"]:
        raise Unsound("an XGBoost model of two kinds at once")
    if int(config["generic_param"].get("nthread", "1")) > MOST_THREADS:
        raise Unsound("an XGBoost model that asks for more threads than there are")
    if booster["name"] == "gblinear":
        _check_length(booster["model"]["weights"], n_columns + 1)
        return
    inner = booster["gbtree"] if booster["name"] == "dart" else booster
    n_trees = _check_trees(inner["model"], n_columns)
    if booster["name"] == "dart":
        _check_length(booster["weight_drop"], n_trees)


def _check_trees(model: Mapping[str, Any], n_columns: int) -> int:
    trees, n_trees = model["trees"], _count(model["gbtree_model_param"]["num_trees"])
    ends = _numbers(model.get("iteration_indptr", [0, n_trees]))
    _check_length(trees, n_trees)
    if (
        sorted(tree["id"] for tree in trees) != list(range(n_trees))
        or list(model["tree_info"]) != [0] * n_trees
    ):
        raise Unsound("trees of XGBoost that are missing, or of other answers")
    if ends[0] != 0 or ends[-1] != n_trees or (np.diff(ends) < 0).any():
        raise Unsound("trees of XGBoost in rounds that there are not")
    if any(len(part) for part in model.get("cats", {}).values()):
        raise Unsound("trees of XGBoost that divide by words")
    for tree in trees:
        _check_tree(tree, n_columns)
    return n_trees


def _check_tree(tree: Mapping[str, Any], n_columns: int) -> None:
    n_nodes = _count(tree["tree_param"]["num_nodes"])
    if n_nodes < 1 or _count(tree["tree_param"].get("size_leaf_vector", "1")) > 1:
        raise Unsound("a tree of XGBoost without nodes, or of several answers")
    for name in PER_NODE:
        _check_length(tree[name], n_nodes)
    _check_length(tree.get("split_type", [0] * n_nodes), n_nodes)
    if _numbers(tree.get("split_type", [])).any() or any(len(tree.get(name, ())) for name in CATEGORIES):
        raise Unsound("a tree of XGBoost that divides by words")
    left, right, parents, column = (
        _numbers(tree[name]) for name in ("left_children", "right_children", "parents", "split_indices")
    )
    if parents[0] != NO_PARENT or ((parents[1:] < 0) | (parents[1:] >= n_nodes)).any():
        raise Unsound("a tree of XGBoost whose nodes do not hang together")
    reached, level = np.zeros(n_nodes, dtype=bool), np.array([0])
    while level.size:
        reached[level] = True
        inner = level[left[level] != LEAF]
        if ((column[inner] < 0) | (column[inner] >= n_columns)).any():
            raise Unsound(f"a tree of XGBoost that asks for columns beyond its {n_columns}")
        above, level = np.tile(inner, 2), np.concatenate([left[inner], right[inner]])
        there = (level > 0) & (level < n_nodes)
        if (
            not there.all()
            or len(set(level.tolist())) < len(level)
            or reached[level].any()
            or (parents[level] != above).any()
        ):
            raise Unsound("a tree of XGBoost whose nodes do not hang together")


def _numbers(values: Any) -> npt.NDArray[np.int64]:
    found = np.asarray(values)
    if found.ndim != 1 or (found.size and found.dtype.kind not in "iu"):
        raise Unsound("trees of XGBoost with something else than whole numbers in their nodes")
    return found.astype(np.int64)


def _check_length(values: Any, expected: int) -> None:
    if len(values) != expected:
        raise Unsound("trees of XGBoost of another number than they announce")


def _count(text: Any) -> int:
    if not isinstance(text, str) or not NUMBER.fullmatch(text):
        raise Unsound("trees of XGBoost of another number than they announce")
    return int(text)
