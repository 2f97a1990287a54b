"""What starting costs: the first use of an installation, and every later one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from statistics import median

from radiobone.workflow.bench.extraction import SILENT
from radiobone.workflow.bench.results import BenchTable
from radiobone.workflow.bench.sides import RADIOBONE, Work

COLD_LIMIT_S, WARM_LIMIT_S = 30.0, 1.0


def start_table(
    work: Work, *, rounds: int, cold: bool = True, tell: Callable[[str], None] = SILENT
) -> BenchTable:
    """Measure what a start adds to the time of the work itself.

    Parameters
    ----------
    work : Work
        Small; its own time is taken off.
    rounds : int
        Warm starts; the median counts.
    cold : bool
        Also start once without the machine code that earlier runs have left.
    tell : callable
        Told after each process.
    """
    warm = []
    for _ in range(rounds):
        warm.append(RADIOBONE.run(work).start_s)
        tell("warm start")
    figures = {"warm_start_seconds": median(warm), "warm_start_limit_seconds": WARM_LIMIT_S}
    rows = [("warm start (every later use)", f"{median(warm):.2f}", f"{WARM_LIMIT_S:g}")]
    if cold:
        seconds = _cold_start(work)
        tell("cold start")
        figures |= {"cold_start_seconds": seconds, "cold_start_limit_seconds": COLD_LIMIT_S}
        rows.append(("cold start (first use after installing)", f"{seconds:.1f}", f"{COLD_LIMIT_S:g}"))
    title = "What starting adds to the work: interpreter, imports, and at the first use compiling, which is announced"
    return BenchTable(title, ("start", "seconds", "should stay below"), tuple(rows), (), figures)


def _cold_start(work: Work) -> float:
    """Seconds that a start adds where no machine code is kept from earlier runs."""
    with tempfile.TemporaryDirectory() as empty:
        return RADIOBONE.run(work, environment={"NUMBA_CACHE_DIR": empty}).start_s
