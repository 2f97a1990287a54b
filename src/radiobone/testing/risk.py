"""The law that draws the demo cohort's labels, and the best AUC that any model can have under it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit
from scipy.stats import rankdata

FloatArray = npt.NDArray[np.float64]
N_NODES = 20_001
REACH_SD = 9.0


@dataclass(frozen=True)
class RiskLaw:
    """Density is normal over patients; the risk of a positive label falls with it as a logistic curve.

    The label stands for a DXA diagnosis, which follows the density of the spine with some disagreement: two
    patients of one density may have different labels, so that no reading of the image can be always right.

    Attributes
    ----------
    mean_mg_cm3, sd_mg_cm3 : float
        Of the density over patients.
    even_mg_cm3 : float
        Density at which the risk is one half.
    softness_mg_cm3 : float
        Change of density that changes the odds by a factor of e; 0 would make the label certain.
    """

    mean_mg_cm3: float = 112.0
    sd_mg_cm3: float = 32.0
    even_mg_cm3: float = 106.0
    softness_mg_cm3: float = 13.5

    def risk(self, density_mg_cm3: npt.ArrayLike) -> FloatArray:
        """Return the probability of a positive label for each density."""
        logit = (self.even_mg_cm3 - np.asarray(density_mg_cm3, dtype=float)) / self.softness_mg_cm3
        return np.asarray(expit(logit), dtype=np.float64)

    def prevalence(self) -> float:
        """Return the share of positive labels to expect."""
        density, weight = self._nodes()
        return float(weight @ self.risk(density))

    def _nodes(self) -> tuple[FloatArray, FloatArray]:
        """Densities and their probabilities, on a fine even grid."""
        z = np.linspace(-REACH_SD, REACH_SD, N_NODES)
        weight = np.exp(-(z**2) / 2)
        return self.mean_mg_cm3 + self.sd_mg_cm3 * z, weight / weight.sum()


def demo_ceiling(law: RiskLaw | None = None) -> float:
    """Best AUC that any model can reach: that of the true risk itself.

    By the Neyman–Pearson lemma no score orders a positive before a negative patient more often than the risk
    does. With a = P(density, positive) and b = P(density, negative) the AUC is the probability that a's
    density is the lower, ∬ a(s) b(t) [s < t] ds dt, over both classes' shares; the inner integral is a running
    sum, so the double integral costs one pass.

    Parameters
    ----------
    law : RiskLaw, optional
        The demo cohort's by default.

    Returns
    -------
    float
        For patients without end. A cohort of 60 scatters around it with a standard error of about 0.04.
    """
    law = law or RiskLaw()
    density, weight = law._nodes()
    risk = law.risk(density)
    positive, negative = weight * risk, weight * (1 - risk)
    below = np.cumsum(positive) - positive / 2  # a tie counts half
    return float(below @ negative / (positive.sum() * negative.sum()))


def rank_auc(score: npt.ArrayLike, label: npt.ArrayLike) -> float:
    """AUC of a score by its ranks; ties count half.

    Parameters
    ----------
    score : array-like, shape (n,)
        The higher, the more positive.
    label : array-like of 0 and 1, shape (n,)
        Both classes must occur.

    References
    ----------
    Mann and Whitney's U over the number of pairs.
    """
    truth = np.asarray(label).astype(bool)
    n_positive, n_negative = int(truth.sum()), int((~truth).sum())
    u = rankdata(np.asarray(score, dtype=float))[truth].sum() - n_positive * (n_positive + 1) / 2
    return float(u / (n_positive * n_negative))
