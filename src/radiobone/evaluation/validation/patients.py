"""The level of patients in a validation: the rows of each pooled by the model's own rule, at its own threshold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.cohort.cohort import Cohort
from radiobone.evaluation.blocks.settings import Pooling
from radiobone.evaluation.pooling import is_pooled, patient_labels, pool
from radiobone.evaluation.validation.performance import frozen_performance, held_out


def patients_entry(
    cohort: Cohort,
    probability: npt.NDArray[np.float64],
    pooling: Mapping[str, Any],
    threshold: float,
    *,
    seed: int,
) -> dict[str, Any] | None:
    """Metrics, calibration and decision curve of patients, as plain data; None where patients have one row each.

    Parameters
    ----------
    cohort : Cohort
        Labels and patients.
    probability : numpy.ndarray of float, shape (n_rows,)
        The frozen model's.
    pooling : mapping
        ``Pooling`` as the model carries it.
    threshold : float
        The model's own, of pooled probabilities.
    seed : int
        Of the bootstrap.

    Raises
    ------
    ConflictingLabel
        If patients have rows of both classes, and the model's rule refuses that.
    """
    rule = Pooling(**pooling)
    if not is_pooled(cohort, rule):
        return None
    pooled, of_row = pool(probability, cohort.patient, rule.rule)
    _, first = np.unique(of_row, return_index=True)
    labels = patient_labels(cohort, rule)[first]
    rows = held_out(labels, pooled, threshold, cohort.groups[first])
    return {
        "rule": rule.rule,
        "threshold": threshold,
        "n_patients": len(pooled),
        "n_positive": int(labels.sum()),
        **frozen_performance(rows, seed=seed),
    }
