"""Memory that nested cross-validation takes on a wide table.

    python benchmarks/table_memory.py [--rows 2000] [--columns 5000] [--jobs 2] [--pipelines default mrmr:lr]

The proportional set size of the process and all its workers together, looked at every 20 ms (Linux). The table is made by
another process and read from a file, so that making it does not count. A pipeline is a built-in one, or
``selector:model`` of `radiobone bench --pairs`. Writes benchmarks/results/table_memory.json.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
RESULT = HERE / "results" / "table_memory.json"
EVERY_S = 0.02
MAKE = """
import sys
import numpy as np
from radiobone.testing.search_work import search_cohort
cohort = search_cohort(int(sys.argv[2]), int(sys.argv[3]))
np.savez(sys.argv[1], X=cohort.X.to_numpy(), y=cohort.y)
"""
RUN = """
import sys
import numpy as np
from radiobone.cohort.readers import cohort_from_arrays
from radiobone.evaluation.nested_cv import nested_cv
from radiobone.evaluation.spec import load_pipeline
from radiobone.testing.search_work import SearchWork
with np.load(sys.argv[1]) as made:
    X, y = made["X"], made["y"]
cohort = cohort_from_arrays(X, y, groups=np.array([f"P{row}" for row in range(len(y))]))
del X
name = sys.argv[2]
spec = SearchWork(pair=name, outer_folds=5).spec() if ":" in name else load_pipeline(name)
spec = spec.model_copy(update={"outer": spec.outer.model_copy(update={"repeats": 1})})
nested_cv(cohort, spec, jobs=int(sys.argv[3]), show_progress=False)
"""


def family(pid: int) -> list[int]:
    """Return a process and all that it started."""
    found = [pid]
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            found += family(int(child))
    return found


def megabytes(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has ended
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def peak_of(arguments: list[str]) -> dict[str, Any]:
    """Run in a fresh process; return the peak of the whole family, how it was shared, and the time."""
    start = time.monotonic()
    running = subprocess.Popen([sys.executable, "-c", RUN, *arguments])
    peak: list[float] = []
    while running.poll() is None:
        try:
            now = [megabytes(pid) for pid in family(running.pid)]
        except OSError:
            continue
        peak = max(peak, now, key=sum)
        time.sleep(EVERY_S)
    if running.returncode:
        raise SystemExit(running.returncode)
    return {
        "peak_mb": round(sum(peak)),
        "processes_mb": [round(one) for one in peak],
        "seconds": round(time.monotonic() - start, 1),
    }


def main() -> None:
    """Measure every pipeline."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--columns", type=int, default=5000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--pipelines", nargs="*", default=["default", "mrmr:lr"])
    options = parser.parse_args()
    results = json.loads(RESULT.read_text()) if RESULT.is_file() else {}
    with tempfile.TemporaryDirectory() as folder:
        table = str(Path(folder) / "table.npz")
        size = [str(options.rows), str(options.columns)]
        subprocess.run([sys.executable, "-c", MAKE, table, *size], check=True)
        with np.load(table) as made:
            table_mb = round(made["X"].nbytes / 2**20)
        for name in options.pipelines:
            found = peak_of([table, name, str(options.jobs)])
            about = {
                "rows": options.rows,
                "columns": options.columns,
                "jobs": options.jobs,
                "table_mb": table_mb,
            }
            results[name] = found | about
            RESULT.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
            print(
                f"{name}: peak {found['peak_mb']} MB in {len(found['processes_mb'])} processes, table {table_mb} MB"
            )


if __name__ == "__main__":
    main()
