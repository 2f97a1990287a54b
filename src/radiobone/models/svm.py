"""Support vector machine, linear or with a radial basis function.

It gives a ``decision_function`` alone; probabilities come from the calibration of the evaluation. Classes are
weighted by the inverse of their size. Columns must be on one scale: the cap on iterations, with scikit-learn's
warning, is there for those that are not.
"""

from __future__ import annotations

from radiobone.models.family import ModelFamily
from radiobone.models.two_class_svc import TwoClassSVC

MAX_ITERATIONS = 1_000_000


def make(seed: int) -> TwoClassSVC:
    """Return a support vector classifier; libsvm without probabilities draws no random numbers."""
    return TwoClassSVC(class_weight="balanced", max_iter=MAX_ITERATIONS, cache_size=50, random_state=seed)


SVM = ModelFamily(
    "svm",
    "Support vector machine",
    make,
    {"kernel": ["linear", "rbf"], "C": [0.1, 1.0, 10.0], "gamma": ["scale"]},
)
