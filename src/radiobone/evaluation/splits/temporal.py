"""The earlier rows to learn from, the later to test on: how a model does on patients yet to come."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.cohort.cohort import Cohort
from radiobone.cohort.times import as_time, in_words
from radiobone.core.errors import BadSetting, BadTime
from radiobone.evaluation.splits.settings import DatedFolds, TemporalFolds
from radiobone.evaluation.splits.split import Split, hold_out


def temporal(cohort: Cohort, settings: TemporalFolds | DatedFolds) -> tuple[Split, ...]:
    """Make a fold per cut: learn from all rows before it, test on those from it to the next cut.

    Rows of one time are never divided. A patient with rows before and after a cut is tested with the later ones, and
    is not learned from in that fold.

    Raises
    ------
    BadSetting
        If the times are not known, or a cut leaves nothing to learn from or to test on.
    BadTime
        If a cut is not of the kind of the column, such as a date where the column holds numbers.
    """
    if cohort.time is None:
        raise BadSetting(
            "The later rows are to be tested on, and their times are not known. Name the column of dates or of other "
            "values in order: --time COLUMN (in Python times=table['COLUMN'])."
        )
    own = cohort.time if cohort.derived is None else cohort.time[~cohort.derived]
    cuts = _given(settings, own) if isinstance(settings, DatedFolds) else _shares(settings, own)
    found = []
    for fold, cut in enumerate(cuts):
        later = cohort.time >= cut
        tested = later & (cohort.time < cuts[fold + 1]) if fold + 1 < len(cuts) else later
        found.append(
            hold_out(tested, ~later, cohort.groups, cohort.derived, fold=fold, name=_name(cuts, fold))
        )
    _check_sides(found, cuts)
    return tuple(found)


def _name(cuts: npt.NDArray[Any], fold: int) -> str:
    end = f" to before {in_words(cuts[fold + 1])}" if fold + 1 < len(cuts) else " on"
    return f"from {in_words(cuts[fold])}{end}"


def _shares(settings: TemporalFolds, times: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the times that begin each of the parts of the last rows."""
    ordered = np.sort(times)
    shares = 1 - settings.test_share * (1 - np.arange(settings.cuts) / settings.cuts)
    at = np.minimum(np.round(shares * len(ordered)).astype(int), len(ordered) - 1)
    cuts = np.unique(ordered[at])
    if len(cuts) < settings.cuts or cuts[0] == ordered[0]:
        raise BadSetting(
            f"The last {settings.test_share:.0%} of {len(ordered)} rows cannot be divided into {settings.cuts} part(s) by time: "
            f"there are {len(np.unique(ordered))} different times, and rows of one time stay together. Use fewer cuts, or "
            "give them: outer: {kind: dated, cuts: [2019-01-01]}."
        )
    return cuts


def _given(settings: DatedFolds, times: npt.NDArray[Any]) -> npt.NDArray[Any]:
    cuts = np.array([as_time(cut, like=times) for cut in settings.cuts], dtype=times.dtype)
    if not (cuts[1:] > cuts[:-1]).all():
        raise BadTime(
            f"The cuts {', '.join(map(in_words, cuts))} are not in ascending order, each once. Put them in order."
        )
    return cuts


def _check_sides(splits: list[Split], cuts: npt.NDArray[Any]) -> None:
    for split, cut in zip(splits, cuts, strict=True):
        if not len(split.train) or not len(split.test):
            side = "learn from before" if not len(split.train) else "test on from"
            raise BadSetting(f"There is no row to {side} the cut at {in_words(cut)}. Choose another cut.")
