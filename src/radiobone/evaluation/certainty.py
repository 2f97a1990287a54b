"""How sure a score is: an interval that was fixed when the model was fitted, and when the model does not answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import BadSetting
from radiobone.evaluation.conformal import ClassRun, NumberInterval, fit_classes, fit_number
from radiobone.evaluation.ordinal_metrics import predicted_class
from radiobone.evaluation.probability_interval import ProbabilityInterval, fit_probability, interval_of

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Zone: TypeAlias = tuple[float, float]
Certainty: TypeAlias = ProbabilityInterval | NumberInterval | ClassRun
UNCERTAIN = "uncertain"
SEPARATOR = " | "


@dataclass(frozen=True, eq=False)
class Ends:
    """Ends of the interval of each row, as columns, and why a row is not decided, or an empty text.

    Attributes
    ----------
    low, high : sequence of float or str
        Probabilities, numbers, or names of ordered classes.
    doubts : sequence of str
    """

    low: Sequence[Any]
    high: Sequence[Any]
    doubts: Sequence[str]


def checked_zone(model: Any, zone: Zone | None) -> Zone | None:
    """Return a grey zone if it is one, and the model's answers are probabilities of two classes.

    Raises
    ------
    BadSetting
    """
    if zone is None:
        return None
    low, high = zone
    if model.task.name != "binary":
        raise BadSetting(
            f"A grey zone from {low:g} to {high:g} is one of probabilities of two classes, and the model predicts "
            f"{model.task.said(model.about)}. Leave it out."
        )
    if not 0.0 <= low < high <= 1.0:
        raise BadSetting(
            f"The grey zone from {low:g} to {high:g} is no part of the probabilities from 0 to 1, the lower end first, such as 0.4 0.6."
        )
    return low, high


def fit_certainty(
    task: str, unseen: FloatArray, y: npt.NDArray[Any], row: IntArray, groups: npt.NDArray[np.str_]
) -> Certainty:
    """Learn from inner held-out rows how sure scores are.

    Parameters
    ----------
    task : str
        What is predicted.
    unseen : numpy.ndarray, shape (n_scored,) or (n_scored, n_classes)
        What is reported of rows by models that did not learn from them.
    y, groups : numpy.ndarray, shape (n_rows,)
        Target and patient of all training rows; a patient counts once, however many rows it has.
    row : numpy.ndarray of int, shape (n_scored,)
        Position of the scored ones among them.
    """
    _, patient, times = np.unique(groups[row], return_inverse=True, return_counts=True)
    return KINDS[task].fit(unseen, y[row], 1.0 / times[patient])


def to_plain(certainty: Certainty | None) -> dict[str, Any] | None:
    """Return what a model file holds of it."""
    return None if certainty is None else asdict(certainty)


def from_plain(task: str, content: Mapping[str, Any] | None) -> Certainty | None:
    """Make it anew from a model file; None of a file that was written before there were intervals."""
    if content is None:
        return None
    return KINDS[task].make(content)


def certainty_columns(
    certainty: Certainty | None,
    reported: FloatArray,
    columns: Mapping[str, Any],
    about: Mapping[str, Any],
    doubts: Sequence[Sequence[str]],
    grey_zone: Zone | None = None,
) -> dict[str, Any]:
    """Return the columns ``interval_low``, ``interval_high``, ``answer`` (of classes) and ``uncertain``.

    Parameters
    ----------
    certainty : ProbabilityInterval, NumberInterval, ClassRun or None
        None of an older model, which has no interval.
    reported : numpy.ndarray
        What is reported of each row.
    columns : mapping
        The task's columns: ``predicted``, ``predicted_class``, ``threshold``.
    about : mapping
        Plain data of the model.
    doubts : sequence of sequence of str
        For every row further reasons not to answer, empty texts left out.
    grey_zone : (low, high), optional
        Probabilities between which the user wants no answer.
    """
    task = about.get("task", "binary")
    ends = KINDS[task].ends(certainty, reported, columns, about)
    grey = [""] * len(reported) if grey_zone is None else [_grey(float(one), grey_zone) for one in reported]
    uncertain = [
        SEPARATOR.join(filter(None, (*more, own, zone)))
        for own, zone, more in zip(ends.doubts, grey, zip(*doubts, strict=True), strict=True)
    ]
    answer = {}
    if "predicted_class" in columns:
        told = zip(columns["predicted_class"], uncertain, strict=True)
        answer = {"answer": [UNCERTAIN if why else name for name, why in told]}
    return {"interval_low": ends.low, "interval_high": ends.high, **answer, "uncertain": uncertain}


def _grey(probability: float, zone: Zone) -> str:
    low, high = zone
    if not low <= probability <= high:
        return ""
    return f"GreyZone: the probability of {probability:.3f} lies in the zone from {low:g} to {high:g} that was asked to be left open"


def _of_probability(
    certainty: Any, reported: FloatArray, columns: Mapping[str, Any], about: Mapping[str, Any]
) -> Ends:
    if certainty is None:
        return _unknown(len(reported), np.nan)
    low, high = certainty.predict(reported)
    threshold = columns["threshold"]
    doubts = [
        f"IntervalHoldsThreshold: the interval from {a:.3f} to {b:.3f} holds the threshold of {threshold:.3f}"
        if a < threshold <= b
        else ""
        for a, b in zip(low, high, strict=True)
    ]
    return Ends(low, high, doubts)


def _of_number(
    certainty: Any, reported: FloatArray, columns: Mapping[str, Any], about: Mapping[str, Any]
) -> Ends:
    if certainty is None or certainty.half_width is None:
        return _unknown(len(reported), np.nan)
    low, high = certainty.predict(reported)
    return Ends(low, high, [""] * len(reported))


def _of_classes(
    certainty: Any, reported: FloatArray, columns: Mapping[str, Any], about: Mapping[str, Any]
) -> Ends:
    levels = list(about["levels"])
    if certainty is None:
        return _unknown(len(reported), "")
    low, high = certainty.predict(reported, predicted_class(reported))
    doubt = f"EveryClassPossible: at {certainty.level:.0%} certainty none of the {len(levels)} classes can be left out"
    doubts = [doubt if b - a == len(levels) - 1 else "" for a, b in zip(low, high, strict=True)]
    return Ends([levels[a] for a in low], [levels[b] for b in high], doubts)


def _unknown(n_rows: int, value: Any) -> Ends:
    return Ends([value] * n_rows, [value] * n_rows, [""] * n_rows)


@dataclass(frozen=True, eq=False)
class Kind:
    """How a task's certainty is learned and told.

    Attributes
    ----------
    make : callable
        From what a model file holds to certainty.
    fit : callable
        From what is reported of held-out rows, their targets and weights.
    ends : callable
        From certainty, what is reported, the task's columns and the model's plain data.
    """

    make: Callable[[Mapping[str, Any]], Certainty]
    fit: Callable[[Any, Any, Any], Certainty]
    ends: Callable[[Any, FloatArray, Mapping[str, Any], Mapping[str, Any]], Ends]


KINDS: Mapping[str, Kind] = {
    "binary": Kind(interval_of, fit_probability, _of_probability),
    "number": Kind(lambda content: NumberInterval(**content), fit_number, _of_number),
    "ordinal": Kind(lambda content: ClassRun(**content), fit_classes, _of_classes),
}
