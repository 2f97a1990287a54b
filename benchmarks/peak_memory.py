"""Most memory that one process ever holds, beside pyradiomics; one fresh process of each side, 851 features.

    python benchmarks/peak_memory.py --pyradiomics PYTHON --workloads DIR [--data ../shared/data]

The cases are those of benchmarks/speed.py; of the twelve vertebrae two are measured, since memory does not grow with
their number. Writes benchmarks/results/peak_memory.json.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path

from speed import HERE, cases

from radiobone.workflow.bench.sides import RADIOBONE, pyradiomics_sides

MOST_LABELS = 2


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pyradiomics", required=True)
    parser.add_argument("--workloads", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data")
    options = parser.parse_args()
    settings = options.data / "oracle" / "settings" / "bone851.yaml"
    results = {}
    for name, work in cases(options.data, options.workloads, settings).items():
        few = replace(work, labels=work.labels[:MOST_LABELS])
        ours, theirs = (
            side.run(few).peak_mb for side in (RADIOBONE, pyradiomics_sides(options.pyradiomics)[0])
        )
        share = None if ours is None or theirs is None else ours / theirs
        results[name] = {"radiobone_MB": ours, "pyradiomics_MB": theirs, "share": share}
        print(name, results[name], flush=True)
    target = HERE / "results" / "peak_memory.json"
    target.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
