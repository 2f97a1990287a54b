"""How often the interval of a score holds the true probability, on draws whose truth is known.

    python benchmarks/interval_coverage.py [--draws 400] [--seed 0]

A model scores patients of whom the true probability is a function of the score: a logistic curve, as the calibration
takes it to be, or a curve with a kink. The interval is learned from some patients and asked of 200 others. Writes
benchmarks/results/interval_coverage.json: of each curve and number of patients the share of new patients whose true
probability lies within, and the mean width.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from radiobone.core.files import write_json
from radiobone.evaluation.calibration import fit_sigmoid
from radiobone.evaluation.probability_interval import fit_probability

RESULT = Path(__file__).resolve().parent / "results" / "interval_coverage.json"
N_PATIENTS = (20, 40, 200, 1000)
N_NEW = 200
FloatArray = npt.NDArray[np.float64]
CURVES: dict[str, Callable[[FloatArray], FloatArray]] = {
    "logistic": lambda score: np.asarray(expit(1.5 * score), dtype=float),
    "logistic, weak": lambda score: np.asarray(expit(0.4 * score + 0.3), dtype=float),
    "kink": lambda score: np.clip(0.15 + 0.7 * np.maximum(score, 0.0), 0.15, 0.85),
}


def held(curve: Callable[[FloatArray], FloatArray], n: int, rng: np.random.Generator) -> tuple[float, float]:
    """Return the share of new patients whose true probability the interval holds, and its mean width."""
    old, new = rng.normal(size=n), rng.normal(size=N_NEW)
    y = (rng.uniform(size=n) < curve(old)).astype(int)
    if len(np.unique(y)) < 2:
        return held(curve, n, rng)
    sigmoid = fit_sigmoid(old, y)
    low, high = fit_probability(sigmoid.predict(old), y, np.ones(n)).predict(sigmoid.predict(new))
    truth = curve(new)
    return float(np.mean((low <= truth) & (truth <= high))), float(np.mean(high - low))


def main() -> None:
    """Draw, and write the shares."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--draws", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    rows = []
    for name, curve in CURVES.items():
        for n in N_PATIENTS:
            rng = np.random.default_rng([options.seed, n, len(name)])
            shares, widths = zip(*(held(curve, n, rng) for _ in range(options.draws)), strict=True)
            rows.append(
                {"curve": name, "n_patients": n, "share_held": np.mean(shares), "width": np.mean(widths)}
            )
            print(json.dumps(rows[-1]), flush=True)
    write_json(RESULT, {"draws": options.draws, "seed": options.seed, "rows": rows})


if __name__ == "__main__":
    main()
