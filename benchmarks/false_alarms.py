"""How often ``radiobone monitor`` raises an alarm where nothing changed.

    python benchmarks/false_alarms.py [--months 300] [--features 3 100]

Models of few and of many features are fitted on 300 patients; then month after month of 25 to 130 patients of the same
distribution is compared with these. Writes benchmarks/results/false_alarms.json: of each number of features how many
months gave which verdict.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit

import radiobone as rb
from radiobone.core.files import write_json

RESULT = Path(__file__).resolve().parent / "results" / "false_alarms.json"
PIPELINE = {
    "steps": ["impute", "scale"],
    "models": [{"lr": {"C": [0.1]}}],
    "outer": {"folds": 3, "repeats": 1},
    "inner": {"folds": 3},
}


def cohort(seed: int, n: int, n_features: int) -> pd.DataFrame:
    """Patients whose class depends on the first two features."""
    rng = np.random.default_rng([seed, n_features])
    values = rng.normal(size=(n, n_features))
    positive = rng.random(n) < expit(1.5 * values[:, 0] + 0.5 * values[:, 1] - 0.5)
    table = pd.DataFrame(values, columns=[f"original_glcm_f{number}" for number in range(n_features)])
    table.insert(0, "patient_id", [f"P{seed}-{number}" for number in range(n)])
    return table.assign(osteoporosis=np.where(positive, "yes", "no"))


def verdicts(n_features: int, months: int) -> dict[str, int]:
    """Count the verdicts of months in which nothing changed."""
    training = cohort(0, 300, n_features)
    model = rb.fit(
        training.filter(like="original_"), training["osteoporosis"], groups=training["patient_id"], positive="yes",
        pipeline=PIPELINE,
    )  # fmt: skip
    return dict(
        Counter(
            rb.monitor(model, cohort(1000 + month, 25 + 15 * (month % 8), n_features)).level
            for month in range(months)
        )
    )


def main() -> None:
    """Simulate, and write the counts."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--months", type=int, default=300)
    parser.add_argument("--features", type=int, nargs="+", default=[3, 100])
    options = parser.parse_args()
    rows = []
    for n_features in options.features:
        rows.append({"n_features": n_features, "verdicts": verdicts(n_features, options.months)})
        print(json.dumps(rows[-1]), flush=True)
    write_json(RESULT, {"months": options.months, "rows": rows})


if __name__ == "__main__":
    main()
