"""Models that keep training rows: libsvm and the search of neighbours go by counts and labels that stand beside the rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from radiobone.evaluation.built.unsound import Unsound, array, attribute, width

KERNELS = ("linear", "poly", "rbf", "sigmoid")
METRICS = ("minkowski", "euclidean", "l2", "manhattan", "cityblock", "l1", "chebyshev")


def check_vectors(model: Any) -> None:
    """Check that a support vector machine has as many weights, places and thresholds as vectors and classes.

    Raises
    ------
    Unsound
    """
    n_classes = len(array(model, "classes_", (None,), "biufUS"))
    n_vectors = len(array(model, "support_vectors_", (None, width(model)), "f"))
    counts = array(model, "_n_support", (n_classes,), "i").astype(np.int64)
    n_pairs = n_classes * (n_classes - 1) // 2
    array(model, "support_", (n_vectors,), "i")
    for name in ("_dual_coef_", "dual_coef_"):
        array(model, name, (n_classes - 1, n_vectors), "f")
    for name in ("_intercept_", "intercept_"):
        array(model, name, (n_pairs,), "f")
    for name in ("_probA", "_probB"):
        if array(model, name, (None,), "f").size not in (0, n_pairs):
            raise Unsound(f"a {type(model).__name__} with {name} of other classes than its own")
    if n_classes < 2 or not n_vectors or (counts < 0).any() or counts.sum() != n_vectors:
        raise Unsound(f"a {type(model).__name__} whose counts are not those of its vectors")
    if model._impl != "c_svc" or attribute(model, "kernel") not in KERNELS or attribute(model, "_sparse"):
        raise Unsound(f"a {type(model).__name__} of another kind than radiobone fits")


def check_neighbours(model: Any) -> None:
    """Check that nearest neighbours are searched in rows with a known class each.

    Raises
    ------
    Unsound
    """
    n_classes = len(array(model, "classes_", (None,), "biufUS"))
    rows = array(model, "_fit_X", (None, width(model)), "f")
    codes = array(model, "_y", (len(rows),), "i")
    if not len(rows) or ((codes < 0) | (codes >= n_classes)).any():
        raise Unsound("neighbours of classes that there are not")
    if attribute(model, "n_samples_fit_") != len(rows) or attribute(model, "_fit_method") != "brute":
        raise Unsound("neighbours that are searched in another way than radiobone does")
    if attribute(model, "_tree") is not None or attribute(model, "outputs_2d_"):
        raise Unsound("neighbours that are searched in another way than radiobone does")
    for name in ("metric", "effective_metric_"):
        if attribute(model, name) not in METRICS:
            raise Unsound("neighbours by a distance that radiobone does not offer")
    for name in ("metric_params", "effective_metric_params_"):
        if set(attribute(model, name) or {}) - {"p"}:
            raise Unsound("neighbours by a distance that radiobone does not offer")
