"""What models of ordered classes share: classes that sort in their order, and the most probable one."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class OrderedClassifier(ClassifierMixin, BaseEstimator):
    """A classifier whose classes sort in their order; to be inherited from."""

    classes_: npt.NDArray[Any]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.classifier_tags.poor_score = True  # on classes that have no order, which it is not made for
        return tags

    def _read(self, X: Any, y: npt.ArrayLike) -> tuple[FloatArray, IntArray]:
        """Return the table and each row's place among the classes; ValueError if there is one class."""
        table, labels = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(labels)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"y has one class only ({self.classes_[0]!r}), and two or more are needed.")
        return table, codes

    def predict_proba(self, X: Any) -> FloatArray:
        """Probability of each class, shape (n_rows, n_classes)."""
        raise NotImplementedError

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Return the most probable class."""
        probability = self.predict_proba(X)
        return np.asarray(self.classes_[probability.argmax(axis=1)])
