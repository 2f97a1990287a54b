"""Time the report of 500 patients and 50 outer folds, and weigh its page.

    python benchmarks/report_speed.py --work DIR [--patients 500] [--jobs 2] [--rounds 3]

Two results of the default pipeline, five folds in ten repeats: ``table``, 851 features with a planted signal and no images;
``images``, the demo's cohort, whose regions (one or two a patient) are measured in the original image alone, with their pictures.
Both are made once and kept in DIR. ``radiobone report`` then runs in fresh processes; its start and imports count. Writes
benchmarks/results/report_speed.json.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from radiobone import __version__
from radiobone.core.files import read_json, write_json
from radiobone.features.presets import CT
from radiobone.imaging.filters.original import Original
from radiobone.testing.demo_cohort import write_demo_cohort
from radiobone.testing.tables import Design, planted_cohort
from radiobone.workflow.evaluate_table import evaluate_table
from radiobone.workflow.extract import extract

HERE = Path(__file__).resolve().parent
TEN_REPEATS = {"kind": "kfold", "folds": 5, "repeats": 10}
LIMIT_SECONDS, LIMIT_MB = 60.0, 5.0


def of_table(work: Path, n_patients: int, jobs: int) -> None:
    """Evaluate a table of planted features."""
    made = planted_cohort(Design(n_patients=n_patients, n_features=851, n_informative=20), auc=0.85, seed=0)
    table = made.X.assign(patient_id=made.patient, target=np.where(made.y == 1, "yes", "no"))
    table.to_csv(work / "table.csv", index=False)
    source: dict[str, Any] = {"target": "target", "positive": "yes", "groups": "patient_id"}
    evaluate_table(work / "table.csv", work / "result", outer=TEN_REPEATS, jobs=jobs, **source)


def of_images(work: Path, n_patients: int, jobs: int) -> None:
    """Make images and masks, measure and evaluate them."""
    manifest = write_demo_cohort(work / "cohort", n_patients=n_patients)
    settings = CT.model_copy(update={"images": (Original(),)})
    extract(manifest, output=work / "features", settings=settings, modality="ct", jobs=jobs)
    source: dict[str, Any] = {"target": "osteoporosis", "positive": "yes", "site": "site"}
    evaluate_table(work / "features", work / "result", outer=TEN_REPEATS, jobs=jobs, **source)


KINDS: dict[str, Callable[[Path, int, int], None]] = {"table": of_table, "images": of_images}


def time_report(result: Path) -> float:
    """Return the seconds that the command takes."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "radiobone", "report", str(result)], check=True, stdout=subprocess.DEVNULL
    )
    return time.perf_counter() - start


def measure(kind: str, work: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Make the result unless it is there, and the report of it several times."""
    folder = work / f"{kind}-{options.patients}"
    result = folder / "result"
    if not (result / "metrics.json").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        KINDS[kind](folder, options.patients, options.jobs)
    seconds = [time_report(result) for _ in range(options.rounds)]
    metrics = read_json(result / "metrics.json")
    megabytes = {
        page.name: round(page.stat().st_size / 1e6, 2) for page in sorted(result.glob("report*.html"))
    }
    print(
        f"{kind}: {median(seconds):.1f} s (limit {LIMIT_SECONDS:.0f}), {megabytes} MB (limit {LIMIT_MB:.0f})"
    )
    counts = {name: metrics[name] for name in ("n_patients", "n_rows", "n_features", "n_repeats", "n_folds")}
    return {**counts, "seconds": [round(one, 1) for one in seconds], "megabytes": megabytes}


def main() -> None:
    """Measure both kinds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--patients", type=int, default=500)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kinds", nargs="*", choices=list(KINDS), default=list(KINDS))
    options = parser.parse_args()
    found = {kind: measure(kind, options.work, options) for kind in options.kinds}
    write_json(HERE / "results" / "report_speed.json", {"radiobone": __version__, **found})


if __name__ == "__main__":
    main()
