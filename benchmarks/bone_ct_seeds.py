"""Nested AUC on real CTs over five seeds: the reconstruction kernel (a positive control) and sex (a weak label).

    python benchmarks/bone_ct_seeds.py [--data ../shared/data/bone_ct] [--work /tmp/bone_ct] [--jobs 2]

Writes benchmarks/results/bone_ct_seeds.json.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path

from radiobone import __version__
from radiobone.core.files import write_json
from radiobone.workflow.evaluate_table import evaluate_table
from radiobone.workflow.extract import extract

HERE = Path(__file__).resolve().parent
SEEDS = range(5)
TARGETS = {"kernel": "STANDARD", "sex": "M"}


def main() -> None:
    """Extract once, evaluate every target under every seed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=HERE.parents[1] / "shared" / "data" / "bone_ct")
    parser.add_argument("--work", type=Path, default=Path("/tmp/bone_ct"))
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    start = time.monotonic()
    extract(options.data / "manifest.csv", output=options.work / "features", modality="ct", jobs=options.jobs)
    answer = {"radiobone": __version__, "extract_s": round(time.monotonic() - start, 1), "targets": {}}
    for target, positive in TARGETS.items():
        aucs, seconds = [], []
        for seed in SEEDS:
            start = time.monotonic()
            evaluation = evaluate_table(
                options.work / "features",
                options.work / f"{target}-{seed}",
                seed=seed,
                jobs=options.jobs,
                target=target,
                positive=positive,
            )
            auc = evaluation.metrics["auc"]
            aucs.append(
                {"seed": seed, "mean": auc.mean, "low": auc.low, "high": auc.high, "pooled": auc.pooled}
            )
            seconds.append(round(time.monotonic() - start, 1))
            print(
                f"{target} seed {seed}: AUC {auc.mean:.3f} ({auc.low:.3f} to {auc.high:.3f}), {seconds[-1]} s",
                flush=True,
            )
        mean = statistics.fmean(one["mean"] for one in aucs)
        answer["targets"][target] = {
            "positive": positive,
            "mean_auc": mean,
            "seeds": aucs,
            "evaluate_s": seconds,
        }
        print(f"{target}: mean nested AUC over {len(aucs)} seeds {mean:.3f}")
    write_json(HERE / "results" / "bone_ct_seeds.json", answer)


if __name__ == "__main__":
    main()
