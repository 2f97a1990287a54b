"""How many patients the validation of a model on another cohort needs: Riley's three criteria."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from radiobone.core.errors import BadSetting

Z = 1.959963984540054
RATIO_WIDTH = 0.2
SLOPE_WIDTH = 0.2
AUC_WIDTH = 0.1


@dataclass(frozen=True)
class ValidationSize:
    """Patients needed.

    Attributes
    ----------
    ratio : int
        For the interval of observed over expected positives to be ``RATIO_WIDTH`` wide.
    slope : int
        For that of the calibration slope to be ``SLOPE_WIDTH`` wide.
    auc : int
        For that of the AUC to be ``AUC_WIDTH`` wide.
    n : int
        The largest of the three.
    n_positive : int
        Positives among them.
    """

    ratio: int
    slope: int
    auc: int
    n: int
    n_positive: int


def validation_sample_size(
    prevalence: float,
    *,
    auc: float,
    log_odds: npt.ArrayLike,
    ratio_width: float = RATIO_WIDTH,
    slope_width: float = SLOPE_WIDTH,
    auc_width: float = AUC_WIDTH,
) -> ValidationSize:
    """Patients needed to know a model's calibration and discrimination on another cohort, if it holds there.

    Parameters
    ----------
    prevalence : float
        Share of positives, between 0 and 1.
    auc : float
        Expected, between 0 and 1.
    log_odds : array-like of float, shape (n,)
        How the model's log odds are spread over such patients.
    ratio_width, slope_width, auc_width : float
        Widths of the 95 % intervals.

    Raises
    ------
    BadSetting
        If a value is out of its range, or the log odds do not vary.

    References
    ----------
    Riley RD et al. Minimum sample size for external validation of a clinical prediction model with a binary outcome.
    Stat Med 40, 2021. The AUC's standard error: Newcombe RG. Stat Med 25, 2006.
    """
    if not (0 < prevalence < 1 and 0 < auc < 1):
        raise BadSetting(
            f"A share of positives of {prevalence:g} and an AUC of {auc:g}: both must lie between 0 and 1."
        )
    needed = (
        _for_ratio(prevalence, ratio_width),
        _for_slope(np.asarray(log_odds, dtype=float), slope_width),
        _for_auc(prevalence, auc, auc_width),
    )
    return ValidationSize(*needed, max(needed), math.ceil(max(needed) * prevalence))


def _for_ratio(prevalence: float, width: float) -> int:
    """From the standard error of the log of the ratio, at a ratio of 1."""
    error = math.asinh(width / 2) / Z
    return math.ceil((1 - prevalence) / (prevalence * error**2))


def _for_slope(log_odds: npt.NDArray[np.float64], width: float) -> int:
    """From Fisher's information on intercept and slope at a slope of 1."""
    chance = expit(log_odds)
    spread = chance * (1 - chance)
    a, b, c = (float(np.mean(spread * log_odds**power)) for power in (0, 1, 2))
    information = a * c - b * b
    if not information > 1e-12:
        raise BadSetting(
            "The model gives every patient the same probability: there is no calibration slope to know."
        )
    return math.ceil(a / (information * (width / (2 * Z)) ** 2))


def _for_auc(prevalence: float, auc: float, width: float) -> int:
    """Solve ``AUC (1 - AUC) (1 - k + k n / 2) = se² φ (1 - φ) n²`` for n."""
    k = (1 - auc) / (2 - auc) + auc / (1 + auc)
    spread = auc * (1 - auc)
    square = (width / (2 * Z)) ** 2 * prevalence * (1 - prevalence)
    half = spread * k / 2
    return math.ceil((half + math.sqrt(half**2 + 4 * square * spread * (1 - k))) / (2 * square))
