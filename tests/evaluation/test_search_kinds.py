"""Grid, random and Optuna: what they try, that they find a planted optimum, and that the same seed gives the same bits."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kstest

import radiobone as rb
from radiobone.cohort.readers import cohort_from_arrays, read_cohort
from radiobone.core.errors import BadSetting, MissingExtra
from radiobone.evaluation import trials
from radiobone.evaluation.candidates import candidates
from radiobone.evaluation.choosing import choose
from radiobone.evaluation.nested_cv import nested_cv
from radiobone.evaluation.parts import Range
from radiobone.evaluation.search import Problem
from radiobone.evaluation.spec import load_pipeline
from radiobone.evaluation.splits import make_splits

RANGES = {
    "steps": ["impute", "scale", {"mannwhitney": {"max_features": {"low": 2, "high": 10}}}],
    "models": [{"lr": {"C": {"low": "1e-3", "high": 10.0, "log": True}}}, {"svm": {"C": ["1e-1", 1.0], "kernel": "rbf"}}],
    "outer": {"folds": 3, "repeats": 1},
    "inner": {"folds": 3},
}  # fmt: skip
needs_optuna = pytest.mark.skipif(
    importlib.util.find_spec("optuna") is None, reason="the extra 'optuna' is not installed"
)
KINDS = ["random", pytest.param("optuna", marks=needs_optuna)]


def made(seed, n_patients=36):
    rng = np.random.default_rng(seed)
    patient = np.repeat(np.arange(n_patients), 2)
    y = rng.permutation(np.arange(n_patients) % 3 == 0).astype(int)[patient]
    X = rng.normal(size=(len(y), 12))
    X[:, :3] += 0.7 * y[:, None]
    return X, y, patient


def with_search(kind, n_iter=12, **change):
    return load_pipeline({**RANGES, **change}, search={"kind": kind, "n_iter": n_iter})


class TestRanges:
    def test_random_draws_fill_the_range_evenly_on_its_scale(self):
        spec = with_search("random", n_iter=2000)
        drawn = [c for c in candidates(spec, seed=1) if c.model == "lr"]
        c = np.log10([one.params["C"] for one in drawn])
        assert kstest((c + 3) / 4, "uniform").pvalue > 1e-3
        kept = pd.Series([one.steps["mannwhitney"]["max_features"] for one in drawn]).value_counts()
        assert sorted(kept.index) == list(range(2, 11))
        assert all(isinstance(one.steps["mannwhitney"]["max_features"], int) for one in drawn)
        assert kept.min() > 2000 / 9 * 0.75

    def test_settings_are_told_as_searched(self):
        one = candidates(with_search("random"), seed=1)[0]
        assert set(one.searched) == {"mannwhitney__max_features", "C"}

    def test_other_seed_other_draws(self):
        spec = with_search("random")
        assert candidates(spec, seed=1) == candidates(spec, seed=1)
        assert candidates(spec, seed=1) != candidates(spec, seed=2)

    def test_ends_belong_to_a_range(self):
        assert (Range(low=2, high=5).at(0.0), Range(low=2, high=5).at(1.0)) == (2, 5)
        assert Range(low=0.1, high=10.0, log=True).at(0.5) == pytest.approx(1.0)

    def test_a_grid_refuses_a_range(self):
        with pytest.raises(BadSetting, match=r"'max_features' of 'mannwhitney' is a range.*--search"):
            load_pipeline(RANGES)

    @pytest.mark.parametrize(
        ("values", "match"),
        [
            ({"low": 1}, "high: Field required"),
            ({"low": 3, "high": 1}, "less than high"),
            ({"low": 0, "high": 1, "log": True}, "more than 0 where log"),
            ({"low": 1, "high": 2, "step": 1}, "step"),
        ],
    )
    def test_what_is_no_range_is_named(self, values, match):
        with pytest.raises(BadSetting, match=match):
            load_pipeline({**RANGES, "models": [{"lr": {"C": values}}], "search": "random"})

    def test_survives_json(self):
        spec = with_search("random")
        assert load_pipeline(spec.model_dump(mode="json")) == spec


class TestSearchAskedFor:
    def test_the_score_of_the_pipeline_stays(self):
        stated = {**RANGES, "search": {"kind": "random", "n_iter": 3, "scoring": "average_precision"}}
        found = load_pipeline(stated, search="{kind: random, n_iter: 7}").search
        assert (found.n_iter, found.scoring) == (7, "average_precision")
        assert load_pipeline(stated, search="optuna").search.scoring == "average_precision"
        assert (
            load_pipeline("default_number", search="random").search.scoring == "neg_root_mean_squared_error"
        )

    def test_an_unknown_kind_is_named(self):
        with pytest.raises(BadSetting, match="'grid', 'random', 'optuna'"):
            load_pipeline("default", search="bayes")

    def test_without_optuna_the_error_says_what_to_install(self, monkeypatch):
        monkeypatch.setattr(trials.importlib.util, "find_spec", lambda name: None)
        X, y, patient = made(0)
        for call in (rb.evaluate, rb.fit):
            with pytest.raises(MissingExtra, match=r"radiobone\[optuna\].*--search random"):
                call(X, y, groups=patient, pipeline=RANGES, search="optuna")

    @needs_optuna
    def test_the_optimism_meter_says_that_it_cannot(self):
        X, y, patient = made(0)
        with pytest.raises(BadSetting, match="optimism meter"):
            rb.evaluate(X, y, groups=patient, pipeline=RANGES, search="optuna", optimism_meter=True)


@pytest.mark.parametrize("kind", KINDS)
def test_same_bits_for_one_and_two_jobs(kind):
    X, y, patient = made(2)
    spec = with_search(kind)
    one, two = (
        nested_cv(
            cohort_from_arrays(X, y, groups=patient), spec, seed=3, jobs=jobs, show_progress=False
        ).result
        for jobs in (1, 2)
    )
    pd.testing.assert_frame_equal(one.predictions, two.predictions, check_exact=True)
    assert one.folds == two.folds
    assert one.metrics == two.metrics


@pytest.mark.parametrize("kind", KINDS)
def test_same_bits_for_any_row_order_with_ids(kind, tmp_path):
    X, y, patient = made(4)
    table = pd.DataFrame(X, columns=[f"f{i}" for i in range(X.shape[1])])
    table.insert(0, "patient_id", [f"P{i:02d}" for i in patient])
    table.insert(1, "roi", ["L1", "L2"] * (len(y) // 2))
    table["y"] = y
    results = []
    for number in range(2):
        path = tmp_path / f"{number}.csv"
        table.sample(frac=1, random_state=number).to_csv(path, index=False)
        cohort = read_cohort(path, target="y")
        results.append(nested_cv(cohort, with_search(kind), seed=1, show_progress=False).result)
    pd.testing.assert_frame_equal(results[0].predictions, results[1].predictions, check_exact=True)
    assert results[0].folds == results[1].folds


SCRIPT = """
import numpy as np, sys
sys.path.insert(0, {here!r})
from test_search_kinds import made, with_search
from radiobone.cohort.readers import cohort_from_arrays
from radiobone.evaluation.nested_cv import nested_cv
X, y, patient = made(2)
run = nested_cv(cohort_from_arrays(X, y, groups=patient), with_search("optuna"), seed=3, show_progress=False)
print(run.result.predictions["probability"].to_numpy().tobytes().hex())
print([fold["params"] for fold in run.result.folds])
"""


@needs_optuna
@pytest.mark.long
@pytest.mark.slow
def test_same_bits_for_any_hash_seed():
    told = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT.format(here=str(Path(__file__).parent))],
            env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("0", "1")
    ]  # fmt: skip
    assert told[0] == told[1]
    assert "'C'" in told[0]


def problem_of(X, y, patient):
    cohort = cohort_from_arrays(X, y, groups=patient)
    splits = make_splits(cohort.y, cohort.groups, folds=3, repeats=1, seed=0, key="inner")
    spec = with_search("optuna")
    seeds = dict.fromkeys(("impute", "scale", "mannwhitney", "lr", "svm"), 0)
    return Problem(cohort.X, cohort.y, cohort.groups, spec.steps, (), seeds), splits


@needs_optuna
class TestOptuna:
    def test_the_score_is_that_of_the_choice_judged_anew(self):
        problem, splits = problem_of(*made(5))
        found = choose(problem, splits, with_search("optuna"), seed=1)
        steps = {"mannwhitney": found.best.steps["mannwhitney"]["max_features"]}
        again = {
            **RANGES,
            "steps": ["impute", "scale", {"mannwhitney": {"max_features": steps["mannwhitney"]}}],
            "models": [{found.best.model: found.best.params}],
        }
        fixed = choose(problem, splits, load_pipeline(again), seed=9)
        assert fixed.score == found.score
        np.testing.assert_array_equal(fixed.oof_score, found.oof_score)
        np.testing.assert_array_equal(fixed.oof_row, found.oof_row)
        assert found.score == found.means.max()

    def test_a_small_grid_is_tried_in_full_and_gives_what_the_grid_gives(self):
        problem, splits = problem_of(*made(6))
        lists = {
            **RANGES,
            "steps": ["impute", "scale", {"mannwhitney": {"max_features": [3, 6]}}],
            "models": [{"lr": {"C": [0.01, 1.0]}}],
        }
        by_grid = choose(problem, splits, load_pipeline(lists), seed=1)
        by_optuna = choose(problem, splits, load_pipeline(lists, search="optuna"), seed=1)
        assert by_optuna.best == by_grid.best
        np.testing.assert_array_equal(by_optuna.means, by_grid.means)

    def test_it_proposes_as_optuna_does_and_nears_a_planted_optimum(self, monkeypatch):
        """The score is 1 - (log10 C + 1)²: the search must come close to C = 0.1, and ask what plain Optuna asks."""
        import optuna

        asked = []

        def score(problem, single, splits, scoring):
            return np.array([1 - (np.log10(asked[-1]) + 1) ** 2])

        def output(fold, candidate):
            asked.append(candidate.params["C"])
            return np.zeros(1)

        problem, splits = problem_of(*made(7))
        spec = with_search(
            "optuna", 40, steps=["impute"], models=[{"lr": {"C": {"low": "1e-5", "high": 1e3, "log": True}}}]
        )
        monkeypatch.setattr(trials, "mean_scores", score)
        monkeypatch.setattr(trials, "_output", output)
        monkeypatch.setattr(trials, "best_of", lambda *found: None)
        trials.search_by_trials(problem, splits, spec, spec.search, seed=11, advance=lambda what: None)
        ours = asked[:: len(splits)]
        sampler = optuna.samplers.TPESampler(seed=trials.seed_for(11, "optuna", "lr"))
        before = optuna.logging.get_verbosity()
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        study = optuna.create_study(direction="maximize", sampler=sampler)
        study.optimize(
            lambda t: 1 - (np.log10(t.suggest_float("C", 1e-5, 1e3, log=True)) + 1) ** 2, n_trials=40
        )
        optuna.logging.set_verbosity(before)
        np.testing.assert_allclose(ours, [t.params["C"] for t in study.trials], rtol=1e-6)
        assert min(abs(np.log10(ours) + 1)) < 0.1

    def test_it_says_nothing_and_leaves_optunas_logging_as_it_was(self, capfd):
        import optuna

        before = optuna.logging.get_verbosity()
        problem, splits = problem_of(*made(5))
        choose(problem, splits, with_search("optuna", 3), seed=1)
        assert optuna.logging.get_verbosity() == before
        told = capfd.readouterr()
        assert (told.out, told.err) == ("", "")

    @pytest.mark.parametrize(("task", "model"), [("ordinal", "proportional_odds"), ("number", "ridge")])
    def test_other_tasks_search_too(self, task, model):
        X, _, _ = made(3)
        latent = X[:, 0] + 0.5 * np.random.default_rng(1).normal(size=len(X))
        y = np.digitize(latent, [-0.5, 0.5]) if task == "ordinal" else latent
        name = "C" if task == "ordinal" else "alpha"
        spec = load_pipeline(
            {"task": task, "steps": ["impute", "scale"], "models": [{model: {name: {"low": 0.01, "high": 100.0, "log": True}}}],
             "outer": {"folds": 3, "repeats": 1}, "inner": {"folds": 3}},
            search={"kind": "optuna", "n_iter": 4},
        )  # fmt: skip
        cohort = cohort_from_arrays(X, y, groups=np.arange(len(y)), task=spec.task)
        folds = nested_cv(cohort, spec, show_progress=False).result.folds
        assert all(0.01 <= fold["params"][name] <= 100 for fold in folds)
