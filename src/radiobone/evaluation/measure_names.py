"""Measures that are shown first, by task, and their names."""

from __future__ import annotations

from collections.abc import Mapping

SHOWN: Mapping[str, Mapping[str, str]] = {
    "binary": {
        "auc": "AUC",
        "sensitivity": "sensitivity",
        "specificity": "specificity",
        "balanced_accuracy": "balanced accuracy",
        "brier": "Brier score",
    },
    "ordinal": {
        "quadratic_kappa": "quadratic kappa",
        "accuracy": "accuracy",
        "balanced_accuracy": "balanced accuracy",
        "off_by": "classes off, mean",
    },
    "number": {"mae": "mean abs. error", "rmse": "root mean sq. err.", "r2": "R²"},
}

SUBGROUP_LEAD: Mapping[str, tuple[str, ...]] = {
    "binary": ("auc",),
    "ordinal": ("quadratic_kappa",),
    "number": ("mae", "r2"),
}
"""What is told first of a subgroup; of numbers the error, since R² depends on how much a group's values vary."""

AT_THRESHOLD: Mapping[str, str] = {
    "balanced_accuracy": "balanced accuracy",
    "accuracy": "accuracy",
    "sensitivity": "sensitivity",
    "specificity": "specificity",
}
"""Measures of two classes that depend on the threshold."""
