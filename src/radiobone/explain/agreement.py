"""Whether the models of different folds rely on the same features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

FloatArray = npt.NDArray[np.float64]
TOP = 10


@dataclass(frozen=True, eq=False)
class FoldAgreement:
    """Pairs of folds compared by their features' mean absolute SHAP values.

    Attributes
    ----------
    rank : ndarray, shape (n_folds, n_folds)
        Spearman's correlation over all features that any fold chose; one that a fold did not choose counts as 0 there.
        NaN where a fold has no order.
    overlap : ndarray, shape (n_folds, n_folds)
        Share of the most important features of one fold that are among those of the other.
    top : int
        How many features count as the most important; fewer where a fold chose fewer.
    """

    rank: FloatArray
    overlap: FloatArray
    top: int

    @property
    def pairs_rank(self) -> FloatArray:
        """Correlation of each pair of folds once, without those that are not defined."""
        found = _pairs(self.rank)
        return found[np.isfinite(found)]

    @property
    def pairs_overlap(self) -> FloatArray:
        """Overlap of each pair of folds once."""
        return _pairs(self.overlap)


def fold_agreement(means: pd.DataFrame, *, top: int = TOP) -> FoldAgreement:
    """Compare all pairs of folds.

    Parameters
    ----------
    means : DataFrame, shape (n_features, n_folds)
        From ``radiobone.explain.summary.fold_means``: NaN where a fold did not choose the feature.
    top : int
        Features that count as the most important of a fold.
    """
    values = means.fillna(0.0).to_numpy(dtype=float)
    return FoldAgreement(_rank_correlation(values), _overlap(values, top), top)


def _rank_correlation(values: FloatArray) -> FloatArray:
    ranks = pd.DataFrame(values).rank().to_numpy()
    centred = ranks - ranks.mean(axis=0)
    length = np.sqrt(np.square(centred).sum(axis=0))
    with np.errstate(invalid="ignore", divide="ignore"):
        found: FloatArray = (centred.T @ centred) / np.outer(length, length)
    return np.clip(found, -1.0, 1.0)


def _overlap(values: FloatArray, top: int) -> FloatArray:
    """Ties at the border are broken by the order of the rows, which is that of the names."""
    chosen = np.zeros(values.shape)
    for fold, column in enumerate(values.T):
        order = np.argsort(-column, kind="stable")[:top]
        chosen[order[column[order] > 0], fold] = 1.0
    sizes = chosen.sum(axis=0)
    larger = np.maximum.outer(sizes, sizes)
    found: FloatArray = (chosen.T @ chosen) / np.maximum(larger, 1.0)
    return found


def _pairs(square: FloatArray) -> FloatArray:
    return np.asarray(square[np.triu_indices(len(square), k=1)], dtype=float)
