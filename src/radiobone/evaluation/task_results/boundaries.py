"""What lies beyond a boundary against what does not: ordered classes and numbers seen as two classes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.cohort import Cohort
from radiobone.evaluation.estimate import Estimate
from radiobone.evaluation.estimates import estimates
from radiobone.evaluation.fold import FoldOutcome

View = tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]
SHOWN = ("auc", "sensitivity", "specificity")


def boundary_estimates(
    predictions: pd.DataFrame,
    view: View,
    cohort: Cohort,
    fits: Sequence[FoldOutcome] | None,
    seed: int,
    method: str,
) -> dict[str, Estimate]:
    """Every metric of two classes of lying beyond a boundary; parameters as for ``boundary_entry``."""
    return estimates(_as_two_classes(predictions, view), cohort, fits, seed=seed, method=method)


def _as_two_classes(predictions: pd.DataFrame, view: View) -> pd.DataFrame:
    beyond, score, called = view
    return predictions.assign(
        y=beyond.astype(np.int64), probability=score.astype(float), predicted=called.astype(np.int64)
    )


def boundary_entry(
    name: str,
    predictions: pd.DataFrame,
    view: View,
    cohort: Cohort,
    fits: Sequence[FoldOutcome],
    seed: int,
    method: str,
) -> dict[str, Any]:
    """AUC, sensitivity and specificity of lying beyond a boundary, with intervals, as plain data.

    Parameters
    ----------
    name : str
        What lies beyond, in words.
    predictions : pandas.DataFrame
        One row per held-out row and repeat.
    view : tuple of numpy.ndarray, shape (n,)
        Whether a row lies beyond, a score that is higher for it, and whether it was predicted to.
    cohort, fits, seed, method
        As for ``estimates``.
    """
    found = boundary_estimates(predictions, view, cohort, fits, seed, method)
    rows = _as_two_classes(predictions, view).drop_duplicates("row_id")["y"]
    counts = {"n_beyond": int(rows.sum()), "n_before": int((1 - rows).sum())}
    return {"name": name, **counts, "metrics": {key: asdict(found[key]) for key in SHOWN}}
