"""Training rows as the models of the inner folds, which did not learn from them, scored them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from radiobone.evaluation.splits import Split

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Applied = Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, eq=False)
class InnerRows:
    """Rows that were scored while their inner fold was left out.

    Attributes
    ----------
    scores : numpy.ndarray of float, shape (n_scored,) or (n_scored, n_models)
        Higher for the positive class.
    y : numpy.ndarray of int, shape (n_scored,)
        Classes 0 and 1.
    row : numpy.ndarray of int, shape (n_scored,)
        Position among the training rows; with repeated inner folds a row comes again in each.
    splits : sequence of Split
        The inner folds, whose test rows lie one after the other.
    """

    scores: FloatArray
    y: IntArray
    row: IntArray
    splits: Sequence[Split]

    def by_other_folds(self, learn: Callable[[FloatArray, IntArray], Applied]) -> FloatArray:
        """Apply to each fold's rows what was learned from rows that are not in it.

        Parameters
        ----------
        learn : callable
            Gets scores and classes, and returns what turns scores into one number per row.

        Returns
        -------
        numpy.ndarray of float, shape (n_scored,)
        """
        found, start = np.empty(len(self.row)), 0
        for split in self.splits:
            here = slice(start, start + len(split.test))
            others = ~np.isin(self.row, split.test)
            found[here] = learn(self.scores[others], self.y[others])(self.scores[here])
            start += len(split.test)
        return found
