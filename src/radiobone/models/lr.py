"""Logistic regression with an L2, an L1 or an elastic-net penalty.

Classes are weighted by the inverse of their size: cohorts of fractures or metastases are unbalanced, and
without weights a small C learns little but the commoner class. Probabilities are shifted by that; the
evaluation calibrates them. Columns must be on one scale. A ``ConvergenceWarning`` is left to be seen: with
scaled columns none is expected.
"""

from __future__ import annotations

from sklearn.linear_model import LogisticRegression

from radiobone.models.family import ModelFamily
from radiobone.models.logistic import LogisticL2

C_GRID = [0.001, 0.01, 0.1, 1.0, 10.0]


def make_l2(seed: int) -> LogisticL2:
    """Return a ridge-penalised logistic regression; its solution is unique, so the seed has no effect."""
    return LogisticL2(solver="lbfgs", l1_ratio=0.0, class_weight="balanced", max_iter=5000, random_state=seed)


def make_l1(seed: int) -> LogisticRegression:
    """Return a LASSO-penalised logistic regression; liblinear, since saga is far slower on so few rows.

    liblinear penalises the intercept too; scaling it by 10 makes that negligible. It goes through columns in
    a random order, so the tolerance is tight enough for the seed not to show.
    """
    return LogisticRegression(
        solver="liblinear", l1_ratio=1.0, class_weight="balanced", max_iter=5000, tol=1e-6, intercept_scaling=10.0,
        random_state=seed,
    )  # fmt: skip


def make_elastic_net(seed: int) -> LogisticRegression:
    """Return a logistic regression with both penalties."""
    return LogisticRegression(
        solver="saga", l1_ratio=0.5, class_weight="balanced", max_iter=50_000, tol=1e-3, random_state=seed
    )


L2 = ModelFamily("lr", "Logistic regression (L2)", make_l2, {"C": C_GRID})
L1 = ModelFamily("lr_l1", "Logistic regression (L1)", make_l1, {"C": [0.03, 0.1, 0.3, 1.0, 3.0]})
ELASTIC_NET = ModelFamily(
    "lr_elasticnet",
    "Logistic regression (elastic net)",
    make_elastic_net,
    {"C": [0.01, 0.1, 1.0], "l1_ratio": [0.2, 0.5, 0.8]},
)
