"""Columns that say much about the class and little about each other: minimum redundancy, maximum relevance."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from radiobone.core.errors import BadSetting
from radiobone.selection.arguments import check_choice, check_within
from radiobone.selection.labels import two_classes
from radiobone.selection.mrmr_measures import Correlations, Measures, MutualInformation
from radiobone.selection.ranking import BoolArray, FloatArray, IntArray
from radiobone.selection.tags import NeedsTwoClasses

SCHEMES = ("mid", "miq", "fcq")
SMALLEST_MEAN = {"miq": 1e-4, "fcq": 1e-3}  # of the redundancy, so that a quotient stays finite
TIE = 1e-10  # relative: scores closer than this are equal, and the column further left wins


class MRMRSelector(NeedsTwoClasses, SelectorMixin, BaseEstimator):
    """Choose columns one by one, each the best in relevance against redundancy with those before.

    The choice is incremental: the first k columns of a longer choice are the choice of k. Columns that
    tie are taken from left to right.

    Parameters
    ----------
    n_features : int
        How many columns to choose; all, if there are fewer.
    scheme : {"mid", "miq", "fcq"}
        ``mid``: mutual information with the class minus mean mutual information with the chosen columns,
        of values cut into three at mean ± ``width_sd`` standard deviations. ``miq``: the quotient of the
        two. ``fcq``: F statistic over mean absolute correlation, of the values as they are.
    width_sd : float
        Half the width of the middle bin, in standard deviations of the training rows; at least 0.01.

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

    def __init__(self, n_features: int = 20, scheme: str = "mid", width_sd: float = 1.0) -> None:
        self.n_features = n_features
        self.scheme = scheme
        self.width_sd = width_sd

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Choose columns from the training rows.

        Raises
        ------
        BadSetting
            If a parameter is out of range.
        OneClass, NotBinary
            If ``y`` does not have two classes.
        """
        self._check_parameters()
        table, labels = validate_data(self, X, y, dtype=np.float64, ensure_min_samples=2)
        target = two_classes(labels)
        self.classes_ = target.classes
        measures = self._measures(table, target.positive)
        self.relevance_ = measures.relevance
        self.order_, self.scores_ = mrmr_order(measures, min(self.n_features, table.shape[1]), self.scheme)
        self.ranking_ = np.full(table.shape[1], len(self.order_) + 1)
        self.ranking_[self.order_] = np.arange(1, len(self.order_) + 1)
        self.support_ = self.ranking_ <= len(self.order_)
        return self

    def _check_parameters(self) -> None:
        check_choice("scheme", self.scheme, SCHEMES)
        check_within("width_sd", self.width_sd, 0.01, 100.0)
        if self.n_features < 1:
            raise BadSetting(f"n_features is {self.n_features!r}; a model needs at least one column.")

    def _measures(self, table: FloatArray, positive: BoolArray) -> Measures:
        if self.scheme == "fcq":
            return Correlations(table, positive)
        return MutualInformation(table, positive, self.width_sd)

    def _get_support_mask(self) -> BoolArray:
        check_is_fitted(self)
        return self.support_


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
    scores : ndarray, shape (n_chosen,)
    """
    relevance = measures.relevance
    total = np.zeros(len(relevance))
    free = np.ones(len(relevance), dtype=bool)
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
    return relevance / np.maximum(mean, SMALLEST_MEAN[scheme])


def _first_best(score: FloatArray, free: BoolArray) -> int:
    best = score.max()
    return int(np.argmax(free & (score >= best - TIE * max(abs(best), 1.0))))
