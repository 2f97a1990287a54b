"""Exact Shapley values and interactions of sums of trees, against a background of rows.

A leaf is reached by a row of which some features are replaced by those of a background row if, of the features on its
path, those that only the row fits (``n_in``) are the row's and those that only the background row fits (``n_out``) are
not. Of such a game Shapley's values and the interaction index have closed forms in ``n_in`` and ``n_out``. Many rows fit
the same features of a path, so that rows and background rows are counted by what they fit, and each pair is met once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from radiobone.core.compiled import compiled

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
LONGEST_PATH = 60
"""Different features on the way to a leaf: each is one bit of a whole number."""


@dataclass(frozen=True, eq=False)
class TreeSum:
    """Trees whose leaves are added up.

    Attributes
    ----------
    left, right : ndarray of int, shape (n_trees, n_nodes)
        Children; below 0 at a leaf.
    feature : ndarray of int, shape (n_trees, n_nodes)
        Column that a node looks at.
    threshold, value : ndarray, shape (n_trees, n_nodes)
        Rows at or below the threshold go left; what a leaf adds.
    """

    left: IntArray
    right: IntArray
    feature: IntArray
    threshold: FloatArray
    value: FloatArray

    def depth(self) -> int:
        """Return the number of nodes above the deepest leaf."""
        level, trees = 0, np.arange(len(self.left))
        nodes = np.zeros(len(self.left), dtype=np.int64)
        while True:
            inner = self.left[trees, nodes] >= 0
            trees, nodes = trees[inner], nodes[inner]
            if not len(trees):
                return level
            children = [side[trees, nodes] for side in (self.left, self.right)]
            trees, nodes, level = np.tile(trees, 2), np.concatenate(children), level + 1

    def total(self, rows: FloatArray) -> FloatArray:
        """Add up the leaves that rows, shape (n_rows, n_features), reach."""
        found = np.zeros(len(rows))
        for tree in range(len(self.left)):
            place = np.zeros(len(rows), dtype=np.int64)
            moving = self.left[tree][place] >= 0
            while moving.any():
                goes_left = (
                    rows[np.arange(len(rows)), self.feature[tree][place]] <= self.threshold[tree][place]
                )
                child = np.where(goes_left, self.left[tree][place], self.right[tree][place])
                place = np.where(moving, child, place)
                moving = self.left[tree][place] >= 0
            found += self.value[tree][place]
        return found


def shapley_of_trees(
    trees: TreeSum, rows: FloatArray, background: FloatArray, *, pairs: bool
) -> tuple[FloatArray, FloatArray]:
    """Return Shapley values and, if wanted, interactions.

    Parameters
    ----------
    trees : TreeSum
    rows : ndarray, shape (n_rows, n_features)
        Without missing values. No path may look at more than ``LONGEST_PATH`` different features.
    background : ndarray, shape (n_background, n_features)
        Rows to compare with; results are means over them.
    pairs : bool
        Whether interactions are wanted.

    Returns
    -------
    values : ndarray, shape (n_rows, n_features)
    interactions : ndarray, shape (n_rows, n_features, n_features)
        Symmetric, 0 on the diagonal: what two features add together beyond what each adds; of shape (n_rows, 0, 0) if not
        wanted.

    References
    ----------
    Grabisch M, Roubens M. An axiomatic approach to the concept of interaction among players in cooperative games.
    Int J Game Theory 28, 1999.
    """
    n_rows, n_features = rows.shape
    values = np.zeros((n_rows, n_features))
    shape = (n_rows, n_features, n_features) if pairs else (n_rows, 0, 0)
    found = np.zeros(shape)
    weights = _weights(min(n_features, LONGEST_PATH) + 1)
    depth = trees.depth() + 2
    for tree in range(len(trees.left)):
        nodes = (trees.left[tree], trees.right[tree], trees.feature[tree])
        numbers = (trees.threshold[tree], trees.value[tree])
        _walk_tree(*nodes, *numbers, rows, background, weights, depth, values, found)
    return values, found + found.transpose(0, 2, 1)


def _weights(most: int) -> FloatArray:
    """Return closed forms by ``n_in`` and ``n_out``, shape (5, most, most).

    In their order: a feature that must be the row's, one that must not; a pair of which both must be, neither may be, one
    must be and the other not.
    """
    found = np.zeros((5, most, most))
    f = math.factorial
    for a in range(most):
        for b in range(most):
            n = a + b
            found[0, a, b] = f(a - 1) * f(b) / f(n) if a else 0.0
            found[1, a, b] = -f(a) * f(b - 1) / f(n) if b else 0.0
            found[2, a, b] = f(a - 2) * f(b) / f(n - 1) if a > 1 else 0.0
            found[3, a, b] = f(a) * f(b - 2) / f(n - 1) if b > 1 else 0.0
            found[4, a, b] = -f(a - 1) * f(b - 1) / f(n - 1) if a and b else 0.0
    return found


@compiled
def _walk_tree(
    left: IntArray,
    right: IntArray,
    feature: IntArray,
    threshold: FloatArray,
    value: FloatArray,
    rows: FloatArray,
    background: FloatArray,
    weights: FloatArray,
    depth: int,
    values: FloatArray,
    found: FloatArray,
) -> None:
    n_rows, n_background = rows.shape[0], background.shape[0]
    fits_row = np.zeros(
        (depth, n_rows), dtype=np.int64
    )  # bit p: fits all conditions on feature p of the path
    fits_back = np.zeros((depth, n_background), dtype=np.int64)
    path = np.zeros((depth, depth), dtype=np.int64)
    lengths = np.zeros(depth, dtype=np.int64)
    nodes, stage = np.zeros(depth, dtype=np.int64), np.zeros(depth, dtype=np.int64)
    distinct_row, distinct_back = np.zeros(n_rows, dtype=np.int64), np.zeros(n_background, dtype=np.int64)
    kind_row, kind_back = np.zeros(n_rows, dtype=np.int64), np.zeros(n_background, dtype=np.int64)
    counts, single, double = np.zeros(n_background), np.zeros(depth), np.zeros((depth, depth))
    level = 0
    while level >= 0:
        node = nodes[level]
        if left[node] < 0:
            _add_leaf(value[node], path[level], lengths[level], fits_row[level], fits_back[level], weights, distinct_row,
                      kind_row, distinct_back, kind_back, counts, single, double, values, found)  # fmt: skip
            level -= 1
            continue
        if stage[level] == 2:
            stage[level] = 0
            level -= 1
            continue
        goes_left = stage[level] == 0
        stage[level] += 1
        column, cut = feature[node], threshold[node]
        length = lengths[level]
        place = length
        for position in range(length):
            path[level + 1, position] = path[level, position]
            if path[level, position] == column:
                place = position
        path[level + 1, place] = column
        lengths[level + 1] = max(length, place + 1)
        nodes[level + 1] = left[node] if goes_left else right[node]
        stage[level + 1] = 0
        _keep_fitting(
            rows, column, cut, goes_left, place, place == length, fits_row[level], fits_row[level + 1]
        )
        _keep_fitting(
            background, column, cut, goes_left, place, place == length, fits_back[level], fits_back[level + 1]
        )
        level += 1


@compiled
def _keep_fitting(
    table: FloatArray,
    column: int,
    cut: float,
    goes_left: bool,
    place: int,
    is_new: bool,
    before: IntArray,
    after: IntArray,
) -> None:
    bit = 1 << place
    for row in range(table.shape[0]):
        fits = (table[row, column] <= cut) == goes_left
        had = is_new or (before[row] & bit) != 0
        after[row] = (before[row] | bit) if fits and had else (before[row] & ~bit)


@compiled
def _tell_apart(fits: IntArray, distinct: IntArray, kind: IntArray) -> int:
    """Give numbers to the different whole numbers of ``fits`` in the order met; return how many there are."""
    n_distinct = 0
    for row in range(len(fits)):
        one = fits[row]
        number = 0
        while number < n_distinct and distinct[number] != one:
            number += 1
        if number == n_distinct:
            distinct[n_distinct] = one
            n_distinct += 1
        kind[row] = number
    return n_distinct


@compiled
def _add_leaf(
    leaf: float,
    path: IntArray,
    length: int,
    fits_row: IntArray,
    fits_back: IntArray,
    weights: FloatArray,
    distinct_row: IntArray,
    kind_row: IntArray,
    distinct_back: IntArray,
    kind_back: IntArray,
    counts: FloatArray,
    single: FloatArray,
    double: FloatArray,
    values: FloatArray,
    found: FloatArray,
) -> None:
    n_row, n_back = (
        _tell_apart(fits_row, distinct_row, kind_row),
        _tell_apart(fits_back, distinct_back, kind_back),
    )
    counts[:n_back] = 0.0
    for row in range(len(fits_back)):
        counts[kind_back[row]] += leaf / len(fits_back)
    whole = (1 << length) - 1
    with_pairs = found.shape[1] > 0
    for number in range(n_row):
        own = distinct_row[number]
        single[:length] = 0.0
        double[:length, :length] = 0.0
        for other in range(n_back):
            back = distinct_back[other]
            if (own | back) == whole:
                _add_game(
                    own & ~back, back & ~own, length, counts[other], weights, single, double, with_pairs
                )
        for row in range(len(fits_row)):
            if kind_row[row] == number:
                for first in range(length):
                    values[row, path[first]] += single[first]
                    if with_pairs:
                        for second in range(first + 1, length):
                            found[row, path[first], path[second]] += double[first, second]


@compiled
def _add_game(
    only_row: int,
    only_back: int,
    length: int,
    share: float,
    weights: FloatArray,
    single: FloatArray,
    double: FloatArray,
    with_pairs: bool,
) -> None:
    n_in, n_out = 0, 0
    for place in range(length):
        n_in += (only_row >> place) & 1
        n_out += (only_back >> place) & 1
    for first in range(length):
        is_in, is_out = (only_row >> first) & 1, (only_back >> first) & 1
        if is_in + is_out == 0:
            continue
        single[first] += share * weights[1 - is_in, n_in, n_out]
        if with_pairs:
            for second in range(first + 1, length):
                both = is_in + ((only_row >> second) & 1)
                if ((only_row | only_back) >> second) & 1:
                    double[first, second] += (
                        share * weights[2 if both == 2 else 3 if both == 0 else 4, n_in, n_out]
                    )
