"""Nested cross-validation, timed beside a plain ``GridSearchCV`` over a ``Pipeline``."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from types import MappingProxyType
from typing import Any

from radiobone.testing.search_work import SearchWork
from radiobone.workflow.bench.extraction import CLOSE, SILENT
from radiobone.workflow.bench.fresh_process import Run, run_fresh
from radiobone.workflow.bench.results import BenchTable

OURS, PLAIN = "radiobone", "scikit-learn"
TIMED = """
from radiobone.testing.search_work import timed_search
timed_search({side!r}, arguments[0], finish)
"""
SIDES: Mapping[str, str] = MappingProxyType({side: TIMED.format(side=side) for side in (OURS, PLAIN)})
TITLE = "Nested cross-validation: fresh processes by turns, the start outside the clock, medians"


@dataclass(frozen=True)
class ComparedSearch:
    """One pair on both sides.

    Attributes
    ----------
    work : SearchWork
    seconds : dict of float
        Medians by the side's name.
    largest_difference : float
        Of the scores of held-out rows, relative; absolute near zero; infinite if other rows are scored.
    rounds : int
    """

    work: SearchWork
    seconds: dict[str, float]
    largest_difference: float
    rounds: int

    @property
    def agree(self) -> bool:
        """Whether both sides predict the same, without which no speed is stated."""
        return self.largest_difference <= CLOSE

    @property
    def times_faster(self) -> float | None:
        """Ratio of the medians; None if the predictions differ."""
        return self.seconds[PLAIN] / self.seconds[OURS] if self.agree else None


def compare_search(
    work: SearchWork,
    *,
    rounds: int,
    sides: Mapping[str, str] = SIDES,
    tell: Callable[[str], None] = SILENT,
) -> ComparedSearch:
    """Time a pair: fresh processes of all sides by turns, the medians of their warm run.

    Parameters
    ----------
    work : SearchWork
        What is searched.
    rounds : int
        Processes of each side.
    sides : mapping of str to str
        Scripts by name, both of ``SIDES`` among them, as ``run_fresh`` takes them.
    tell : callable
        Told after each process.

    Raises
    ------
    BenchFailed
        If a side cannot do the work.
    """
    runs: dict[str, list[Run]] = {side: [] for side in sides}
    for _ in range(rounds):
        for side, script in sides.items():
            runs[side].append(run_fresh(sys.executable, script, [work.model_dump()]))
            tell(f"{work.pair}, {side}")
    return ComparedSearch(
        work,
        {side: median(run.seconds for run in found) for side, found in runs.items()},
        max(_difference(run.values, runs[PLAIN][0].values) for run in runs[OURS]),
        rounds,
    )


def _difference(ours: Mapping[str, float], theirs: Mapping[str, float]) -> float:
    if ours.keys() != theirs.keys():
        return math.inf
    return max(abs(score - theirs[row]) / max(abs(theirs[row]), 1.0) for row, score in ours.items())


def search_table(compared: Sequence[ComparedSearch]) -> BenchTable:
    """Put pairs into one table; of a pair whose predictions differ no time is shown."""
    columns = (
        "selector:model",
        "rows × columns",
        "folds",
        "jobs",
        "× scikit-learn",
        "radiobone s",
        "scikit-learn s",
    )
    notes = [
        "× is how many times faster radiobone is than GridSearchCV over a Pipeline with the same folds, grid and selector; its",
        "calibration and threshold are included. Seconds are this machine's, and vary with what else it does.",
    ]  # fmt: skip
    agreeing = [one for one in compared if one.agree]
    if agreeing:
        furthest = max(one.largest_difference for one in agreeing)
        notes.append(f"The scores of held-out rows agree: largest difference {furthest:.1g}.")
    notes += [
        f"{one.work.pair}: the scores of held-out rows DIFFER, by {one.largest_difference:.1g}, so that the two did not do the same "
        "work and nothing is said of their speed. Please report this."
        for one in compared
        if not one.agree
    ]
    return BenchTable(
        TITLE, columns, tuple(map(_cells, compared)), tuple(notes), {one.work.pair: search_figures(one) for one in compared}
    )  # fmt: skip


def _cells(one: ComparedSearch) -> tuple[str, ...]:
    work = one.work
    size = (
        work.pair,
        f"{work.rows} × {work.columns}",
        f"{work.outer_folds} × {work.inner_folds}",
        str(work.jobs),
    )
    if one.times_faster is None:
        return (*size, "differ", "", "")
    return (*size, f"{one.times_faster:.1f}", f"{one.seconds[OURS]:.2f}", f"{one.seconds[PLAIN]:.2f}")


def search_figures(one: ComparedSearch) -> dict[str, Any]:
    """Return the comparison as plain data; without times where the predictions differ."""
    return {
        **one.work.model_dump(),
        "times_faster": one.times_faster,
        "seconds": one.seconds if one.agree else None,
        "largest_difference": one.largest_difference if math.isfinite(one.largest_difference) else None,
        "same_predictions": one.agree,
        "rounds": one.rounds,
    }
