"""What selectors share that learn from a target of classes or numbers."""

from __future__ import annotations

from abc import abstractmethod
from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from radiobone.selection.ranking import BoolArray, FloatArray
from radiobone.selection.tags import NeedsTarget
from radiobone.selection.targets import Target, read_target


class TargetSelector(NeedsTarget, SelectorMixin, BaseEstimator):
    """Keep some columns, learned from a target; a subclass writes how, and sets ``support_``.

    A subclass has the parameter ``target``, one of ``"auto"``, ``"class"`` and ``"number"``.
    """

    target: str
    support_: BoolArray

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Learn which columns to keep, from the training rows.

        Parameters
        ----------
        X : array-like, shape (n_rows, n_columns)
        y : array-like, shape (n_rows,)
            Class of each row, or a number.

        Raises
        ------
        BadSetting
            If a parameter is out of range.
        OneClass
            If all of ``y`` is alike.
        """
        self._check_parameters()
        table, labels = validate_data(self, X, y, dtype=np.float64, ensure_min_samples=2)
        self._learn(table, read_target(labels, self.target))
        return self

    @abstractmethod
    def _check_parameters(self) -> None:
        """Refuse parameters that are out of range."""

    @abstractmethod
    def _learn(self, table: FloatArray, target: Target) -> None:
        """Learn from columns, shape (n_rows, n_columns), and set ``support_``."""

    def _get_support_mask(self) -> BoolArray:
        check_is_fitted(self)
        return self.support_
