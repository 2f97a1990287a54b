"""Gaussian naive Bayes: each feature normal within each class, independent of the others.

Both classes count alike. Correlated features are counted as often as they come, so its probabilities lie too close to
0 and 1; the evaluation calibrates them.
"""

from __future__ import annotations

from sklearn.naive_bayes import GaussianNB

from radiobone.models.family import ModelFamily


def make(seed: int) -> GaussianNB:
    """Return naive Bayes; nothing in it is random, so the seed has no effect."""
    return GaussianNB(priors=[0.5, 0.5])


NB = ModelFamily("nb", "Gaussian naive Bayes", make, {"var_smoothing": [1e-9, 1e-2, 0.1]})
