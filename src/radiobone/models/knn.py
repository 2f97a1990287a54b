"""Nearest neighbours: the share of the positive class among the rows that are most alike.

Columns must be on one scale. In folds with fewer rows than neighbours, all rows are neighbours.
"""

from __future__ import annotations

from typing import Any

import numpy.typing as npt
from sklearn.neighbors import KNeighborsClassifier

from radiobone.models.family import ModelFamily


class NearestNeighbours(KNeighborsClassifier):
    """scikit-learn's classifier, with no more neighbours than there are rows.

    Parameters and attributes are those of ``sklearn.neighbors.KNeighborsClassifier``.
    """

    def kneighbors(
        self, X: npt.ArrayLike | None = None, n_neighbors: int | None = None, return_distance: bool = True
    ) -> Any:
        """Find the nearest rows; see scikit-learn's method of the same name."""
        asked = self.n_neighbors if n_neighbors is None else n_neighbors
        there = self.n_samples_fit_ - (X is None)
        return super().kneighbors(X, max(1, min(asked, there)), return_distance)


def make(seed: int) -> NearestNeighbours:
    """Return the classifier; nothing in it is random, so the seed has no effect."""
    return NearestNeighbours(weights="distance", algorithm="brute", n_jobs=1)


KNN = ModelFamily("knn", "Nearest neighbours", make, {"n_neighbors": [5, 11, 21, 41]})
