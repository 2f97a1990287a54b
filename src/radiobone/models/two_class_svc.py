"""A support vector machine of two classes: libsvm's, without what scikit-learn does around it.

On few rows the weights of the classes, and handing the rows to libsvm again for a prediction, take several times as long as
fitting does.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.spatial.distance import cdist
from sklearn.svm import SVC
from sklearn.utils.validation import check_is_fitted, validate_data

FloatArray = npt.NDArray[np.float64]
ROWS_AT_ONCE = 1000


class TwoClassSVC(SVC):
    """``SVC`` with the same parameters: the same support vectors and weights, and distances equal to rounding.

    With more than two classes, weights other than balanced, or a kernel other than the radial one it is scikit-learn's.
    """

    def decision_function(self, X: Any) -> FloatArray:
        """Distance of rows from the boundary, positive for the second class, shape (n_rows,).

        Parameters
        ----------
        X : array-like, shape (n_rows, n_columns)
        """
        check_is_fitted(self)
        if self.kernel != "rbf" or len(self.classes_) != 2 or self._sparse:
            return np.asarray(super().decision_function(X), dtype=float)
        table = validate_data(self, X, dtype=np.float64, reset=False)
        parts = range(0, len(table), ROWS_AT_ONCE)
        return np.concatenate([self._distances(table[start : start + ROWS_AT_ONCE]) for start in parts])

    def _distances(self, table: FloatArray) -> FloatArray:
        kernel = np.exp(-self._gamma * cdist(table, self.support_vectors_, "sqeuclidean"))
        distances: FloatArray = (kernel * self.dual_coef_[0]).sum(axis=1) + self.intercept_[0]
        return distances

    def _validate_targets(self, y: Any) -> FloatArray:
        """Find the classes and their weights, as scikit-learn asks for them in ``fit``."""
        labels = np.asarray(y)
        if labels.ndim == 1 and labels.dtype.kind in "biu" and self.class_weight == "balanced":
            classes, codes = np.unique(labels, return_inverse=True)
            if len(classes) == 2:
                self.classes_ = classes
                self.class_weight_ = len(codes) / (2 * np.bincount(codes))
                return np.asarray(codes, dtype=np.float64)
        return np.asarray(super()._validate_targets(y), dtype=np.float64)
