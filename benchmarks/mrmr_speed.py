"""Time mRMR against mrmr-selection on one table, and compare what they choose.

    python benchmarks/mrmr_speed.py            # needs: pip install mrmr_selection

500 rows, 851 columns that correlate in blocks, two classes; 100 columns are chosen. Each of ours is the fastest
of five, mrmr-selection runs once, with one process. Without that package its lines are left out.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from radiobone.selection.mrmr import SCHEMES, MRMRSelector
from radiobone.testing.tables import Design, planted_cohort

N_CHOSEN = 100
DESIGN = Design(n_patients=500, n_features=851, n_informative=30, block_size=12, correlation=0.7)


def seconds(work: Callable[[], object]) -> float:
    """Wall-clock time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Print a line for each scheme, and how the two programs compare."""
    table = planted_cohort(DESIGN, seed=1)
    values = table.X.to_numpy()
    ours = {}
    for scheme in SCHEMES:
        selector = MRMRSelector(n_features=N_CHOSEN, scheme=scheme)
        ours[scheme] = min(seconds(lambda chosen=selector: chosen.fit(values, table.y)) for _ in range(5))
        print(
            f"radiobone {scheme}: {ours[scheme]:.3f} s for {N_CHOSEN} of {values.shape[1]} columns, {len(values)} rows"
        )
    try:
        from mrmr import mrmr_classif
    except ImportError:
        print("mrmr-selection is not installed: pip install mrmr_selection")
        return
    theirs: list[int] = []
    frame, target = pd.DataFrame(values), pd.Series(table.y)
    took = seconds(
        lambda: theirs.extend(mrmr_classif(frame, target, K=N_CHOSEN, n_jobs=1, show_progress=False))
    )
    mine = MRMRSelector(n_features=N_CHOSEN, scheme="fcq").fit(values, table.y).order_
    print(f"mrmr-selection: {took:.1f} s, {took / ours['fcq']:.0f} times as long as fcq")
    print(f"the same choice in the same order: {'yes' if np.array_equal(mine, theirs) else 'NO'}")


if __name__ == "__main__":
    main()
