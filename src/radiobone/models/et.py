"""Extremely randomised trees: cuts are drawn at random, which steadies trees of few rows."""

from __future__ import annotations

from sklearn.ensemble import ExtraTreesClassifier

from radiobone.models.family import ModelFamily


def make(seed: int) -> ExtraTreesClassifier:
    """Return 200 trees, classes weighted by the inverse of their size."""
    return ExtraTreesClassifier(n_estimators=200, class_weight="balanced", n_jobs=1, random_state=seed)


ET = ModelFamily("et", "Extremely randomised trees", make, {"min_samples_leaf": [1, 3, 8]})
