"""Columns replaced by their principal components."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from radiobone.core.errors import BadSetting
from radiobone.selection.ranking import FloatArray

ROUNDING = 1e-12  # a share of variance that is missed by less counts as reached


class PrincipalComponents(TransformerMixin, BaseEstimator):
    """Replace the columns by uncorrelated sums of them, ``pca_1`` onwards, by falling variance.

    Columns are centred, not scaled: put ``scale`` before this step unless all columns have one unit. A component's sign
    is such that its largest weight is positive. What a model makes of the components is explained in terms of these,
    not of the columns behind them, whose weights are in ``components_``.

    Parameters
    ----------
    n_components : int or float
        How many, at most the rank of the training rows; or, between 0 and 1, the share of their variance that is kept,
        by as few components as have it.

    Attributes
    ----------
    mean_ : ndarray, shape (n_columns,)
        Of the training rows.
    components_ : ndarray, shape (n_kept, n_columns)
        Weights of the columns; each row has length 1.
    explained_variance_ratio_ : ndarray, shape (n_kept,)
        Share of the training rows' variance; 0 where nothing varies.

    References
    ----------
    Jolliffe IT. Principal Component Analysis, 2nd ed. Springer, 2002.
    """

    makes_columns = True

    def __init__(self, n_components: int | float = 0.95) -> None:
        self.n_components = n_components

    def fit(self, X: npt.ArrayLike, y: object = None) -> Self:
        """Learn the components from the training rows only.

        Raises
        ------
        BadSetting
            If ``n_components`` is neither a whole number from 1 nor a share between 0 and 1.
        """
        wanted = _checked(self.n_components)
        table = validate_data(self, X, dtype=np.float64, ensure_min_samples=2)
        self.mean_: FloatArray = table.mean(axis=0)
        _, lengths, directions = np.linalg.svd(table - self.mean_, full_matrices=False)
        share = np.square(lengths) / max(float(np.square(lengths).sum()), np.finfo(float).tiny)
        n_kept = _number_kept(wanted, share, lengths, table.shape)
        kept = directions[:n_kept]
        largest = kept[np.arange(n_kept), np.abs(kept).argmax(axis=1)]
        self.components_: FloatArray = kept * np.where(largest < 0, -1.0, 1.0)[:, None]
        self.explained_variance_ratio_: FloatArray = share[:n_kept]
        return self

    def transform(self, X: npt.ArrayLike) -> FloatArray:
        """Give rows of the table, shape (n_rows, n_columns), their places along the components, (n_rows, n_kept)."""
        check_is_fitted(self)
        table = validate_data(self, X, dtype=np.float64, reset=False)
        centred = np.ascontiguousarray(table - self.mean_)
        # a sum per row and component: the bits of a row must not depend on the rows beside it
        return np.stack([(centred * weights).sum(axis=1) for weights in self.components_], axis=1)

    def get_feature_names_out(self, input_features: object = None) -> npt.NDArray[np.object_]:
        """Return ``pca_1`` onwards."""
        check_is_fitted(self)
        return np.array([f"pca_{place}" for place in range(1, len(self.components_) + 1)], dtype=object)


def _checked(wanted: object) -> int | float:
    if isinstance(wanted, int | float | np.integer | np.floating) and not isinstance(wanted, bool):
        if wanted >= 1 and float(wanted).is_integer():
            return int(wanted)
        if 0 < wanted < 1:
            return float(wanted)
    raise BadSetting(
        f"n_components is {wanted!r}; give a whole number from 1, or the share of the variance to keep, between 0 and 1."
    )


def _number_kept(wanted: int | float, share: FloatArray, lengths: FloatArray, shape: tuple[int, int]) -> int:
    rank = int((lengths > lengths[0] * max(shape) * np.finfo(float).eps).sum())
    if isinstance(wanted, float):
        wanted = int(np.searchsorted(np.cumsum(share), wanted - ROUNDING)) + 1
    return max(1, min(wanted, rank))
