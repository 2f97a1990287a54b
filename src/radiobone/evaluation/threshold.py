"""From which probability on a row counts as positive."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from radiobone.core.settings import Settings

FloatArray = npt.NDArray[np.float64]


class Youden(Settings):
    """The cut with the largest sensitivity + specificity."""

    kind: Literal["youden"] = "youden"


class FixedThreshold(Settings):
    """A probability fixed beforehand."""

    kind: Literal["fixed"] = "fixed"
    value: float = Field(gt=0, lt=1)


class SensitivityTarget(Settings):
    """The highest cut that still reaches a sensitivity."""

    kind: Literal["sensitivity"] = "sensitivity"
    at_least: float = Field(gt=0, le=1)


Threshold = Annotated[Youden | FixedThreshold | SensitivityTarget, Field(discriminator="kind")]


def choose_threshold(
    probability: FloatArray, y: npt.NDArray[np.int64], rule: Youden | FixedThreshold | SensitivityTarget
) -> float:
    """Choose a threshold from rows that the model has not seen.

    Cuts lie midway between neighbouring probabilities. Of equally good cuts the lowest is taken,
    which misses fewer cases.

    Parameters
    ----------
    probability : numpy.ndarray of float, shape (n_rows,)
        Probability of the positive class.
    y : numpy.ndarray of int, shape (n_rows,)
        Classes 0 and 1.
    rule : Youden, FixedThreshold or SensitivityTarget
        What the threshold is to do.
    """
    if isinstance(rule, FixedThreshold):
        return rule.value
    cuts, sensitivity, specificity = operating_points(probability, y)
    if isinstance(rule, Youden):
        gain = np.round(sensitivity + specificity, 12)
        return float(cuts[np.flatnonzero(gain == gain.max())[0]])
    reached = np.flatnonzero(sensitivity >= rule.at_least - 1e-12)
    return float(cuts[reached[-1]])


def operating_points(
    probability: FloatArray, y: npt.NDArray[np.int64]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return ascending cuts with the sensitivity and specificity of 'at or above is positive'."""
    values = np.unique(probability)
    cuts = np.concatenate(([values[0]], (values[:-1] + values[1:]) / 2))
    positive = np.sort(probability[y == 1])
    negative = np.sort(probability[y == 0])
    sensitivity = 1 - np.searchsorted(positive, cuts, side="left") / len(positive)
    specificity = np.searchsorted(negative, cuts, side="left") / len(negative)
    return cuts, sensitivity, specificity
