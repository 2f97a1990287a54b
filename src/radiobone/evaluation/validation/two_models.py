"""Two frozen models on the same rows of another cohort."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.evaluation import reclassification as changes
from radiobone.evaluation.delong import auc_covariance, auc_difference
from radiobone.evaluation.weighted import FloatArray, IntArray

DELONG_TEST = "DeLong's test of two AUCs on the same rows"
OBUCHOWSKI_TEST = "Obuchowski's form of DeLong's test: rows of a patient kept together"
BIAS = (
    "NRI and IDI favour the new model: neither is a proper score, so a model that adds noise, or whose probabilities are "
    "too extreme, can raise both (Hilden and Gerds 2014, Pepe et al. 2015, Kerr et al. 2014). They are shown because "
    "reviewers ask for them; the difference in net benefit, which has no such bias, should decide."
)


def compare_frozen(
    y: IntArray,
    new: FloatArray,
    old: FloatArray,
    groups: npt.NDArray[np.str_],
    *,
    cuts: Sequence[float],
    seed: int,
) -> dict[str, Any]:
    """Compare the probabilities of two models that were fixed before the cohort was seen; new less old.

    Parameters
    ----------
    y : numpy.ndarray of int, shape (n_rows,)
        Classes 0 and 1.
    new, old : numpy.ndarray of float, shape (n_rows,)
        Probabilities of class 1.
    groups : numpy.ndarray of str, shape (n_rows,)
        Patient of each row.
    cuts : sequence of float
        Probabilities between the categories of the NRI, and where net benefit is compared.
    seed : int
        Of the bootstrap.

    Raises
    ------
    OneClass, TooFewPerClass
        If a class has fewer than two patients.
    BadSetting
        If the cut-offs do not ascend between 0 and 1.
    """
    clustered = len(np.unique(groups)) < len(groups)
    found = auc_difference(auc_covariance(y, [new, old], groups if clustered else None))
    moved = changes.reclassification(y, old, new, cuts=cuts, patient=groups, seed=seed)
    return {
        "auc": {**asdict(found), "method": OBUCHOWSKI_TEST if clustered else DELONG_TEST},
        "net_benefit": [{"threshold": cut, **asdict(one)} for cut, one in moved.net_benefit.items()],
        "nri": asdict(moved.nri),
        "continuous_nri": asdict(moved.continuous_nri),
        "idi": asdict(moved.idi),
        "cuts": list(moved.net_benefit),
        "method": f"95 % percentile bootstrap of patients, {changes.N_RESAMPLES} resamples, both models kept",
        "caution": BIAS,
    }
