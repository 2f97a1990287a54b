"""From which probability on a row counts as positive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from radiobone.core.settings import Settings

FloatArray = npt.NDArray[np.float64]
EQUAL_DIGITS = 12


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


class SpecificityTarget(Settings):
    """The lowest cut that already reaches a specificity."""

    kind: Literal["specificity"] = "specificity"
    at_least: float = Field(gt=0, le=1)


class LeastCost(Settings):
    """The cut at which mistakes cost least per patient.

    The costs count in proportion to each other alone. ``prevalence`` is that of the patients on whom the model is to be
    used; without it, that of the training rows.
    """

    kind: Literal["cost"] = "cost"
    false_negative: float = Field(gt=0)
    false_positive: float = Field(gt=0)
    prevalence: float | None = Field(default=None, gt=0, lt=1)


AnyThreshold = Youden | FixedThreshold | SensitivityTarget | SpecificityTarget | LeastCost
Threshold = Annotated[AnyThreshold, Field(discriminator="kind")]
TARGETS = ("sensitivity", "specificity")


def threshold_of(content: Any) -> Any:
    """Accept ``youden``, a number, ``{sensitivity: 0.9}``, ``{specificity: 0.9}`` and ``{cost: {…}}``."""
    if isinstance(content, str):
        return {"kind": content}
    if isinstance(content, int | float) and not isinstance(content, bool):
        return {"kind": "fixed", "value": content}
    if not isinstance(content, Mapping) or "kind" in content or len(content) != 1:
        return content
    ((name, value),) = content.items()
    if name in TARGETS:
        return {"kind": name, "at_least": value}
    return {"kind": "cost", **value} if name == "cost" and isinstance(value, Mapping) else content


def choose_threshold(probability: FloatArray, y: npt.NDArray[np.int64], rule: AnyThreshold) -> float:
    """Choose a threshold from rows that the model has not seen.

    Cuts lie midway between neighbouring probabilities. Of equally good cuts the lowest is taken,
    which misses fewer cases. For a specificity or a cost, a cut above all rows is among them.

    Parameters
    ----------
    probability : numpy.ndarray of float, shape (n_rows,)
        Probability of the positive class.
    y : numpy.ndarray of int, shape (n_rows,)
        Classes 0 and 1.
    rule : Youden, FixedThreshold, SensitivityTarget, SpecificityTarget or LeastCost
        What the threshold is to do.
    """
    if isinstance(rule, FixedThreshold):
        return rule.value
    cuts, sensitivity, specificity = operating_points(probability, y)
    if isinstance(rule, SensitivityTarget):
        return float(cuts[np.flatnonzero(sensitivity >= rule.at_least - 1e-12)[-1]])
    if isinstance(rule, Youden):
        return _first_best(cuts, sensitivity + specificity)
    cuts = np.append(cuts, _above(probability))
    sensitivity, specificity = np.append(sensitivity, 0.0), np.append(specificity, 1.0)
    if isinstance(rule, SpecificityTarget):
        return float(cuts[np.flatnonzero(specificity >= rule.at_least - 1e-12)[0]])
    share = float(np.mean(y == 1)) if rule.prevalence is None else rule.prevalence
    missed = rule.false_negative * share * (1 - sensitivity)
    alarms = rule.false_positive * (1 - share) * (1 - specificity)
    return _first_best(cuts, -(missed + alarms) / (rule.false_negative + rule.false_positive))


def _first_best(cuts: FloatArray, gain: FloatArray) -> float:
    """Return the lowest of the cuts with the largest gain."""
    rounded = np.round(gain, EQUAL_DIGITS)
    return float(cuts[np.flatnonzero(rounded == rounded.max())[0]])


def _above(probability: FloatArray) -> float:
    """Return a cut above all rows: midway to 1 where there is room."""
    highest = float(probability.max())
    return max((highest + 1.0) / 2, float(np.nextafter(highest, np.inf)))


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
