"""Nested AUC of the default pipeline on twelve published tables, beside a hand-written grid on the same outer folds.

    python benchmarks/radmlbench.py [--part development|reported] [--seeds 0 1 2 3 4] [--side both] [--jobs 1]
    python benchmarks/radmlbench.py --timed --seeds 0 --jobs 2    # rb.evaluate as a user calls it, SHAP values included

The default pipeline was chosen on the six tables of ``DEVELOPMENT``: every other one of the alphabetical list, beginning
with the first, named before any was looked at. The other six are reported once. Nothing in the pipeline depends on the table.

The grid is what one writes by hand in scikit-learn: scale, the k features with the highest ANOVA F, and logistic
regression or random forest, chosen by ``GridSearchCV`` in five inner folds. Outer folds are those of the default
pipeline, five in two repeats.

Each table, seed and side is kept as soon as it is done, and a run goes on where the last one stopped; results of another
default pipeline, or of other outer folds, are made anew. Writes benchmarks/results/radmlbench.json.
"""

from __future__ import annotations

import argparse
import json
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t as student
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV, StratifiedKFold
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler

import radiobone as rb
from radiobone.cohort.cohort import Cohort
from radiobone.cohort.readers import cohort_from_arrays
from radiobone.core.files import content_digest, write_json
from radiobone.core.warnings import collected
from radiobone.evaluation.nested_cv import nested_cv
from radiobone.evaluation.resampled_t import corrected_t
from radiobone.evaluation.spec import load_pipeline
from radiobone.evaluation.splits import Split
from radiobone.evaluation.splits.outer import outer_splits

HERE = Path(__file__).resolve().parent
RESULT = HERE / "results" / "radmlbench.json"
DEVELOPMENT = ("Dai2023", "Granata2024", "Hosny2018A", "Hosny2018C", "LNDb", "WORC-Lipo")
REPORTED = ("Dong2022", "HNSCC", "Hosny2018B", "Huang2023", "WORC-Desmoid", "Zhang2024B")
PARTS = {"development": DEVELOPMENT, "reported": REPORTED}
GRID: list[dict[str, list[Any]]] = [
    {"anova__k": [10, 40], "model": [LogisticRegression(max_iter=5000)], "model__C": [0.01, 0.1, 1.0]},
    {"anova__k": [10, 40], "model": [RandomForestClassifier(100, random_state=0)]},
]
FoldAUC = list[float]


def read(folder: Path, name: str) -> Cohort:
    """Read a table; each row is a patient, one of them without a name."""
    table = pd.read_csv(folder / f"{name}.csv.gz")
    X = table.drop(columns=["ID", "Target"])
    unnamed = pd.Series([f"row {number}" for number in range(len(table))])
    patients = table["ID"].astype("string").str.strip().fillna(unnamed)
    with collected():
        return cohort_from_arrays(
            X, table["Target"].to_numpy(dtype=int), groups=patients.to_numpy(dtype=object)
        )


def by_default(cohort: Cohort, splits: Sequence[Split], seed: int, jobs: int) -> FoldAUC:
    """Judge the default pipeline, as ``evaluate`` does before it explains the predictions."""
    with collected():
        run = nested_cv(
            cohort, load_pipeline("default"), seed=seed, jobs=jobs, splits=splits, show_progress=False
        )
    return [float(fold["auc"]) for fold in run.result.folds]


def by_grid(cohort: Cohort, splits: Sequence[Split], seed: int, jobs: int) -> FoldAUC:
    """Search the grid in every outer fold."""
    X, y = cohort.X.to_numpy(dtype=float), cohort.y
    steps = Pipeline([("scale", StandardScaler()), ("anova", SelectKBest(f_classif)), ("model", None)])
    found = []
    for split in splits:
        inner = StratifiedKFold(5, shuffle=True, random_state=seed)
        search = GridSearchCV(steps, GRID, scoring="roc_auc", cv=inner, n_jobs=jobs)
        search.fit(X[split.train], y[split.train])
        found.append(float(roc_auc_score(y[split.test], search.predict_proba(X[split.test])[:, 1])))
    return found


SIDES: dict[str, Callable[[Cohort, Sequence[Split], int, int], FoldAUC]] = {
    "default": by_default,
    "grid": by_grid,
}


def measure(
    folder: Path, name: str, seed: int, sides: Sequence[str], jobs: int, kept: dict[str, Any]
) -> None:
    """Measure one table under one seed, unless it is there and of the same outer folds."""
    cohort = read(folder, name)
    splits = outer_splits(cohort, load_pipeline("default").outer, seed=seed)
    folds_are = content_digest([split.test.tolist() for split in splits])
    if kept.get("splits") != folds_are:
        kept.clear()
        kept["splits"] = folds_are
    missing = [side for side in sides if side not in kept]
    for side in missing:
        start = time.monotonic()
        folds = SIDES[side](cohort, splits, seed, jobs)
        seconds = round(time.monotonic() - start, 1)
        kept[side] = {"auc": float(np.mean(folds)), "folds": folds, "seconds": seconds, "jobs": jobs}
        print(f"{name} seed {seed} {side}: AUC {kept[side]['auc']:.3f}, {seconds} s", flush=True)
    kept["n_train"] = [len(split.train) for split in splits]
    kept["n_test"] = [len(split.test) for split in splits]


def time_evaluate(
    folder: Path, name: str, seed: int, _sides: object, jobs: int, kept: dict[str, Any]
) -> None:
    """Measure the whole of what a user calls: audit, nested cross-validation, intervals, SHAP values."""
    table = pd.read_csv(folder / f"{name}.csv.gz")
    X, y = table.drop(columns=["ID", "Target"]), table["Target"].to_numpy(dtype=int)
    patients = [str(number) for number in range(len(table))]
    start = time.monotonic()
    with collected():
        rb.evaluate(X, y, groups=patients, seed=seed, jobs=jobs)
    kept["evaluate"] = {"seconds": round(time.monotonic() - start, 1), "jobs": jobs}
    print(f"{name} seed {seed}: evaluate takes {kept['evaluate']['seconds']} s", flush=True)


def of_table(seeds: dict[str, Any]) -> dict[str, Any] | None:
    """Compare both sides of one table over the seeds that both have; the interval is over all folds (Nadeau and Bengio)."""
    both = [entry for _, entry in sorted(seeds.items()) if set(SIDES) <= set(entry)]
    if not both:
        return None
    differences = [
        a - b
        for entry in both
        for a, b in zip(entry["default"]["folds"], entry["grid"]["folds"], strict=True)
    ]
    train, test = ([n for entry in both for n in entry[name]] for name in ("n_train", "n_test"))
    found = corrected_t(differences, train, test)
    means = {side: float(np.mean([entry[side]["auc"] for entry in both])) for side in SIDES}
    worse = found.mean is not None and found.mean < -0.03 and found.high is not None and found.high < 0
    return {
        **means, "difference": found.mean, "low": found.low, "high": found.high, "counts_as_worse": worse, "n_seeds": len(both),
        "seconds": {side: max(entry[side]["seconds"] for entry in both) for side in SIDES},
    }  # fmt: skip


def over_tables(tables: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Means over tables, and the paired t interval of their differences."""
    differences = np.array([one["difference"] for one in tables])
    answer: dict[str, Any] = {side: float(np.mean([one[side] for one in tables])) for side in SIDES}
    answer |= {"n_tables": len(tables), "difference": float(differences.mean())}
    if len(differences) > 1:
        error = differences.std(ddof=1) / math.sqrt(len(differences))
        half = float(student.ppf(0.975, len(differences) - 1) * error)
        answer |= {"low": answer["difference"] - half, "high": answer["difference"] + half}
    return answer


def summary(runs: dict[str, Any]) -> dict[str, Any]:
    """Sum up what has been measured."""
    found = {name: of_table(seeds) for name, seeds in sorted(runs.items())}
    tables = {name: one for name, one in found.items() if one is not None}
    parts = {
        part: over_tables([tables[name] for name in names if name in tables])
        for part, names in {**PARTS, "all": DEVELOPMENT + REPORTED}.items()
        if any(name in tables for name in names)
    }
    return {"tables": tables, "parts": parts, "sides": {side: of_side(runs, side) for side in SIDES}}


def of_side(runs: dict[str, Any], side: str) -> dict[str, Any]:
    """Mean over the seeds that one side has, per table, whether the other side has them or not."""
    found = {
        name: [entry[side]["auc"] for entry in seeds.values() if side in entry]
        for name, seeds in sorted(runs.items())
    }
    return {name: {"auc": float(np.mean(aucs)), "n_seeds": len(aucs)} for name, aucs in found.items() if aucs}


def kept_runs(digest: str) -> dict[str, Any]:
    """Return what the last runs left; of another default pipeline, the grid's side alone."""
    if not RESULT.is_file():
        return {}
    kept = json.loads(RESULT.read_text(encoding="utf-8"))
    runs: dict[str, Any] = kept["runs"]
    if kept["pipeline"] != digest:
        for entry in (entry for seeds in runs.values() for entry in seeds.values()):
            for side in ("default", "evaluate"):
                entry.pop(side, None)
    return runs


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tables", type=Path, default=HERE.parents[1] / "shared" / "data" / "radmlbench")
    parser.add_argument("--part", choices=[*PARTS, "all"], default="all")
    parser.add_argument("--side", choices=[*SIDES, "both"], default="both")
    parser.add_argument("--seeds", type=int, nargs="*", default=list(range(5)))
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument(
        "--timed", action="store_true", help="time rb.evaluate in place of comparing both sides"
    )
    return parser.parse_args()


def main() -> None:
    """Measure seed after seed, so that all tables have the first before any has the second."""
    options = arguments()
    names = PARTS.get(options.part, DEVELOPMENT + REPORTED)
    sides = list(SIDES) if options.side == "both" else [options.side]
    said = load_pipeline("default").model_dump(mode="json", exclude_unset=True, exclude={"title", "about"})
    digest = content_digest(said)
    runs, do = kept_runs(digest), time_evaluate if options.timed else measure
    for seed in options.seeds:
        for name in names:
            entry = runs.setdefault(name, {}).setdefault(str(seed), {})
            do(options.tables, name, seed, sides, options.jobs, entry)
            answer = {"radiobone": rb.__version__, "pipeline": digest, "summary": summary(runs), "runs": runs}
            write_json(RESULT, answer)
    for part, told in summary(runs)["parts"].items():
        print(
            f"{part}: {told['n_tables']} tables, default {told['default']:.3f}, grid {told['grid']:.3f}, difference "
            f"{told['difference']:+.3f} ({told.get('low', math.nan):+.3f} to {told.get('high', math.nan):+.3f})"
        )


if __name__ == "__main__":
    main()
