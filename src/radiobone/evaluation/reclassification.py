"""What a new model adds to an old one on the same rows: NRI, IDI, and the difference in net benefit beside them.

NRI and IDI are biased towards the new model: neither is a proper score, so a model that adds noise, or whose
probabilities are too extreme, can raise both on average, and a test of either against 0 claims far too often when
the new model was fitted to the same rows (Hilden and Gerds, Stat Med 33, 2014; Pepe et al., Stat Biosci 7, 2015;
Kerr et al., Epidemiology 25, 2014). The difference in net benefit has no such bias and should decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import BadSetting, OneClass
from radiobone.core.seeds import rng_for
from radiobone.evaluation.decision_curve import net_benefit
from radiobone.evaluation.intervals import draw_patients, percentiles
from radiobone.evaluation.weighted import FloatArray, ratio

N_RESAMPLES = 2000


@dataclass(frozen=True)
class Change:
    """One value, and its 95 % percentile bootstrap interval."""

    value: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Gain:
    """A change among positives, among negatives, and the sum of the two; above 0 is for the new model."""

    positives: Change
    negatives: Change
    total: Change


@dataclass(frozen=True)
class Reclassification:
    """What the new model changes.

    Attributes
    ----------
    nri : Gain
        Categorical net reclassification improvement: share moved to the right category less share moved to the
        wrong one.
    continuous_nri : Gain
        The same for any move of the probability, however small.
    idi : Gain
        Integrated discrimination improvement: mean change of the probability in the right direction.
    net_benefit : dict of float to Change
        New less old, at each cut-off.
    """

    nri: Gain
    continuous_nri: Gain
    idi: Gain
    net_benefit: dict[float, Change]


def reclassification(
    y: npt.ArrayLike,
    old: npt.ArrayLike,
    new: npt.ArrayLike,
    *,
    cuts: Sequence[float],
    patient: npt.ArrayLike | None = None,
    seed: int = 0,
    n_resamples: int = N_RESAMPLES,
) -> Reclassification:
    """Compare the probabilities of two models; see the module on the bias of NRI and IDI.

    Parameters
    ----------
    y : array-like of int, shape (n_rows,)
        Classes 0 and 1.
    old, new : array-like of float, shape (n_rows,)
        Probabilities of class 1, on rows that neither model has seen.
    cuts : sequence of float
        Probabilities between the categories, ascending, between 0 and 1.
    patient : array-like, shape (n_rows,), optional
        Patients are drawn with all their rows; every row its own patient if not given.
    seed : int
        Of the bootstrap.
    n_resamples : int
        Bootstrap resamples.

    Raises
    ------
    OneClass
        If there is one class only.
    BadSetting
        If the cut-offs do not ascend between 0 and 1.

    References
    ----------
    Pencina MJ et al. Evaluating the added predictive ability of a new marker. Stat Med 27, 2008, and Stat Med 30,
    2011 (continuous form).
    """
    labels, before, after = np.asarray(y), np.asarray(old, dtype=float), np.asarray(new, dtype=float)
    edges = _checked(labels, np.asarray(cuts, dtype=float))
    _, unit = np.unique(
        np.arange(len(labels)) if patient is None else np.asarray(patient), return_inverse=True
    )
    n_patients = int(unit.max()) + 1
    drawn = draw_patients(
        np.zeros(n_patients, dtype=np.int64), n_resamples, rng_for(seed, "reclassification")
    )
    weights = np.vstack([np.ones((1, n_patients)), drawn])[:, unit]
    category = np.searchsorted(edges, after, side="right") - np.searchsorted(edges, before, side="right")
    benefit = net_benefit(labels, after, edges, weights) - net_benefit(labels, before, edges, weights)
    return Reclassification(
        _gain(labels, np.sign(category).astype(float), weights),
        _gain(labels, np.sign(after - before), weights),
        _gain(labels, after - before, weights),
        {float(cut): _change(values) for cut, values in zip(edges, benefit.T, strict=True)},
    )


def _checked(labels: npt.NDArray[np.int64], edges: FloatArray) -> FloatArray:
    if len(np.unique(labels)) < 2:
        raise OneClass("All rows are of one class: reclassification compares positives with negatives.")
    if not len(edges) or edges[0] <= 0 or edges[-1] >= 1 or (np.diff(edges) <= 0).any():
        raise BadSetting(f"Cut-offs {edges.tolist()} must ascend between 0 and 1, such as [0.1, 0.2].")
    return edges


def _gain(labels: npt.NDArray[np.int64], moved: FloatArray, weights: FloatArray) -> Gain:
    """Mean move upwards of the positives, downwards of the negatives, and the sum, under each weighting."""
    positives, negatives = (
        ratio(weights[:, labels == label] @ moved[labels == label], weights[:, labels == label].sum(axis=1))
        for label in (1, 0)
    )
    return Gain(_change(positives), _change(-negatives), _change(positives - negatives))


def _change(values: FloatArray) -> Change:
    return Change(float(values[0]), *percentiles(values[1:]))
