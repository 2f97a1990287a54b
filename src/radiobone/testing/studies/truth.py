"""What decides the labels of a synthetic study, and the best AUC that any reader of given columns could reach.

Every row has a latent number, its bone density (or strength) in standard deviations. References, such as a T-score by
DXA, follow it with some disagreement, and decide the labels. Columns follow it too, each with its loading and with noise
that is normal. All that columns can tell is then told by one number, the density seen through noise whose variance is
one over their information.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

FloatArray = npt.NDArray[np.float64]
REACH_SD = 6.0
N_NODES = 2401
MOST_INFORMATION = 2500.0  # beyond it the noise falls between two nodes


@dataclass(frozen=True)
class Reference:
    """A measurement apart from the columns, that decides labels.

    Attributes
    ----------
    agreement : float
        Its correlation with the latent density, in [0, 1).
    mean, sd : float
        Over the whole population, in its own units.
    """

    agreement: float
    mean: float = 0.0
    sd: float = 1.0

    def draw(self, rng: np.random.Generator, density: FloatArray) -> FloatArray:
        """Measure every row."""
        own = rng.standard_normal(len(density))
        shown = self.agreement * density + np.sqrt(1 - self.agreement**2) * own
        return np.asarray(self.mean + self.sd * shown, dtype=np.float64)

    def chance_at_most(self, value: float, density: FloatArray) -> FloatArray:
        """Probability of a measurement up to a value, for each density."""
        bound = (value - self.mean) / self.sd - self.agreement * density
        return np.asarray(ndtr(bound / np.sqrt(1 - self.agreement**2)), dtype=np.float64)


@dataclass(frozen=True)
class Rule:
    """Who is positive: whoever has one of the references at or below a value."""

    references: tuple[str, ...]
    at_most: float

    def labels(self, measured: Mapping[str, FloatArray]) -> npt.NDArray[np.bool_]:
        """Return the class of every row."""
        return np.asarray(np.any([measured[name] <= self.at_most for name in self.references], axis=0))

    def risk(self, references: Mapping[str, Reference], density: FloatArray) -> FloatArray:
        """Probability of being positive, for each density; references disagree with it independently."""
        spared = [1 - references[name].chance_at_most(self.at_most, density) for name in self.references]
        return np.asarray(1 - np.prod(spared, axis=0), dtype=np.float64)


@dataclass(frozen=True)
class Population:
    """Densities that occur: standard normal, cut to a range."""

    lowest: float = -REACH_SD
    highest: float = REACH_SD

    def nodes(self) -> tuple[FloatArray, FloatArray]:
        """Return densities on an even grid, and their probabilities."""
        density = np.linspace(max(self.lowest, -REACH_SD), min(self.highest, REACH_SD), N_NODES)
        weight = np.exp(-(density**2) / 2)
        return density, weight / weight.sum()

    def has(self, density: FloatArray) -> npt.NDArray[np.bool_]:
        """Tell which densities occur."""
        return (density >= self.lowest) & (density <= self.highest)


def ceiling_auc(
    information: float, risk: FloatArray, density: FloatArray, weight: FloatArray, n_seen: int = 1201
) -> float:
    """Best AUC of any score of columns that tell the density through noise of variance 1 / ``information``.

    By the Neyman–Pearson lemma no score beats the probability of the class given what is seen. Both classes' shares of
    every value that can be seen are summed over the densities that it may come from; the AUC is the chance that a
    positive row has the higher probability, a tie counting half.

    Parameters
    ----------
    information : float
        At least 0; that of ``Columns.information``, summed over groups. Above ``MOST_INFORMATION`` the density counts as
        seen without noise.
    risk : ndarray, shape (n_nodes,)
        Probability of being positive, for each density.
    density, weight : ndarray, shape (n_nodes,)
        Of the population, on an even grid.
    n_seen : int
        Values on the grid of what is seen.

    References
    ----------
    Wray et al. 2010, PLoS Genet 6:e1000864, for the best AUC under a liability that is normal.
    """
    if information <= 0:
        return 0.5
    if information >= MOST_INFORMATION:
        positive, negative = weight * risk, weight * (1 - risk)
    else:
        noise_sd = 1 / np.sqrt(information)
        seen = np.linspace(density[0] - 5 * noise_sd, density[-1] + 5 * noise_sd, n_seen)
        shown = np.exp(-(((seen[:, None] - density[None, :]) / noise_sd) ** 2) / 2)
        positive, negative = shown @ (weight * risk), shown @ (weight * (1 - risk))
    positive, negative = positive / positive.sum(), negative / negative.sum()
    order = np.argsort(positive / np.maximum(positive + negative, np.finfo(float).tiny), kind="stable")
    positive, negative = positive[order], negative[order]
    return float(positive @ (np.cumsum(negative) - negative / 2))


def auc_band(auc: float, n_positive: int, n_negative: int, z: float = 1.96) -> tuple[float, float]:
    """Where the AUC of a cohort of that size falls, around the best one for patients without end.

    References
    ----------
    Hanley and McNeil 1982, Radiology 143:29.
    """
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc) + (n_positive - 1) * (q1 - auc**2) + (n_negative - 1) * (q2 - auc**2)
    error = z * float(np.sqrt(variance / (n_positive * n_negative)))
    return max(0.0, auc - error), min(1.0, auc + error)


def r2_band(r2: float, n: int, z: float = 1.96) -> tuple[float, float]:
    """Where the R² of a cohort of ``n`` patients falls, around the best one for patients without end.

    References
    ----------
    Olkin and Finn 1995, Psychol Bull 118:155, for the variance 4 R² (1 − R²)² / n.
    """
    error = z * float(np.sqrt(4 * r2 * (1 - r2) ** 2 / n))
    return r2 - error, min(1.0, r2 + error)
