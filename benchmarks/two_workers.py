"""How much faster a cohort is measured by two workers than by one.

    python benchmarks/two_workers.py [--cases 16] [--rounds 3] [--workload vertebra_3mm]

A cohort of copies of a workload made on the spot, each its own image; `radiobone.extract` from the manifest to the table
in memory with the preset for CT (851 features), nothing stored, in fresh processes by turns with one and two workers. What
every start costs anyway (imports) is outside the clock; starting the workers is inside. Needs two free processors:
the load of the machine before each run is recorded. Writes benchmarks/results/two_workers.json.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from statistics import median

import pandas as pd

from radiobone.testing.workloads import WORKLOADS
from radiobone.workflow.bench.fresh_process import run_fresh

HERE = Path(__file__).resolve().parent
LEAST = 1.8
EXTRACT = """
import radiobone
manifest, jobs, one_case = arguments
radiobone.extract(one_case, settings="ct", show_progress=False)
first_ended = time.time()
start = time.perf_counter()
table = radiobone.extract(manifest, settings="ct", jobs=jobs, show_progress=False)
seconds = time.perf_counter() - start
assert table.n_failed == 0, table.cases
finish(first_ended, seconds, {"rows": float(len(table.table))})
"""


def write_cohort(folder: Path, workload: str, n_cases: int) -> tuple[Path, Path]:
    """Write images, masks and manifest; return the manifest and one of the first case alone."""
    made = WORKLOADS[workload]()
    image, mask = made.write(folder, "case")
    rows = []
    for number in range(n_cases):
        copies = folder / f"image{number:03d}.nii.gz", folder / f"mask{number:03d}.nii.gz"
        for source, copy in zip((image, mask), copies, strict=True):
            copy.hardlink_to(source)
        rows += [
            {
                "patient_id": f"P{number:03d}",
                "roi": f"region{value}",
                "image": copies[0].name,
                "mask": copies[1].name,
                "mask_label": value,
            }
            for value in made.values
        ]
    manifests = folder / "manifest.csv", folder / "one.csv"
    for path, some in zip(manifests, (rows, rows[:1]), strict=True):
        pd.DataFrame(some).to_csv(path, index=False)
    return manifests


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workload", choices=list(WORKLOADS), default="vertebra")
    options = parser.parse_args()
    runs: dict[int, list[float]] = {1: [], 2: []}
    loads = []
    with tempfile.TemporaryDirectory() as folder:
        manifest, one = write_cohort(Path(folder), options.workload, options.cases)
        for _ in range(options.rounds):
            for jobs, seconds in runs.items():
                loads.append(os.getloadavg()[0])
                seconds.append(run_fresh(sys.executable, EXTRACT, [str(manifest), jobs, str(one)]).seconds)
                print(f"{jobs} worker(s): {seconds[-1]:.2f} s (load before {loads[-1]:.1f})", flush=True)
    medians = {jobs: median(seconds) for jobs, seconds in runs.items()}
    figures = {
        "seconds": {str(jobs): seconds for jobs, seconds in medians.items()},
        "times_faster": medians[1] / medians[2],
        "wanted": LEAST,
        "cases": options.cases,
        "workload": options.workload,
        "rounds": options.rounds,
        "load_before_runs": loads,
    }
    target = HERE / "results" / "two_workers.json"
    results = json.loads(target.read_text()) if target.is_file() else {}
    results[options.workload] = figures
    target.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    print(f"{options.workload}: {figures['times_faster']:.2f} times as fast with two workers")


if __name__ == "__main__":
    main()
