"""How much faster nested cross-validation is than plain GridSearchCV over a Pipeline, pair by pair.

    python benchmarks/grid_search_speed.py [--rounds 3] [--pairs mrmr:lr,lasso:rf] [--rows 500] [--columns 851] [--outer 5]

The same table (planted signal), outer and inner folds, selectors, models, grids, seeds and number of workers on both
sides; fresh processes by turns, imports and the start of the workers outside the clock. ``plain`` searches the outer
folds one after the other with GridSearchCV and its processes, ``ours`` is the outer folds of `nested_cv` (calibration and
threshold included; its audit and intervals, which a grid search does not have, are left out), and ``fits`` is what no sharing can save: every fit and prediction of the models alone,
as scikit-learn and XGBoost do them, with the selected columns ready, over the same workers. The ceiling is plain over
fits. Before anything is said of speed, the out-of-fold scores of both sides are compared. Writes
benchmarks/results/grid_search_speed.json, pairs not measured now being kept.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from radiobone.workflow.bench.fresh_process import run_fresh

HERE = Path(__file__).resolve().parent
COUNTS = [5, 10, 20, 40]
SELECTORS: dict[str, dict[str, Any]] = {
    "mannwhitney": {"alpha": 1.0, "max_features": COUNTS},  # the k smallest p-values
    "lasso": {"max_features": COUNTS},
    "mrmr": {"n_features": COUNTS},
}
MODELS: dict[str, dict[str, Any]] = {
    "lr": {"C": [0.001, 0.01, 0.1, 1.0, 10.0]},
    "svm": {"kernel": ["rbf"], "C": [0.1, 1.0, 10.0], "gamma": [0.003, 0.01, 0.03]},
    "rf": {"n_estimators": [300], "min_samples_leaf": [1, 5]},
    "xgboost": {"n_estimators": [200], "max_depth": [2, 4], "learning_rate": [0.03, 0.1]},
}
WANTED, SHARE_OF_CEILING = 10.0, 0.8
WORK = """
sys.path.insert(0, arguments[0])
import grid_search_speed
grid_search_speed.measured(*arguments[1:], finish)
"""


def cohort_of(n_rows: int, n_columns: int) -> Any:
    """Return a cohort of rows of their own patients, in which a tenth of the blocks of columns tell the classes apart."""
    from radiobone.cohort.readers import cohort_from_arrays
    from radiobone.testing.tables import Design, planted_cohort

    blocks = max(n_columns // 12, 1)
    design = Design(
        n_patients=n_rows,
        n_features=n_columns,
        n_informative=max(blocks // 3, 1),
        block_size=12,
        correlation=0.7,
    )
    made = planted_cohort(design, auc=0.9, seed=1)
    return cohort_from_arrays(made.X, made.y, groups=made.patient)


def spec_of(selector: str, model: str, outer: int) -> Any:
    """Return the pipeline of a pair."""
    from radiobone.evaluation.spec import load_pipeline

    content = {
        "steps": ["scale", {selector: SELECTORS[selector]}],
        "models": [{model: MODELS[model]}],
        "outer": {"folds": outer, "repeats": 1},
        "inner": {"folds": 3},
    }
    return load_pipeline(content)


def by_us(cohort: Any, spec: Any, jobs: int) -> dict[int, float]:
    """Return the scores of all rows, by position, as nested cross-validation has them."""
    from radiobone.evaluation.nested_cv import each_fold, fold_task, jobs_within
    from radiobone.evaluation.splits.outer import outer_splits
    from radiobone.models.scores import raw_scores

    scores, splits = {}, outer_splits(cohort, spec.outer, seed=0)
    tasks = (
        (fold_task(cohort, split, spec, 0, jobs=jobs_within(number, len(splits), jobs)),)
        for number, split in enumerate(splits)
    )
    for fit in each_fold(fit_one, tasks, len(splits), jobs=jobs, show_progress=False):
        found = raw_scores(fit.model, fit.steps.transform(cohort.X.iloc[fit.test]))
        scores |= dict(zip(fit.test.tolist(), found.tolist(), strict=True))
    return scores


def fit_one(to_fit: Any) -> Any:
    """Fit one outer fold."""
    from radiobone.evaluation.nested_cv import fit_fold

    return fit_fold(*to_fit)


def by_scikit_learn(cohort: Any, spec: Any, jobs: int) -> dict[int, float]:
    """Return the same from plain grid searches."""
    from radiobone.evaluation.splits.outer import outer_splits
    from radiobone.testing.plain_search import plain_search

    scores = {}
    for split in outer_splits(cohort, spec.outer, seed=0):
        found = plain_search(cohort, spec, split, seed=0, jobs=jobs).scores
        scores |= dict(zip(split.test.tolist(), found.tolist(), strict=True))
    return scores


def ready_tables(cohort: Any, spec: Any) -> list[Any]:
    """Return training columns, classes and unseen columns of every candidate, for every inner fold and every refit."""
    from radiobone.core.seeds import seed_for
    from radiobone.evaluation.candidates import candidates
    from radiobone.evaluation.chain import ChainBuilder, NewRows, Rows
    from radiobone.evaluation.fitting import inner_splits
    from radiobone.evaluation.splits.outer import outer_splits

    found, tried = [], candidates(spec, seed=0)
    for split in outer_splits(cohort, spec.outer, seed=0):
        key = ("repeat", 0, "fold", split.fold)
        seeds = {name: seed_for(0, *key, name) for name in (*(s.name for s in spec.steps), tried[0].model)}
        X, y, groups = cohort.X.iloc[split.train], cohort.y[split.train], cohort.groups[split.train]
        inner, _ = inner_splits(y, groups, spec, 0, key, None)
        everything = [(part.train, part.test, tried) for part in inner]
        for train, test, some in [*everything, (np.arange(len(y)), np.arange(len(y)), tried[-1:])]:
            builder = ChainBuilder(
                spec.steps, Rows(X.iloc[train], y[train], groups[train]), seeds, [one.steps for one in some]
            )
            unseen, chains = NewRows(X.iloc[test]), [builder.fit(one.steps) for one in some]
            tables = [
                (one, seeds[one.model], chain.rows.X, chain.rows.y, unseen.through(chain))
                for one, chain in zip(some, chains, strict=True)
            ]
            found.append((tables,))
    return found


def fit_models(tables: list[Any]) -> None:
    """Fit and ask every candidate, each as its own library does it."""
    from radiobone.models.scores import raw_scores
    from radiobone.testing.plain_search import as_its_library_has_it

    for candidate, seed, X, y, unseen in tables:
        raw_scores(as_its_library_has_it(candidate.make_model(seed)).fit(X, y), unseen)


def fits_alone(ready: list[Any], jobs: int) -> dict[int, float]:
    """Do the models' part alone."""
    from radiobone.evaluation.parallel import run_all

    run_all(fit_models, ready, jobs=jobs)
    return {}


def measured(side: str, pair: list[str], size: list[int], jobs: int, finish: Any) -> None:
    """Measure one side in this process, after a small run that starts the workers and imports what is needed."""
    import time

    n_rows, n_columns, outer = size
    work = {"ours": by_us, "plain": by_scikit_learn}
    seconds = 0.0
    scores: dict[int, float] = {}
    for rows, columns, folds in ((60, 30, 2), (n_rows, n_columns, outer)):
        cohort, spec = cohort_of(rows, columns), spec_of(*pair, folds)
        ready = ready_tables(cohort, spec) if side == "fits" else None
        start = time.perf_counter()
        scores = work[side](cohort, spec, jobs) if ready is None else fits_alone(ready, jobs)
        seconds = time.perf_counter() - start
    finish(time.time(), seconds, {str(row): score for row, score in scores.items()})


def compared(pair: list[str], options: argparse.Namespace) -> dict[str, Any]:
    """Measure the sides by turns; return medians, how they compare, and whether they predict the same."""
    seconds: dict[str, list[float]] = {"plain": [], "ours": [], "fits": []}
    scores: dict[str, dict[str, float]] = {}
    for _ in range(options.rounds):
        for side, taken in seconds.items():
            run = run_fresh(
                sys.executable,
                WORK,
                [str(HERE), side, pair, [options.rows, options.columns, options.outer], options.jobs],
            )
            taken.append(run.seconds)
            scores[side] = run.values
    medians = {side: median(taken) for side, taken in seconds.items()}
    faster, ceiling = medians["plain"] / medians["ours"], medians["plain"] / medians["fits"]
    furthest = max(abs(score - scores["plain"][row]) for row, score in scores["ours"].items())
    return {
        "seconds": medians,
        "times_faster": faster,
        "ceiling": ceiling,
        "wanted": min(WANTED, SHARE_OF_CEILING * ceiling),
        "greatest_difference_of_scores": furthest,
        "rows": options.rows,
        "columns": options.columns,
        "outer_folds": options.outer,
        "jobs": options.jobs,
        "rounds": options.rounds,
        "load_before": os.getloadavg()[0],
    }


def asked() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    everything = ",".join(f"{selector}:{model}" for selector in SELECTORS for model in MODELS)
    parser.add_argument("--pairs", default=everything, help="selector:model, separated by commas")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--rows", type=int, default=500)
    parser.add_argument("--columns", type=int, default=851)
    parser.add_argument("--outer", type=int, default=5)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--output", type=Path, default=HERE / "results" / "grid_search_speed.json")
    return parser.parse_args()


def main() -> None:
    """Measure every pair and keep what was found after each."""
    options = asked()
    results = json.loads(options.output.read_text()) if options.output.is_file() else {}
    for name in options.pairs.split(","):
        results[name] = found = compared(name.split(":"), options)
        options.output.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
        taken = ", ".join(f"{side} {seconds:.2f} s" for side, seconds in found["seconds"].items())
        print(
            f"{name}: {found['times_faster']:.1f} times faster (wanted {found['wanted']:.1f}, ceiling "
            f"{found['ceiling']:.1f}); {taken}; scores differ by {found['greatest_difference_of_scores']:.1g} at most",
            flush=True,
        )


if __name__ == "__main__":
    main()
