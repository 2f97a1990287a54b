"""Random forest, classes weighted by the inverse of their size in each bootstrap sample."""

from __future__ import annotations

from radiobone.models.family import ModelFamily
from radiobone.models.forest import OneThreadForest


def make(seed: int) -> OneThreadForest:
    """Return a random forest of 200 trees."""
    return OneThreadForest(n_estimators=200, class_weight="balanced_subsample", n_jobs=1, random_state=seed)


RF = ModelFamily("rf", "Random forest", make, {"min_samples_leaf": [1, 3, 8]})
