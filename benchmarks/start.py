"""What starting costs: cold (first use after installing, kernels compiled) and warm (every later use).

    python benchmarks/start.py [--rounds 5]

Fresh processes with one thread; the time of the work itself, done once more in the same process, is taken off. The cold
start has an empty folder for machine code, the warm ones what earlier runs left. `radiobone bench --only start` is the
same. Writes benchmarks/results/start.json, with the time that importing takes by package.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from statistics import median

from radiobone.workflow.bench.fresh_process import run_fresh
from radiobone.workflow.bench.plan import SMALLEST, Plan, lay_out
from radiobone.workflow.bench.starting import start_table

HERE = Path(__file__).resolve().parent
IMPORTS = "import radiobone\nradiobone.extract_features\nfinish(time.time(), 0.0, {})"
SHOWN = 8


def seconds_by_package() -> dict[str, float]:
    """Seconds spent in the modules of each package while the extraction of one image is imported."""
    command = [sys.executable, "-X", "importtime", "-c", "import radiobone; radiobone.extract_features"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    spent: Counter[str] = Counter()
    for own, module in re.findall(r"^import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)$", told, re.MULTILINE):
        spent[module.split(".")[0]] += int(own)
    return {name: microseconds / 1e6 for name, microseconds in spent.most_common(SHOWN)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work, _ = lay_out(Plan(only=("start",)), Path(folder), tables=["start"])
        table = start_table(work[SMALLEST], rounds=options.rounds)
    figures = table.figures | {
        "import_seconds": median(
            run_fresh(sys.executable, IMPORTS, []).first_s for _ in range(options.rounds)
        ),
        "import_seconds_by_package_as_traced": seconds_by_package(),
        "rounds": options.rounds,
    }
    (HERE / "results" / "start.json").write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n")
    print("\n".join(table.lines()))
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
