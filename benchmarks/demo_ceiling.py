"""Nested AUC of the demo cohort over ten seeds, against the best that any model can have.

    python benchmarks/demo_ceiling.py [--seeds 10] [--patients 60] [--work /tmp/demo_ceiling] [--jobs 2]

Every seed is another cohort, made, extracted and evaluated through files as a user's would be. The AUC is to
lie below the ceiling but for chance, and well above a half. Beside it stands the AUC that the true risk has
in the very patients of that cohort, which shows how much of a deviation is due to who was drawn.
Writes benchmarks/results/demo_ceiling.json.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path
from typing import Any

from radiobone import __version__
from radiobone.core.files import read_json, write_json
from radiobone.testing.demo_cohort import write_demo_cohort
from radiobone.workflow.evaluate_table import evaluate_table
from radiobone.workflow.extract import extract

HERE = Path(__file__).resolve().parent


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--patients", type=int, default=60)
    parser.add_argument("--work", type=Path, default=Path("/tmp/demo_ceiling"))
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    rows = [one_seed(seed, options.patients, options.work, options.jobs) for seed in range(options.seeds)]
    answer = {"radiobone": __version__, "n_patients": options.patients, **summary(rows), "seeds": rows}
    print(
        f"mean nested AUC {answer['mean_auc']:.3f} (standard error {answer['standard_error']:.3f}); "
        f"ceiling {answer['ceiling']:.3f}, true risk in these patients {answer['mean_auc_of_true_risk']:.3f}"
    )
    write_json(HERE / "results" / "demo_ceiling.json", answer)


def one_seed(seed: int, n_patients: int, work: Path, jobs: int) -> dict[str, Any]:
    """Make one cohort, do the main job on it, and look the truth up afterwards."""
    folder = work / f"seed-{seed}"
    start = time.monotonic()
    manifest = write_demo_cohort(folder / "cohort", n_patients=n_patients, seed=seed)
    made = time.monotonic()
    extract(manifest, output=folder / "features", modality="ct", jobs=jobs)
    extracted = time.monotonic()
    evaluation = evaluate_table(
        folder / "features",
        folder / "result",
        seed=seed,
        jobs=jobs,
        target="osteoporosis",
        positive="yes",
        site="site",
    )
    auc = evaluation.metrics["auc"]
    truth = read_json(folder / "cohort" / "truth.json")
    print(
        f"seed {seed}: AUC {auc.mean:.3f} ({auc.low:.3f} to {auc.high:.3f}), "
        f"true risk {truth['auc_of_true_risk']:.3f}, ceiling {truth['ceiling']:.3f}",
        flush=True,
    )
    return {
        "seed": seed,
        "auc": auc.mean,
        "low": auc.low,
        "high": auc.high,
        "auc_of_true_risk": truth["auc_of_true_risk"],
        "ceiling": truth["ceiling"],
        "make_s": round(made - start, 1),
        "extract_s": round(extracted - made, 1),
        "evaluate_s": round(time.monotonic() - extracted, 1),
    }


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Average over seeds, and count on which side of the ceiling the intervals lie."""
    aucs = [row["auc"] for row in rows]
    ceiling = rows[0]["ceiling"]
    return {
        "ceiling": ceiling,
        "mean_auc": statistics.fmean(aucs),
        "standard_error": statistics.stdev(aucs) / len(aucs) ** 0.5 if len(aucs) > 1 else 0.0,
        "mean_auc_of_true_risk": statistics.fmean(row["auc_of_true_risk"] for row in rows),
        "n_wholly_above_ceiling": sum(row["low"] > ceiling for row in rows),
        "n_that_hold_half": sum(row["low"] <= 0.5 <= row["high"] for row in rows),
    }


if __name__ == "__main__":
    main()
