"""Nested AUC of the default pipeline where the truth is known: pure noise, and a planted signal.

    python benchmarks/noise_and_signal.py [--seeds 5] [--jobs 2]

Correlated features: noise in 100 patients × 851 features, where the mean AUC is to lie near 0.5; a signal in 4 of 300
features of 200 patients, where it is to lie between 0.5 and the best AUC that any model can have. Writes
benchmarks/results/noise_and_signal.json.
"""

from __future__ import annotations

import argparse
import math
import statistics
from pathlib import Path

import radiobone as rb
from radiobone.core.files import write_json
from radiobone.testing.tables import Design, PlantedTable, null_cohort, planted_cohort

HERE = Path(__file__).resolve().parent
NOISE = Design(n_patients=100, n_features=851)
SIGNAL = Design(n_patients=200, n_features=300, n_informative=4)


def nested_auc(table: PlantedTable, seed: int, jobs: int) -> float:
    """Evaluate as a user would."""
    evaluation = rb.evaluate(
        table.X, table.y, groups=table.patient, seed=seed, jobs=jobs, show_progress=False
    )
    mean = evaluation.metrics["auc"].mean
    assert mean is not None
    return mean


def main() -> None:
    """Evaluate noise and signal under every seed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    answer: dict[str, object] = {"radiobone": rb.__version__, "seeds": options.seeds}
    for name in ("noise", "signal"):
        values, best = [], 0.5
        for seed in range(options.seeds):
            table = (
                null_cohort(NOISE, seed=seed)
                if name == "noise"
                else planted_cohort(SIGNAL, auc=0.85, seed=seed)
            )
            best = table.bayes_auc_rows
            values.append(nested_auc(table, seed, options.jobs))
            print(f"{name} seed {seed}: AUC {values[-1]:.3f} (best possible {best:.3f})", flush=True)
        error = statistics.stdev(values) / math.sqrt(len(values))
        answer[name] = {
            "auc": values,
            "mean": statistics.fmean(values),
            "standard_error": error,
            "best_possible": best,
        }
        print(f"{name}: mean {statistics.fmean(values):.3f}, standard error {error:.3f}")
    write_json(HERE / "results" / "noise_and_signal.json", answer)


if __name__ == "__main__":
    main()
