"""CatBoost, silent and without its folder of logs; classes weighted by the inverse of their size."""

from __future__ import annotations

from catboost import CatBoostClassifier

from radiobone.models.family import ModelFamily


def make(seed: int) -> CatBoostClassifier:
    """Return CatBoost on one thread."""
    return CatBoostClassifier(
        iterations=150, auto_class_weights="Balanced", allow_writing_files=False, logging_level="Silent",
        thread_count=1, random_seed=seed,
    )  # fmt: skip


CATBOOST = ModelFamily("catboost", "CatBoost", make, {"learning_rate": [0.03, 0.1], "depth": [2, 4]})
