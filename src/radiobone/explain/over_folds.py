"""SHAP values of the held-out rows of every outer fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.cohort import Cohort
from radiobone.core.seeds import rng_for, seed_for
from radiobone.evaluation.chain import apply_steps
from radiobone.evaluation.fold import FoldFit, FoldOutcome
from radiobone.evaluation.row_metadata import RawRows, raw_rows
from radiobone.evaluation.splits import Split
from radiobone.explain.explanation import COLUMNS, Explanation
from radiobone.explain.interactions import joined_pairs, pair_table
from radiobone.explain.problem import Problem, additivity_error
from radiobone.explain.registry import explainer_for
from radiobone.explain.scales import SCALES
from radiobone.explain.weights import joined_weights

MOST_BACKGROUND = 100
NOTE = (
    "Values are of held-out rows, explained by the model of their own fold against at most 100 of its training rows; "
    "features are varied one by one as if independent (interventional)."
)
OF_COMPONENTS = (
    " Principal components (pca_1 and on) are those of each fold: their values are places along its own directions, which are "
    "alike between folds only where the data fix them; read their importance, and look up the weights of the columns behind them."
)
OF_TWO_CLASSES = " A model without probabilities is explained through its fold's calibration."


@dataclass(frozen=True, eq=False)
class ExplainedFold:
    """SHAP values of one fold.

    Attributes
    ----------
    table : DataFrame
        A block of the long table.
    info : dict
        How it was made.
    made : ndarray, shape (n_rows, n_made)
        Values of the features that a step made, such as principal components, in the order of the model.
    weights, pairs : DataFrame or None
        The model's weights, or its interactions, where it has them.
    """

    table: pd.DataFrame
    info: dict[str, Any]
    made: npt.NDArray[np.float64]
    weights: pd.DataFrame | None = None
    pairs: pd.DataFrame | None = None


def gathered(explained: Sequence[ExplainedFold], task: str = "binary") -> Explanation:
    """Join the folds of a task, in their order."""
    blocks = [fold.table for fold in explained if len(fold.table)]
    table = pd.concat(blocks, ignore_index=True) if blocks else pd.DataFrame(columns=list(COLUMNS))
    weights = joined_weights([fold.weights for fold in explained if fold.weights is not None])
    pairs = joined_pairs([fold.pairs for fold in explained if fold.pairs is not None])
    note = NOTE + (OF_TWO_CLASSES if task == "binary" else "")
    note += OF_COMPONENTS if any(fold.made.size for fold in explained) else ""
    return Explanation(
        table, tuple(fold.info for fold in explained), note, SCALES[task].words, weights, pairs
    )


def shap_task(fold: Split | FoldOutcome, cohort: Cohort, seed: int) -> tuple[RawRows, RawRows, int]:
    """Return what ``explain_fold`` is given besides the fit: background, held-out rows, seed."""
    own_seed = seed_for(seed, "shap", "repeat", fold.repeat, "fold", fold.fold)
    rows = raw_rows(cohort)
    return rows.take(background_rows(fold, seed)), rows.take(fold.test), own_seed


def background_rows(fit: Split | FoldOutcome, seed: int) -> npt.NDArray[np.int64]:
    """Choose at most 100 training rows of a fold, in their order."""
    if len(fit.train) <= MOST_BACKGROUND:
        return np.sort(fit.train)
    rng = rng_for(seed, "shap background", "repeat", fit.repeat, "fold", fit.fold)
    return np.sort(rng.choice(np.sort(fit.train), MOST_BACKGROUND, replace=False))


def explain_fold(fit: FoldFit, background: RawRows, held_out: RawRows, seed: int) -> ExplainedFold:
    """Explain the held-out rows of one fold.

    Parameters
    ----------
    fit : FoldFit
        What the fold learned.
    background, held_out : RawRows
        Training rows to compare with, and rows to explain.
    seed : int
        For explainers that draw.
    """
    scale = SCALES[fit.task]
    predict, link = scale.predict(fit), scale.link(fit)
    problem = Problem(fit.model, predict, _seen(fit, background), _seen(fit, held_out), seed, link)
    found = explainer_for(fit.model)(problem)
    info = {
        "repeat": fit.repeat,
        "fold": fit.fold,
        "model": fit.model_name,
        "explainer": found.kind,
        "base_value": found.base_value,
        "additivity_error": additivity_error(problem, found),
        "n_background": len(background),
        "orders": found.orders,
    }
    pairs = None if found.interactions is None else pair_table(fit, found.interactions)
    made = problem.rows[:, made_by_steps(fit, held_out.X)]
    return ExplainedFold(long_table(fit, held_out.X, found.values, made), info, made, pairs=pairs)


def made_by_steps(fit: FoldOutcome, held_out: pd.DataFrame) -> list[int]:
    """Places of the features that no raw column holds, such as principal components: a step of the fold made them."""
    return [place for place, name in enumerate(fit.features) if name not in held_out.columns]


def _seen(fit: FoldFit, rows: RawRows) -> npt.NDArray[np.float64]:
    """Rows as the fold's model sees them."""
    return np.ascontiguousarray(apply_steps(fit.steps, rows), dtype=float)


def long_table(
    fit: FoldOutcome, held_out: pd.DataFrame, values: npt.NDArray[np.float64], made: npt.NDArray[np.float64]
) -> pd.DataFrame:
    """Return SHAP values, shape (n_rows, n_features), as a table with one row per held-out row and feature.

    ``made``, shape (n_rows, n_made), holds what the model sees of the features that ``made_by_steps`` names.
    """
    n_rows, n_features = values.shape
    raw = held_out.reindex(columns=list(fit.features)).to_numpy(dtype=float, copy=True)
    raw[:, made_by_steps(fit, held_out)] = made
    return pd.DataFrame(
        {
            "row_id": np.repeat(held_out.index.astype(str).to_numpy(), n_features),
            "repeat": fit.repeat,
            "fold": fit.fold,
            "feature": np.tile(np.asarray(fit.features, dtype=object), n_rows),
            "value": raw.ravel(),
            "shap": values.ravel(),
        },
        columns=list(COLUMNS),
    )
