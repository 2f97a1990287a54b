"""How many patients a prediction model for two classes needs: Riley's four criteria."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import expit
from scipy.stats import norm

from radiobone.core.errors import BadSetting

FloatArray = npt.NDArray[np.float64]
SHRINKAGE = 0.9
RISK_MARGIN = 0.05
R2_MARGIN = 0.05
RISK_ERROR = 0.05
NODES = 200


@dataclass(frozen=True)
class SampleSize:
    """Patients needed.

    Attributes
    ----------
    overall_risk : int
        To know the share of positives within 0.05.
    risk_error : int
        For a mean absolute error of the predicted risks of 0.05; the formula is made for up to 30 parameters.
    shrinkage : int
        For predictor effects that are too large by a tenth at most (shrinkage of 0.9).
    r2_optimism : int
        For Nagelkerke's R² to be too high by 0.05 at most.
    n : int
        The largest of the four.
    n_positive : int
        Positives among them.
    """

    overall_risk: int
    risk_error: int
    shrinkage: int
    r2_optimism: int
    n: int
    n_positive: int


def required_sample_size(prevalence: float, *, n_parameters: int, r2_cox_snell: float) -> SampleSize:
    """Patients needed to develop a model, for fixed candidate parameters and without selection from more.

    Parameters
    ----------
    prevalence : float
        Share of positives, between 0 and 1.
    n_parameters : int
        Candidate parameters: every feature from which the outcome-driven steps choose counts, not only those
        that are chosen.
    r2_cox_snell : float
        Expected, from an earlier study; from an AUC by ``r2_from_auc``.

    Raises
    ------
    BadSetting
        If a value is out of its range, or R² is not below what the share of positives allows.

    References
    ----------
    Riley RD et al. Calculating the sample size required for developing a clinical prediction model. BMJ 368, 2020.
    Riley RD et al. Minimum sample size for developing a multivariable prediction model: part II. Stat Med 38, 2019.
    The second criterion: van Smeden M et al. Stat Methods Med Res 28, 2019.
    """
    largest = largest_r2(prevalence)
    if n_parameters < 1 or not 0 < r2_cox_snell < min(largest, SHRINKAGE):
        raise BadSetting(
            f"{n_parameters} parameters and R² {r2_cox_snell:g}: at least one parameter is needed, and for a share of "
            f"positives of {prevalence:g} Cox and Snell's R² lies between 0 and {min(largest, SHRINKAGE):.3f}."
        )
    wanted = r2_cox_snell / (r2_cox_snell + R2_MARGIN * largest)
    log_n = -0.508 + 0.259 * math.log(prevalence) + 0.504 * math.log(n_parameters) - math.log(RISK_ERROR)
    needed = (
        math.ceil((1.96 / RISK_MARGIN) ** 2 * prevalence * (1 - prevalence)),
        math.ceil(math.exp(log_n / 0.544)),
        _for_shrinkage(SHRINKAGE, n_parameters, r2_cox_snell),
        _for_shrinkage(wanted, n_parameters, r2_cox_snell),
    )
    return SampleSize(*needed, max(needed), math.ceil(max(needed) * prevalence))


def expected_shrinkage(n: int, *, n_parameters: int, r2_cox_snell: float) -> float:
    """Shrinkage to expect of ``n`` patients: below 0.9, effects will be too large by more than a tenth.

    Raises
    ------
    BadSetting
        If so few patients are given that the formula has no solution.
    """

    def excess(shrinkage: float) -> float:
        return n + n_parameters / ((1 - shrinkage) * math.log1p(-r2_cox_snell / shrinkage))

    low, high = r2_cox_snell * (1 + 1e-12), 1 - 1e-12
    if excess(low) < 0:
        raise BadSetting(
            f"{n} patients are too few for {n_parameters} parameters at R² {r2_cox_snell:g}: no shrinkage is "
            "reached. Offer fewer features, or collect more patients."
        )
    return float(brentq(excess, low, high))


def _for_shrinkage(shrinkage: float, n_parameters: int, r2: float) -> int:
    return math.ceil(n_parameters / ((shrinkage - 1) * math.log1p(-r2 / shrinkage)))


def largest_r2(prevalence: float) -> float:
    """Cox and Snell's R² of a model that is always right.

    Raises
    ------
    BadSetting
        If the share of positives is not between 0 and 1.
    """
    if not 0 < prevalence < 1:
        raise BadSetting(f"The share of positives must lie between 0 and 1, not at {prevalence:g}.")
    null = prevalence * math.log(prevalence) + (1 - prevalence) * math.log(1 - prevalence)
    return 1 - math.exp(2 * null)


def r2_from_auc(auc: float, prevalence: float) -> float:
    """Cox and Snell's R² of a model with this AUC whose scores are normal in both classes, equally wide.

    Parameters
    ----------
    auc : float
        Between 0.5 and 1.
    prevalence : float
        Share of positives.

    References
    ----------
    Riley RD, Van Calster B, Collins GS. A note on estimating the Cox-Snell R² from a reported C statistic. Stat Med
    40, 2021; by quadrature here, by simulation there.
    """
    largest = largest_r2(prevalence)
    if not 0.5 < auc < 1:
        raise BadSetting(f"The AUC must lie between 0.5 and 1, not at {auc:g}.")
    apart = math.sqrt(2) * float(norm.ppf(auc))
    nodes, mass = np.polynomial.hermite_e.hermegauss(NODES)
    mass = mass / mass.sum()

    def log_likelihood(x: FloatArray, label: int) -> float:
        log_odds = math.log(prevalence / (1 - prevalence)) + apart * x - apart**2 / 2
        chance = expit(log_odds if label else -log_odds)
        return float(mass @ np.log(np.maximum(chance, np.finfo(float).tiny)))

    of_model = prevalence * log_likelihood(nodes + apart, 1) + (1 - prevalence) * log_likelihood(nodes, 0)
    null = prevalence * math.log(prevalence) + (1 - prevalence) * math.log(1 - prevalence)
    return min(1 - math.exp(2 * (null - of_model)), largest)
