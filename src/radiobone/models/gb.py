"""Gradient boosting of scikit-learn, with exact splits.

The histogram variant needs thousands of rows to pay: it grows no leaf below 20 rows, bins what is already
small, and takes its threads from OpenMP rather than from an argument. Classes are not weighted (the estimator
has no such argument); the evaluation chooses the threshold.
"""

from __future__ import annotations

from sklearn.ensemble import GradientBoostingClassifier

from radiobone.models.family import ModelFamily


def make(seed: int) -> GradientBoostingClassifier:
    """Return stochastic gradient boosting: each tree sees four fifths of the rows."""
    return GradientBoostingClassifier(
        n_estimators=100, subsample=0.8, max_features="sqrt", min_samples_leaf=3, random_state=seed
    )


GB = ModelFamily("gb", "Gradient boosting", make, {"learning_rate": [0.03, 0.1], "max_depth": [1, 2, 3]})
