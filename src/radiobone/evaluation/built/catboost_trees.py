"""Trees of CatBoost, looked at before CatBoost reads them: it looks up borders and values of leaves without asking for their number."""

from __future__ import annotations

import struct

import numpy as np

from radiobone.evaluation.built.flat_tables import FlatTable
from radiobone.evaluation.built.unsound import Unsound

MAGIC = b"CBM1"
HEAD_BYTES = 8
DEEPEST = 16
(DIMENSION, SPLITS, SIZES, STARTS, CATEGORIES, NUMBERS, ONE_HOT, COUNTERS, VALUES, WEIGHTS, STEPS, LEAF_OF_STEP, TEXTS, ESTIMATED,
 _SCALE, _OLD_BIAS, BIAS, BINS, EMBEDDINGS) = range(19)  # fmt: skip
TREES, PARTS = 1, 3
INDEX, FLAT_INDEX, BORDERS = 1, 2, 3
ABSENT = (CATEGORIES, ONE_HOT, COUNTERS, TEXTS, ESTIMATED, EMBEDDINGS)
BORDERS_PER_BIN = 254


def check_catboost(content: bytes) -> None:
    """Check that symmetric trees of numbers ask for borders and values that there are.

    Parameters
    ----------
    content : bytes
        As ``CatBoostClassifier.__getstate__`` gives it.

    Raises
    ------
    Unsound

    References
    ----------
    CatBoost's own schema, catboost/libs/model/flatbuffers/model.fbs.
    """
    if len(content) < HEAD_BYTES or content[:4] != MAGIC:
        raise Unsound("a CatBoost model in another form than radiobone keeps it in")
    if struct.unpack_from("<I", content, 4)[0] != len(content) - HEAD_BYTES:
        raise Unsound("a CatBoost model with something behind it")
    core = FlatTable.root(content[HEAD_BYTES:])
    trees = core.table(TREES)
    if (
        core.count(PARTS)
        or any(trees.count(slot) for slot in ABSENT)
        or trees.number(DIMENSION, "<i", 0) != 1
    ):
        raise Unsound("a CatBoost model of words, or of several answers")
    n_borders, n_bins = _check_columns(trees.tables(NUMBERS))
    if trees.count(STEPS) or trees.count(LEAF_OF_STEP):
        raise Unsound("a CatBoost model of trees that are not symmetric")
    _check_trees(trees, n_borders, n_bins)


def _check_columns(columns: list[FlatTable]) -> tuple[int, int]:
    counts = [column.count(BORDERS) for column in columns]
    for place, column in enumerate(columns):
        if {column.number(INDEX, "<i", -1), column.number(FLAT_INDEX, "<i", -1)} != {place}:
            raise Unsound("a CatBoost model whose columns are not in their order")
    return sum(counts), sum(-(-count // BORDERS_PER_BIN) for count in counts)


def _check_trees(trees: FlatTable, n_borders: int, n_bins: int) -> None:
    splits, sizes, starts = (trees.array(slot, "<i4") for slot in (SPLITS, SIZES, STARTS))
    bins = trees.array(BINS, "<u4") & 0xFFFF
    if (
        ((sizes < 0) | (sizes > DEEPEST)).any()
        or ((splits < 0) | (splits >= n_borders)).any()
        or (bins >= n_bins).any()
    ):
        raise Unsound("a CatBoost model that asks for columns and borders that there are not")
    ends = np.cumsum(sizes, dtype=np.int64)
    if (
        ends[-1:].sum() != len(splits)
        or not np.array_equal(starts, ends - sizes)
        or len(bins) not in (0, len(splits))
    ):
        raise Unsound("a CatBoost model whose trees do not hang together")
    n_leaves = int((1 << sizes.astype(np.int64)).sum())
    if trees.count(VALUES) != n_leaves or trees.count(WEIGHTS) not in (0, n_leaves) or trees.count(BIAS) > 1:
        raise Unsound("a CatBoost model with other values than its trees have leaves")
