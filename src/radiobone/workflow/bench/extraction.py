"""Extraction of features, timed beside pyradiomics."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from radiobone.core.progress import Progress
from radiobone.workflow.bench.fresh_process import Run
from radiobone.workflow.bench.results import BenchTable
from radiobone.workflow.bench.sides import RADIOBONE, Side, Work

Found = Mapping[str, Sequence[Run]]
CLOSE = 1e-9
SILENT = Progress()


@dataclass(frozen=True)
class Compared:
    """One piece of work on all sides.

    Attributes
    ----------
    name : str
        Of the work.
    n_values : int
        Features times regions.
    seconds, peak_mb : dict
        Medians by the side's name.
    times_faster : dict of float
        Other side's seconds over radiobone's.
    largest_difference : float or None
        Of radiobone's values from the first other side's, relative; absolute near zero.
    rounds : int
    """

    name: str
    n_values: int
    seconds: dict[str, float]
    peak_mb: dict[str, float | None]
    times_faster: dict[str, float]
    largest_difference: float | None
    rounds: int


def compare(
    name: str, work: Work, sides: Sequence[Side], *, rounds: int, tell: Callable[[str], None] = SILENT
) -> Compared:
    """Time a piece of work: fresh processes by turns, the medians of their second, warm pass.

    Parameters
    ----------
    name : str
        Shown while it runs.
    work : Work
        Read and measured anew in every pass.
    sides : sequence of Side
        radiobone first.
    rounds : int
        Processes of each side.
    tell : callable
        Told after each process.

    Raises
    ------
    BenchFailed
        If a side cannot do the work.
    """
    runs: dict[str, list[Run]] = {side.name: [] for side in sides}
    for _ in range(rounds):
        for side in sides:
            runs[side.name].append(side.run(work))
            tell(f"{name}, {side.name}")
    seconds = {side: median(run.seconds for run in found) for side, found in runs.items()}
    ours = seconds[RADIOBONE.name]
    others = [side.name for side in sides if side.name != RADIOBONE.name]
    return Compared(
        name=name,
        n_values=len(runs[RADIOBONE.name][0].values),
        seconds=seconds,
        peak_mb={side: _peak(found) for side, found in runs.items()},
        times_faster={side: seconds[side] / ours for side in others},
        largest_difference=_largest_difference(runs, others[0]) if others else None,
        rounds=rounds,
    )


def _peak(found: Sequence[Run]) -> float | None:
    known = [run.peak_mb for run in found if run.peak_mb is not None]
    return median(known) if known else None


def _largest_difference(runs: Found, other: str) -> float:
    """Infinite if the two sides do not give the same features."""
    ours, theirs = runs[RADIOBONE.name][0].values, runs[other][0].values
    if ours.keys() != theirs.keys():
        return math.inf
    return max(abs(value - theirs[name]) / max(abs(theirs[name]), 1.0) for name, value in ours.items())


def extraction_table(compared: Sequence[Compared], title: str) -> BenchTable:
    """Put comparisons into one table, ratios first."""
    others = list(compared[0].times_faster)
    columns = ["workload", "values", *(f"× {name}" for name in others), "radiobone s"]
    columns += [f"{name} s" for name in others[:1]] + ["peak MB", *(["share of memory"] if others else [])]
    notes = [
        "× is how many times faster radiobone is. Seconds are this machine's, and vary with what else it does."
    ]
    known = [one.largest_difference for one in compared if one.largest_difference is not None]
    if known:
        agree = "agree" if max(known) <= CLOSE else "DIFFER"
        notes.append(f"The values {agree}: largest difference {max(known):.1g}.")
    else:
        notes.append(
            "pyradiomics was not found, so nothing is compared: --pyradiomics names an interpreter that has it."
        )
    rows = tuple(_cells(one, others) for one in compared)
    return BenchTable(title, tuple(columns), rows, tuple(notes), {one.name: figures(one) for one in compared})


def _cells(one: Compared, others: Sequence[str]) -> tuple[str, ...]:
    peak = one.peak_mb[RADIOBONE.name]
    cells = [one.name, str(one.n_values), *(f"{one.times_faster[name]:.1f}" for name in others)]
    cells += [f"{one.seconds[name]:.3f}" for name in [RADIOBONE.name, *others[:1]]]
    cells.append("" if peak is None else f"{peak:.0f}")
    if others:
        theirs = one.peak_mb[others[0]]
        cells.append("" if peak is None or theirs is None else f"{peak / theirs:.2f}")
    return tuple(cells)


def figures(one: Compared) -> dict[str, Any]:
    """Return the comparison as plain data."""
    difference = one.largest_difference
    return {
        "n_values": one.n_values,
        "times_faster": one.times_faster,
        "seconds": one.seconds,
        "peak_MB": one.peak_mb,
        "largest_difference": difference if difference is not None and math.isfinite(difference) else None,
        "same_features": difference is None or math.isfinite(difference),
        "rounds": one.rounds,
    }
