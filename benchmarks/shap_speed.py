"""Time SHAP values of a random forest (500 trees), XGBoost and CatBoost over 25 outer folds of 500 rows and 30 features.

    python benchmarks/shap_speed.py [--jobs 2] [--rounds 1]

Each family is explained as an evaluation does it: the held-out rows of every fold, against at most 100 training rows, in
fresh processes with one thread each. Fitting, imports and the compiling of kernels are outside the clock. Writes
benchmarks/results/shap_speed.json.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from statistics import median
from typing import Any

from radiobone.workflow.bench.fresh_process import run_fresh

HERE = Path(__file__).resolve().parent
N_ROWS, N_FEATURES, N_REPEATS, N_FOLDS = 500, 30, 5, 5
FAMILIES: dict[str, dict[str, Any]] = {"rf": {"n_estimators": 500}, "xgboost": {}, "catboost": {}}
LIMIT_SECONDS = 120.0
WORK = """
sys.path.insert(0, arguments[0])
import shap_speed
shap_speed.measured(arguments[1], int(arguments[2]), finish)
"""


def table() -> tuple[Any, Any]:
    """Return values and classes; two features act alone and two only together."""
    import numpy as np

    rng = np.random.default_rng(0)
    X = rng.normal(size=(N_ROWS, N_FEATURES))
    log_odds = X[:, 0] - X[:, 1] + X[:, 2] * X[:, 3]
    return X, (rng.random(N_ROWS) < 1 / (1 + np.exp(-log_odds))).astype(int)


def problems(family: str) -> list[Any]:
    """Fit the models of all folds, and return what is to be explained of each."""
    from sklearn.model_selection import RepeatedStratifiedKFold

    from radiobone.explain.probability import link_of, probability_of
    from radiobone.explain.problem import Problem
    from radiobone.models.registry import MODELS

    X, y = table()
    folds = RepeatedStratifiedKFold(n_splits=N_FOLDS, n_repeats=N_REPEATS, random_state=0)
    found = []
    for number, (train, test) in enumerate(folds.split(X, y)):
        model = MODELS[family].make(number).set_params(**FAMILIES[family]).fit(X[train], y[train])
        seen = probability_of(model, None), X[train][:100], X[test], number, link_of(model, None)
        found.append(Problem(model, *seen))
    return found


def explained(problem: Any) -> tuple[float, str]:
    """Explain one fold; return the additivity error and how it was done."""
    from radiobone.explain.problem import additivity_error
    from radiobone.explain.registry import explainer_for

    found = explainer_for(problem.model)(problem)
    return additivity_error(problem, found), found.kind


def measured(family: str, jobs: int, finish: Any) -> None:
    """Measure one family in this process, after a small run in each worker that imports and compiles what is needed."""
    import time
    from dataclasses import replace

    from joblib import Parallel, delayed

    to_do = problems(family)
    small = [replace(one, rows=one.rows[:2]) for one in to_do[:2]]
    with Parallel(n_jobs=jobs) as workers:
        workers(delayed(explained)(one) for one in small * jobs)
        start = time.perf_counter()
        found = workers(delayed(explained)(one) for one in to_do)
        seconds = time.perf_counter() - start
    is_tree = float(all(kind == "tree" for _, kind in found))
    finish(time.time(), seconds, {"additivity_error": max(error for error, _ in found), "tree": is_tree})


def main() -> None:
    """Measure all families, print and keep what was found."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--output", type=Path, default=HERE / "results" / "shap_speed.json")
    options = parser.parse_args()
    load, seconds, values = os.getloadavg()[0], {name: [] for name in FAMILIES}, {}
    for _ in range(options.rounds):
        for name, taken in seconds.items():
            run = run_fresh(sys.executable, WORK, [str(HERE), name, str(options.jobs)])
            taken.append(run.seconds)
            values[name] = run.values
    medians = {name: median(taken) for name, taken in seconds.items()}
    found = {
        "rows": N_ROWS,
        "features": N_FEATURES,
        "folds": N_REPEATS * N_FOLDS,
        "jobs": options.jobs,
        "rounds": options.rounds,
        "seconds": medians,
        "seconds_together": sum(medians.values()),
        "limit_seconds": LIMIT_SECONDS,
        "values": values,
        "load_before": load,
    }
    options.output.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    print(json.dumps(found, indent=1, sort_keys=True))


if __name__ == "__main__":
    main()
