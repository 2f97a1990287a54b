"""How long `radiobone --help` takes: the median of fresh processes.

python benchmarks/help_time.py
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

RUNS = 21


def main() -> None:
    """Time fresh processes."""
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "radiobone", "--help"], check=True, capture_output=True)
        seconds.append(time.perf_counter() - start)
    print(
        f"radiobone --help: median {statistics.median(seconds):.2f} s of {RUNS} runs, longest {max(seconds):.2f} s"
    )


if __name__ == "__main__":
    main()
