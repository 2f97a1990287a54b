"""External validation on three hospitals (Hosny 2018, survival at two years), with and without ComBat.

    python benchmarks/hosny_external.py [--trained-on A B AB] [--jobs 2]

The default pipeline is fitted on one or two of the cohorts A, B and C, frozen, and scores another. The site of a row is
its cohort.

- ``none``: the default pipeline.
- ``pooled``: ComBat as a step before the correlation filter, learned from training rows alone. The external cohort is a site that
  training never saw, and its rows are taken to be like the average of the training sites. No external row is used. With
  one training cohort there is nothing to learn and no value changes: it is the same model.
- ``saw_external_images`` (one training cohort): the external rows are brought to the training cohort by a ComBat learned
  from both together. It uses the external rows, without their classes: possible only where a whole batch of the new site
  is there before the first prediction, and no estimate of how the model does at a site that it has not seen.

The tables come scaled to mean 0 and standard deviation 1 within each cohort, so their publishers have taken the sites'
shift and spread out already. Each pair is therefore done again with a scanner effect planted in the external cohort:
a shift and a stretch of each feature, drawn once. Writes benchmarks/results/hosny_external.json.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import radiobone as rb
from radiobone.cohort.readers import cohort_from_arrays
from radiobone.core.files import write_json
from radiobone.core.seeds import rng_for
from radiobone.core.warnings import collected
from radiobone.evaluation.delong import auc_covariance, auc_difference, auc_interval
from radiobone.evaluation.final_model import Model, fit_model
from radiobone.evaluation.spec import PipelineSpec, load_pipeline
from radiobone.selection.combat import ComBat

HERE = Path(__file__).resolve().parent
RESULT = HERE / "results" / "hosny_external.json"
PAIRS = {"A": "BC", "B": "C", "AB": "C"}  # trained on, tested on
MODELS = ("none", "pooled", "saw_external_images")
NOT_FEATURES = ["ID", "Target"]
SHIFT_SD, STRETCH = 1.0, 0.3  # of the planted effect: SD of shifts, SD of the log of stretches


@dataclass(frozen=True)
class Sheet:
    """Rows of one or two cohorts."""

    X: pd.DataFrame
    y: np.ndarray
    sites: np.ndarray
    patients: np.ndarray


def read(folder: Path, letters: str) -> Sheet:
    """Read the cohorts of these letters, one after the other."""
    tables = {one: pd.read_csv(folder / f"Hosny2018{one}.csv.gz") for one in letters}
    joined = pd.concat(tables.values(), ignore_index=True)
    sites = np.repeat(list(tables), [len(table) for table in tables.values()])
    patients = np.array(
        [f"{site} {str(name).strip()}" for site, name in zip(sites, joined["ID"], strict=True)]
    )
    return Sheet(joined.drop(columns=NOT_FEATURES), joined["Target"].to_numpy(dtype=int), sites, patients)


def planted(sheet: Sheet, seed: int) -> Sheet:
    """Give every feature a shift and a stretch, as another scanner would."""
    rng = rng_for(seed, "scanner", *sorted(set(sheet.sites.tolist())))
    shift = rng.normal(0.0, SHIFT_SD, sheet.X.shape[1])
    stretch = np.exp(rng.normal(0.0, STRETCH, sheet.X.shape[1]))
    return Sheet(sheet.X * stretch + shift, sheet.y, sheet.sites, sheet.patients)


def with_combat() -> PipelineSpec:
    """Put ComBat into the default pipeline, before anything compares the features."""
    content = load_pipeline("default").model_dump()
    names = [step["name"] for step in content["steps"]]
    content["steps"] = list(content["steps"])
    content["steps"].insert(names.index("correlation"), {"name": "combat", "params": {"unseen": "pooled"}})
    return load_pipeline(content)


def fitted(train: Sheet, pipeline: PipelineSpec, *, seed: int, jobs: int) -> Model:
    """Fit the final model."""
    with collected():
        cohort = cohort_from_arrays(train.X, train.y, groups=train.patients, sites=train.sites)
        return fit_model(cohort, pipeline, seed=seed, jobs=jobs)


def score(model: Model, test: Sheet) -> np.ndarray:
    """Predict the external rows."""
    with collected():
        return model.predict(test.X, sites=test.sites)["probability"].to_numpy()


def corrected(step: ComBat, sheet: Sheet) -> Sheet:
    """Correct rows by a fitted ComBat."""
    X = pd.DataFrame(step.transform(sheet.X, sites=sheet.sites), columns=sheet.X.columns)
    return Sheet(X, sheet.y, sheet.sites, sheet.patients)


def models(train: Sheet, *, seed: int, jobs: int) -> dict[str, Model]:
    """Fit the models; where ComBat leaves all training rows as they are, they are one."""
    how = {"seed": seed, "jobs": jobs}
    found = {"none": fitted(train, load_pipeline("default"), **how)}
    if len(set(train.sites.tolist())) == 1:
        alone = corrected(ComBat("pooled").fit(train.X, sites=train.sites), train)
        np.testing.assert_array_equal(alone.X, train.X)
        return dict.fromkeys(MODELS, found["none"])
    return {**found, "pooled": fitted(train, with_combat(), **how)}


def brought_to_training(train: Sheet, test: Sheet) -> Sheet:
    """Correct external rows by what ComBat learns of both cohorts together, without their classes."""
    X, sites = pd.concat([train.X, test.X]), np.concatenate([train.sites, test.sites])
    return corrected(ComBat(reference=str(train.sites[0])).fit(X, sites=sites), test)


def entry(y: np.ndarray, found: dict[str, np.ndarray]) -> dict[str, Any]:
    """AUC of each model, and its difference from the one without ComBat, by DeLong."""
    covariance = auc_covariance(y, np.array(list(found.values())))
    told: dict[str, Any] = {}
    for number, name in enumerate(found):
        one = auc_interval(covariance, number)
        told[name] = {
            "auc": one.auc, "low": one.low, "high": one.high,
            "mean_probability": float(found[name].mean()), "brier": float(np.square(found[name] - y).mean()),
        }  # fmt: skip
        if number:
            more = auc_difference(covariance, number, 0)
            told[name]["more_than_none"] = {"mean": more.difference, "low": more.low, "high": more.high}
    return told


def compare(trained: dict[str, Model], train: Sheet, test: Sheet) -> dict[str, Any]:
    """Score the external rows by each model."""
    rows = dict.fromkeys(trained, test)
    if "saw_external_images" in trained:
        rows["saw_external_images"] = brought_to_training(train, test)
    told = entry(test.y, {name: score(model, rows[name]) for name, model in trained.items()})
    return {"prevalence": float(test.y.mean()), **told}


def about_cohorts(folder: Path) -> dict[str, Any]:
    """Count rows, and show that each cohort comes scaled."""
    told = {}
    for one in "ABC":
        sheet = read(folder, one)
        sd = sheet.X.std(ddof=0)
        told[one] = {
            "n": len(sheet.y), "positive": int(sheet.y.sum()), "features": sheet.X.shape[1],
            "largest_mean": float(sheet.X.mean().abs().max()), "sd": [float(sd.min()), float(sd.max())],
        }  # fmt: skip
    return told


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tables", type=Path, default=HERE.parents[1] / "shared" / "data" / "radmlbench")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--trained-on", nargs="*", default=list(PAIRS), help="others keep their last result")
    return parser.parse_args()


def main() -> None:
    """Score every pair, as published and with a planted effect."""
    options = arguments()
    kept = json.loads(RESULT.read_text(encoding="utf-8")) if RESULT.is_file() else {}
    answer: dict[str, Any] = {**kept, "radiobone": rb.__version__, "seed": options.seed}
    answer["cohorts"] = about_cohorts(options.tables)
    for learned in options.trained_on:
        train = read(options.tables, learned)
        trained = models(train, seed=options.seed, jobs=options.jobs)
        for tested in PAIRS[learned]:
            test = read(options.tables, tested)
            for kind, rows in (("as_published", test), ("planted", planted(test, options.seed))):
                told = compare(trained, train, rows)
                answer.setdefault(kind, {})[f"{learned} to {tested}"] = told
                shown = [
                    f"{name} {one['auc']:.3f} ({one['low']:.3f} to {one['high']:.3f})"
                    for name, one in told.items()
                    if name != "prevalence"
                ]
                print(f"{kind} {learned} to {tested}: {', '.join(shown)}", flush=True)
        write_json(RESULT, answer)


if __name__ == "__main__":
    main()
