"""How the inner folds look for the best setting: every one of a grid, some drawn by chance, or by Optuna."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from radiobone.core.settings import Settings

Scoring = Literal[
    "roc_auc", "average_precision",
    "neg_ranked_probability_score", "boundary_auc", "quadratic_kappa",
    "neg_root_mean_squared_error", "neg_mean_absolute_error", "r2",
]  # fmt: skip


class GridSearch(Settings):
    """Try every combination."""

    kind: Literal["grid"] = "grid"
    scoring: Scoring = "roc_auc"


class RandomSearch(Settings):
    """Try some settings of each model family, drawn from its lists and ranges of values."""

    kind: Literal["random"] = "random"
    n_iter: int = Field(default=20, ge=1)
    scoring: Scoring = "roc_auc"


class OptunaSearch(Settings):
    """Try some settings of each model family, each proposed from how the earlier ones did (Optuna's TPE)."""

    kind: Literal["optuna"] = "optuna"
    n_iter: int = Field(default=30, ge=1)
    scoring: Scoring = "roc_auc"


Search = Annotated[GridSearch | RandomSearch | OptunaSearch, Field(discriminator="kind")]
