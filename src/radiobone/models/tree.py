"""A single decision tree, shallow enough to be read; classes are weighted by the inverse of their size."""

from __future__ import annotations

from sklearn.tree import DecisionTreeClassifier

from radiobone.models.family import ModelFamily


def make(seed: int) -> DecisionTreeClassifier:
    """Return a tree whose leaves hold five rows at least; the seed decides between equally good cuts."""
    return DecisionTreeClassifier(min_samples_leaf=5, class_weight="balanced", random_state=seed)


TREE = ModelFamily("tree", "Decision tree", make, {"max_depth": [1, 2, 3, 4]})
