"""Scores of an outer fold that the controls of the method go by: what they are called, and what chance gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.evaluation.metrics import auc
from radiobone.evaluation.number_metrics import of_errors, rank_correlation
from radiobone.evaluation.ordinal_metrics import predicted_class, quadratic_kappa

FloatArray = npt.NDArray[np.float64]
Target = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class FoldScore:
    """A score of the test rows of one fold.

    Attributes
    ----------
    key : str
        In ``metrics.json``.
    in_folds : str
        The same score in ``folds.json``.
    title, with_article : str
        What it is called: ``AUC``, ``an AUC``.
    chance : float
        What predictions give on average that know nothing of the test rows.
    of : callable
        From the target and what is predicted of it to the score, higher is better; None if it cannot be computed.
    needs : str
        What the test rows of a fold must have for it.
    shuffled : str
        What is shuffled to see what chance gives.
    why : str
        Why the null control goes by it, where that does not go without saying.
    """

    key: str
    in_folds: str
    title: str
    with_article: str
    chance: float
    of: Callable[[Target, FloatArray], float | None]
    needs: str = "both classes"
    shuffled: str = "labels"
    why: str = ""


def kappa_of(y: Target, probability: FloatArray) -> float | None:
    """Quadratic kappa of the most probable classes; None if the rows are of one class.

    Parameters
    ----------
    y : numpy.ndarray of int, shape (n_rows,)
    probability : numpy.ndarray of float, shape (n_rows, n_classes)
    """
    return quadratic_kappa(y, predicted_class(probability), probability.shape[1])


AUC = FoldScore("auc", "auc", "AUC", "an AUC", 0.5, auc)
QUADRATIC_KAPPA = FoldScore(
    "quadratic_kappa", "score", "quadratic kappa", "a quadratic kappa", 0.0, kappa_of, "two classes"
)
R2 = FoldScore(
    "r2", "r2", "R²", "an R²", 0.0, partial(of_errors, "r2"), "different values", "measured values"
)
RANK_CORRELATION = FoldScore(
    "rank_correlation", "rank_correlation", "rank correlation", "a rank correlation", 0.0, rank_correlation,
    "different values",
    "measured values",
    "The null control goes by the rank correlation of predicted and measured values in a fold, whose mean is 0 for any honest "
    "pipeline. That of R² is not known beforehand: it lies at or below 0, and the further below the more a model overfits, so "
    "that a leak could hide there. Above 0, R² needs values that go together in a fold, which the rank correlation shows.",
)  # fmt: skip
