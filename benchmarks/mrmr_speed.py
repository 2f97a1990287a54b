"""Time mRMR against mrmr-selection on one table, and compare what they choose.

    python benchmarks/mrmr_speed.py [--python PYTHON] [--rounds 3]   # PYTHON has radiobone and mrmr_selection

500 rows, 851 columns that correlate in blocks, two classes; 100 columns are chosen. Fresh processes by turns, one thread
each, imports and the compiling of kernels outside the clock. Writes benchmarks/results/mrmr_speed.json.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from statistics import median
from typing import Any

from radiobone.workflow.bench.fresh_process import run_fresh

HERE = Path(__file__).resolve().parent
N_ROWS, N_COLUMNS, N_CHOSEN = 500, 851, 100
OURS, THEIRS = ("mid", "miq", "fcq"), "mrmr-selection"
WORK = """
sys.path.insert(0, arguments[0])
import mrmr_speed
mrmr_speed.measured(arguments[1], finish)
"""


def table(n_rows: int, n_columns: int) -> tuple[Any, Any]:
    """Return values and classes, in which a third of the blocks of columns tell the classes apart."""
    from radiobone.testing.tables import Design, planted_cohort

    informative = max(n_columns // 28, 1)
    design = Design(
        n_patients=n_rows, n_features=n_columns, n_informative=informative, block_size=12, correlation=0.7
    )
    made = planted_cohort(design, seed=1)
    return made.X.to_numpy(), made.y


def chosen_by(side: str, values: Any, y: Any, n_chosen: int) -> list[int]:
    """Return the columns that a side chooses, in order."""
    if side == THEIRS:
        import pandas as pd
        from mrmr import mrmr_classif

        frame, target = pd.DataFrame(values), pd.Series(y)
        return [int(one) for one in mrmr_classif(frame, target, K=n_chosen, n_jobs=1, show_progress=False)]
    from radiobone.selection.mrmr import MRMRSelector

    order = MRMRSelector(n_features=n_chosen, scheme=side).fit(values, y).order_
    return [int(one) for one in order]


def measured(side: str, finish: Any) -> None:
    """Measure one side in this process, after a small run that imports what is needed."""
    import time

    chosen_by(side, *table(60, 60), 3)
    values, y = table(N_ROWS, N_COLUMNS)
    start = time.perf_counter()
    chosen = chosen_by(side, values, y, N_CHOSEN)
    seconds = time.perf_counter() - start
    finish(time.time(), seconds, {str(place): column for place, column in enumerate(chosen)})


def main() -> None:
    """Measure all by turns, print how they compare and keep it."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--output", type=Path, default=HERE / "results" / "mrmr_speed.json")
    options = parser.parse_args()
    load, seconds, chosen = os.getloadavg()[0], {side: [] for side in (*OURS, THEIRS)}, {}
    for _ in range(options.rounds):
        for side, taken in seconds.items():
            run = run_fresh(options.python, WORK, [str(HERE), side])
            taken.append(run.seconds)
            chosen[side] = list(run.values.values())
    medians = {side: median(taken) for side, taken in seconds.items()}
    found = {
        "rows": N_ROWS,
        "columns": N_COLUMNS,
        "chosen": N_CHOSEN,
        "rounds": options.rounds,
        "seconds": medians,
        "times_faster": medians[THEIRS] / medians["fcq"],
        "same_choice": chosen["fcq"] == chosen[THEIRS],
        "load_before": load,
    }
    options.output.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    print(json.dumps(found, indent=1, sort_keys=True))


if __name__ == "__main__":
    main()
