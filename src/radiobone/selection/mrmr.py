"""Columns that say much about the target and little about each other: minimum redundancy, maximum relevance."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from radiobone.core.errors import BadSetting
from radiobone.selection.arguments import check_choice, check_within
from radiobone.selection.mrmr_measures import SMALLEST_CORRELATION, Correlations, Measures, MutualInformation
from radiobone.selection.ranking import BoolArray, FloatArray, IntArray
from radiobone.selection.recut import Recut
from radiobone.selection.target_selector import TargetSelector
from radiobone.selection.targets import Target

SCHEMES = ("mid", "miq", "fcq")
SMALLEST_MEAN = 1e-4  # of the mutual information, so that a quotient stays finite
SAME = 1e-12  # a mean correlation this near to 1 is one of copies
TIE = 1e-10  # relative: scores closer than this are equal, and the column further left wins


class MRMRSelector(Recut, TargetSelector):
    """Choose columns one by one, each the best in relevance against redundancy with those before.

    The choice is incremental: the first k columns of a longer choice are the choice of k. Columns that
    tie are taken from left to right.

    Parameters
    ----------
    n_features : int
        How many columns to choose; all, if there are fewer (of ``fcq``: that have any relevance).
    scheme : {"mid", "miq", "fcq"}
        ``mid``: mutual information with the class minus mean mutual information with the chosen columns,
        of values cut into three at mean ± ``width_sd`` standard deviations. ``miq``: the quotient of the
        two. ``fcq``: F statistic over mean absolute correlation, of the values as they are, exactly as
        the package mrmr-selection chooses: each correlation counts as at least 0.001, a copy of the only
        column chosen waits until another is, and columns without any relevance are not chosen.
    width_sd : float
        Half the width of the middle bin, in standard deviations of the training rows; at least 0.01.
    target : {"auto", "class", "number"}
        What ``y`` is; ``auto`` takes fractions as numbers and all else as classes, two or more. Numbers
        are cut into three bins like columns, or correlated as they are (``fcq``).

    Attributes
    ----------
    order_ : ndarray of int, shape (n_chosen,)
        Positions in the order chosen.
    scores_ : ndarray, shape (n_chosen,)
        Score with which each was chosen.
    relevance_ : ndarray, shape (n_columns,)
        Mutual information with the class, in nats, or F statistic.
    ranking_ : ndarray of int, shape (n_columns,)
        1 for the column chosen first; n_chosen + 1 for all that were not.
    support_ : ndarray of bool, shape (n_columns,)

    References
    ----------
    Ding and Peng 2005, Journal of Bioinformatics and Computational Biology 3:185 (MID, MIQ, the
    discretisation); Zhao, Anand and Wang 2019, IEEE DSAA (FCQ).
    """

    cut_parameters: ClassVar[frozenset[str]] = frozenset({"n_features"})
    learned_up_to: ClassVar[str | None] = "n_features"

    def __init__(
        self, n_features: int = 20, scheme: str = "mid", width_sd: float = 1.0, target: str = "auto"
    ) -> None:
        self.n_features = n_features
        self.scheme = scheme
        self.width_sd = width_sd
        self.target = target

    def _learn(self, table: FloatArray, target: Target) -> None:
        measures = self._measures(table, target)
        self.relevance_ = measures.relevance
        self.order_, self.scores_ = mrmr_order(measures, min(self.n_features, table.shape[1]), self.scheme)
        self._cut()

    def _cut(self) -> None:
        self.order_, self.scores_ = self.order_[: self.n_features], self.scores_[: self.n_features]
        self.ranking_ = np.full(len(self.relevance_), len(self.order_) + 1)
        self.ranking_[self.order_] = np.arange(1, len(self.order_) + 1)
        self.support_ = self.ranking_ <= len(self.order_)

    def _check_parameters(self) -> None:
        check_choice("scheme", self.scheme, SCHEMES)
        check_within("width_sd", self.width_sd, 0.01, 100.0)
        if self.n_features < 1:
            raise BadSetting(f"n_features is {self.n_features!r}; a model needs at least one column.")

    def _measures(self, table: FloatArray, target: Target) -> Measures:
        if self.scheme == "fcq":
            return Correlations(table, target)
        return MutualInformation(table, target, self.width_sd)


def mrmr_order(measures: Measures, n_chosen: int, scheme: str) -> tuple[IntArray, FloatArray]:
    """Choose columns greedily.

    Parameters
    ----------
    measures : Measures
        Relevance of every column, and redundancy of every column with a given one.
    n_chosen : int
        At most the number of columns.
    scheme : {"mid", "miq", "fcq"}

    Returns
    -------
    order : ndarray of int, shape (n_chosen,)
        Of ``fcq`` shorter, but never empty, where fewer columns have any relevance.
    scores : ndarray, shape (n_chosen,)
    """
    relevance = measures.relevance
    if scheme == "fcq":
        n_chosen = min(n_chosen, max(int(np.count_nonzero(relevance)), 1))
    total = np.zeros(len(relevance))
    free = relevance > 0 if scheme == "fcq" and relevance.any() else np.ones(len(relevance), dtype=bool)
    order = np.empty(n_chosen, dtype=np.intp)
    scores = np.empty(n_chosen)
    for step in range(n_chosen):
        score = relevance if step == 0 else _score(relevance, total / step, scheme)
        order[step] = _first_best(np.where(free, score, -np.inf), free)
        scores[step] = score[order[step]]
        free[order[step]] = False
        if step + 1 < n_chosen:
            total += measures.redundancy(int(order[step]))
    return order, scores


def _score(relevance: FloatArray, mean: FloatArray, scheme: str) -> FloatArray:
    if scheme == "mid":
        return relevance - mean
    if scheme == "miq":
        return relevance / np.maximum(mean, SMALLEST_MEAN)
    return np.where(mean > 1 - SAME, 0.0, relevance / np.maximum(mean, SMALLEST_CORRELATION))


def _first_best(score: FloatArray, free: BoolArray) -> int:
    best = score.max()
    if np.isinf(best):
        return int(np.argmax(free & (score == best)))
    return int(np.argmax(free & (score >= best - TIE * max(abs(best), 1.0))))
