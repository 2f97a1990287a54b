"""How much faster nested cross-validation is than plain GridSearchCV over a Pipeline, pair by pair.

    python benchmarks/grid_search_speed.py [--rounds 3] [--pairs mrmr:lr,lasso:rf] [--rows 500] [--columns 851] [--outer 5]

The same table (planted signal), outer and inner folds, selectors, models, grids, seeds and number of workers on both
sides; fresh processes by turns, imports and the start of the workers outside the clock (the measuring is that of `radiobone bench
--only nested_cv`). ``scikit-learn`` searches the outer
folds one after the other with GridSearchCV and its processes, ``radiobone`` is the outer folds of `nested_cv` (calibration
and threshold included; its audit and intervals, which a grid search does not have, are left out), and ``fits`` is what no
sharing can save: every fit and prediction of the models alone, as scikit-learn and XGBoost do them, with the selected
columns ready, over the same workers. The ceiling is scikit-learn over fits. No speed is stated of a pair whose
out-of-fold scores differ between both sides. Writes
benchmarks/results/grid_search_speed.json, pairs not measured now being kept.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from radiobone.cohort.cohort import Cohort
from radiobone.core.seeds import seed_for
from radiobone.evaluation.candidates import candidates
from radiobone.evaluation.chain import ChainBuilder, NewRows, Rows
from radiobone.evaluation.fitting import inner_splits
from radiobone.evaluation.parallel import run_all
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.splits.outer import outer_splits
from radiobone.models.scores import raw_scores
from radiobone.testing.plain_search import as_its_library_has_it
from radiobone.testing.search_work import PAIRS, SEED, Scores, SearchWork
from radiobone.workflow.bench.searching import PLAIN, SIDES, compare_search, search_figures

HERE = Path(__file__).resolve().parent
WANTED, SHARE_OF_CEILING = 10.0, 0.8
FITS = f"""
sys.path.insert(0, {str(HERE)!r})
from grid_search_speed import fits_prepared
from radiobone.testing.search_work import timed
timed(fits_prepared, arguments[0], finish)
"""


def ready_tables(cohort: Cohort, spec: PipelineSpec) -> list[Any]:
    """Return training columns, classes and unseen columns of every candidate, for every inner fold and every refit."""
    found, tried = [], candidates(spec, seed=SEED)
    for split in outer_splits(cohort, spec.outer, seed=SEED):
        key = ("repeat", 0, "fold", split.fold)
        seeds = {name: seed_for(SEED, *key, name) for name in (*(s.name for s in spec.steps), tried[0].model)}
        X, y, groups = cohort.X.iloc[split.train], cohort.y[split.train], cohort.groups[split.train]
        inner, _ = inner_splits(y, groups, spec, SEED, key, None)
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
    for candidate, seed, X, y, unseen in tables:
        raw_scores(as_its_library_has_it(candidate.make_model(seed)).fit(X, y), unseen)


def fits_prepared(cohort: Cohort, spec: PipelineSpec, jobs: int) -> Callable[[], Scores]:
    """Make the columns ready, and return the models' part alone."""
    return partial(fits_alone, ready_tables(cohort, spec), jobs)


def fits_alone(ready: list[Any], jobs: int) -> Scores:
    """Do the models' part."""
    run_all(fit_models, ready, jobs=jobs)
    return {}


def compared(work: SearchWork, rounds: int) -> dict[str, Any]:
    """Measure the sides by turns; return medians, how they compare, and whether they predict the same."""
    load = os.getloadavg()[0]
    found = compare_search(work, rounds=rounds, sides={**SIDES, "fits": FITS})
    if not found.agree:
        return {**search_figures(found), "load_before": load}
    ceiling = found.seconds[PLAIN] / found.seconds["fits"]
    return {
        **search_figures(found),
        "ceiling": ceiling,
        "wanted": min(WANTED, SHARE_OF_CEILING * ceiling),
        "load_before": load,
    }


def in_words(found: dict[str, Any]) -> str:
    """Return what was found of a pair."""
    if not found["same_predictions"]:
        return f"scores DIFFER by {found['largest_difference']}, so that nothing is said of speed"
    taken = ", ".join(f"{side} {seconds:.2f} s" for side, seconds in found["seconds"].items())
    return (
        f"{found['times_faster']:.1f} times faster (wanted {found['wanted']:.1f}, ceiling {found['ceiling']:.1f}); {taken}; "
        f"scores differ by {found['largest_difference']:.1g} at most"
    )


def asked() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", default=",".join(PAIRS), help="selector:model, separated by commas")
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
        work = SearchWork(
            pair=name,
            rows=options.rows,
            columns=options.columns,
            outer_folds=options.outer,
            jobs=options.jobs,
        )
        results[name] = found = compared(work, options.rounds)
        options.output.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
        print(f"{name}: {in_words(found)}", flush=True)


if __name__ == "__main__":
    main()
