"""Models of several blocks of columns, combined into one probability."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.linear_model import LogisticRegression

from radiobone.models.scores import CLOSEST_TO_CERTAIN, raw_scores

FloatArray = npt.NDArray[np.float64]


class FusedModel(ClassifierMixin, BaseEstimator):
    """Fitted models of blocks side by side, combined by their mean probability or by learned weights.

    Parameters
    ----------
    models : list of fitted classifiers
        One per block.
    curves : list of (slope, intercept, centre, scale) or None
        Each block's calibration, from the score of its model to log odds; None if the score is log odds already.
    widths : list of int
        How many of the columns, from left to right, belong to each block.
    weigh : bool
        Whether a logistic regression of the blocks' log odds combines them; else their mean probability does.

    Attributes
    ----------
    classes_ : ndarray, shape (2,)
        0 and 1.
    final_ : fitted LogisticRegression
        With ``weigh`` alone.
    """

    def __init__(
        self,
        models: Sequence[Any] = (),
        curves: Sequence[tuple[float, float, float, float] | None] = (),
        widths: Sequence[int] = (),
        weigh: bool = False,
    ) -> None:
        self.models = models
        self.curves = curves
        self.widths = widths
        self.weigh = weigh

    def fit(self, log_odds: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Learn the weights, where there are any, from log odds of rows that the blocks' models have not seen.

        Parameters
        ----------
        log_odds : array-like, shape (n_rows, n_blocks)
            Calibrated.
        y : array-like of int, shape (n_rows,)
            Classes 0 and 1.
        """
        self.classes_ = np.array([0, 1])
        if self.weigh:
            self.final_ = LogisticRegression().fit(np.asarray(log_odds, dtype=float), np.asarray(y))
        return self

    def combine(self, log_odds: FloatArray) -> FloatArray:
        """Combine log odds of the blocks, shape (n_rows, n_blocks), into those of the whole, shape (n_rows,)."""
        if self.weigh:
            return np.asarray(self.final_.decision_function(log_odds), dtype=float)
        return safe_logit(expit(log_odds).mean(axis=1))

    def block_log_odds(self, X: npt.ArrayLike) -> FloatArray:
        """Calibrated log odds of each block's model, shape (n_rows, n_blocks)."""
        table = np.asarray(X, dtype=float)
        parts = np.split(table, np.cumsum(self.widths)[:-1], axis=1)
        scores = [raw_scores(model, part) for model, part in zip(self.models, parts, strict=True)]
        return np.column_stack(
            [_calibrated(one, curve) for one, curve in zip(scores, self.curves, strict=True)]
        )

    def decision_function(self, X: npt.ArrayLike) -> FloatArray:
        """Log odds of the positive class, shape (n_rows,), for all blocks' columns side by side."""
        return self.combine(self.block_log_odds(X))

    def predict_proba(self, X: npt.ArrayLike) -> FloatArray:
        """Probability of each class, shape (n_rows, 2)."""
        positive = expit(self.decision_function(X))
        return np.column_stack([1.0 - positive, positive])

    def predict(self, X: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Return the more probable class."""
        return (self.decision_function(X) > 0).astype(np.int64)


def safe_logit(probability: FloatArray) -> FloatArray:
    """Log odds, kept within ±16."""
    return np.asarray(logit(np.clip(probability, CLOSEST_TO_CERTAIN, 1 - CLOSEST_TO_CERTAIN)), dtype=float)


def _calibrated(scores: FloatArray, curve: tuple[float, float, float, float] | None) -> FloatArray:
    if curve is None:
        return safe_logit(expit(scores))
    slope, intercept, centre, scale = curve
    return safe_logit(expit(slope * (scores - centre) / scale + intercept))
