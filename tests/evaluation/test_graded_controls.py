"""The controls of ordered classes and numbers: their null is what is said, honest pipelines pass, and a leak is found."""

from __future__ import annotations

import itertools
from typing import ClassVar

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr
from sklearn.base import BaseEstimator, TransformerMixin

from radiobone.cohort.readers import cohort_from_arrays
from radiobone.core.errors import BadSetting
from radiobone.core.warnings import NullControlDeparts, collected
from radiobone.evaluation.fold_score import QUADRATIC_KAPPA, R2, RANK_CORRELATION
from radiobone.evaluation.null_control import null_control, null_entry, null_finding, shuffles
from radiobone.evaluation.number_metrics import rank_correlation
from radiobone.evaluation.permutation import shuffle_patients
from radiobone.evaluation.spec import load_pipeline
from radiobone.evaluation.splits.outer import outer_splits
from radiobone.selection.registry import STEPS
from radiobone.workflow.control_words import control_lines
from radiobone.workflow.study import evaluate

MODELS = {"ordinal": {"proportional_odds": {"C": [1.0]}}, "number": {"ridge": {"alpha": [1.0]}}}
SCORES = {"ordinal": QUADRATIC_KAPPA, "number": RANK_CORRELATION}
TASKS = ["ordinal", "number"]


def table(task, seed=0, n=48, columns=30, rows=1):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) % 3) if task == "ordinal" else rng.normal(-1.5, 1.2, n)
    return rng.normal(size=(n * rows, columns)), np.repeat(y, rows), np.repeat(np.arange(n), rows)


def spec(task, steps=("impute", "scale"), **more):
    folds = {"outer": {"folds": 3, "repeats": 1}, "inner": {"folds": 2}}
    return load_pipeline({"steps": list(steps), "models": [MODELS[task]], **folds, **more}, task)


def orders(values):
    return [np.array(order) for order in itertools.permutations(values)]


class TestWhatChanceGives:
    """Over all orders of the measured values, whatever was predicted."""

    @settings(max_examples=20, deadline=None)
    @given(st.lists(st.integers(0, 3), min_size=5, max_size=5), st.integers(0, 5))
    def test_the_mean_rank_correlation_is_exactly_0(self, predicted, seed):
        y = np.random.default_rng(seed).normal(size=5)
        found = [rank_correlation(order, np.array(predicted, dtype=float)) for order in orders(y)]
        assert np.mean(found) == pytest.approx(0, abs=1e-12)

    @settings(max_examples=20, deadline=None)
    @given(st.lists(st.floats(0.01, 1), min_size=15, max_size=15))
    def test_the_mean_kappa_is_exactly_0(self, drawn):
        probability = np.array(drawn).reshape(5, 3)
        probability /= probability.sum(axis=1, keepdims=True)
        found = [QUADRATIC_KAPPA.of(order, probability) for order in orders([0, 0, 1, 2, 2])]
        assert np.mean(found) == pytest.approx(0, abs=1e-12)

    @settings(max_examples=20, deadline=None)
    @given(st.lists(st.floats(-3, 3), min_size=5, max_size=5))
    def test_that_of_r2_lies_below_by_how_far_predictions_move(self, drawn):
        """Its mean is minus the squares of the predictions around the measured mean, over those of the measured values."""
        y, predicted = np.array([0.3, -1.0, 2.0, 0.5, 1.1]), np.array(drawn)
        expected = -((predicted - y.mean()) ** 2).sum() / ((y - y.mean()) ** 2).sum()
        assert np.mean([R2.of(order, predicted) for order in orders(y)]) == pytest.approx(expected, abs=1e-9)
        assert expected <= 0


@given(st.integers(0, 1000), st.integers(2, 12))
def test_rank_correlation_is_scipys(seed, n):
    rng = np.random.default_rng(seed)
    y, predicted = rng.integers(0, 5, n).astype(float), rng.integers(0, 5, n).astype(float)
    found = rank_correlation(y, predicted)
    if np.ptp(y) == 0:
        assert found is None
    elif np.ptp(predicted) == 0:
        assert found == 0
    else:
        assert found == pytest.approx(spearmanr(y, predicted).statistic)


def test_nothing_is_not_ranked():
    assert rank_correlation([], []) is None


class TestShuffles:
    def test_numbers_stay_what_they_are_and_with_their_patient(self):
        _, y, groups = table("number", rows=3)
        found = shuffle_patients(y, groups, np.random.default_rng(1))
        assert sorted(found) == sorted(y)
        assert not np.array_equal(found, y)
        assert all(len(set(found[groups == one])) == 1 for one in set(groups))

    def test_numbers_of_regions_move_from_patient_to_patient_in_order(self):
        _, _, groups = table("number", rows=3)
        y = np.random.default_rng(0).normal(size=len(groups))
        found = shuffle_patients(y, groups, np.random.default_rng(1))
        assert {tuple(part) for part in found.reshape(-1, 3)} == {tuple(part) for part in y.reshape(-1, 3)}

    def test_patients_that_cannot_exchange_are_refused(self):
        groups = np.repeat(np.arange(12), np.arange(1, 13))
        rng = np.random.default_rng(0)
        with collected():
            cohort = cohort_from_arrays(
                rng.normal(size=(len(groups), 5)), rng.normal(size=len(groups)), groups=groups,
                task=spec("number").task,
            )  # fmt: skip
        with pytest.raises(BadSetting, match="nobody with as many rows"):
            next(shuffles(cohort, (), spec("number"), 20, seed=0, fixed=False))

    @pytest.mark.parametrize("task", TASKS)
    def test_folds_by_site_stay(self, task):
        X, y, groups = table(task)
        pipeline = spec(task, outer="site")
        with collected():
            cohort = cohort_from_arrays(X, y, groups=groups, sites=groups % 3, task=pipeline.task)
        splits = outer_splits(cohort, pipeline.outer, seed=0)
        for one in shuffles(cohort, splits, pipeline, 20, seed=0, fixed=False):
            assert [split.test.tolist() for split in one.splits] == [split.test.tolist() for split in splits]
            assert sorted(one.cohort.y) == sorted(y)


class TargetLookup(TransformerMixin, BaseEstimator):
    """Adds each row's own target, looked up in the whole table: what a careless step of one's own does."""

    answers: ClassVar[dict[bytes, float]] = {}

    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        for row, value in zip(np.asarray(X, dtype=float), y, strict=True):
            TargetLookup.answers[row.tobytes()] = float(value)
        return self

    def transform(self, X):
        values = np.asarray(X, dtype=float)
        told = [TargetLookup.answers.get(row.tobytes(), 0.0) for row in values]
        return np.column_stack([values[:, :3], told])

    def get_feature_names_out(self, input_features=None):
        return np.array(["a", "b", "c", "told"], dtype=object)


@pytest.mark.parametrize("task", TASKS)
class TestNullControl:
    def test_an_honest_pipeline_passes(self, task):
        X, y, groups = table(task, rows=2)
        with collected() as warned:
            found = evaluate(
                X, y, groups=groups, pipeline=spec(task), null_control=20, show_progress=False
            ).result
        null = found.summary["null_control"]
        assert null["n_shuffles"] == len(null[SCORES[task].key]) == 20
        assert null["low"] < null["mean"] < null["high"]
        assert null["low"] == -null["high"]
        folds = [block for _, block in found.predictions.groupby(["repeat", "fold"])]
        observed = [spearmanr(block["y"], block["predicted"]).statistic for block in folds]
        expected = np.mean(observed) if task == "number" else found.metrics["quadratic_kappa"].mean
        assert null["observed"] == pytest.approx(expected)
        assert not any(isinstance(one, NullControlDeparts) for one in warned)
        ((line, alarming),) = control_lines(found.summary)
        assert f"passed: mean {SCORES[task].title}" in line
        assert not alarming

    @pytest.mark.filterwarnings("ignore:X does not have valid feature names")
    def test_a_step_that_looks_targets_up_is_found(self, task, monkeypatch):
        monkeypatch.setitem(STEPS, "lookup", TargetLookup)
        X, y, groups = table(task)
        leaky = spec(task, steps=["lookup"], outer={"folds": 3, "repeats": 2})
        with pytest.warns(NullControlDeparts, match="beyond its training rows"):
            found = evaluate(X, y, groups=groups, pipeline=leaky, null_control=20, show_progress=False).result
        assert found.summary["null_control"]["departs"]
        assert {"code": "NullControlDeparts", "severity": "serious"}.items() <= found.audit[-1].items()

    @pytest.mark.slow
    @pytest.mark.long
    def test_rows_in_another_order_give_the_same_bits(self, task):
        X, y, groups = table(task)
        features = pd.DataFrame(X, index=[f"P{k:02d}" for k in groups])
        mixed = np.random.default_rng(1).permutation(len(y))
        found = []
        for rows in (np.arange(len(y)), mixed):
            with collected():
                one = evaluate(
                    features.iloc[rows], y[rows], groups=features.index[rows].to_numpy(), pipeline=spec(task),
                    null_control=20, show_progress=False,
                ).result  # fmt: skip
            found.append(one.summary["null_control"])
        assert found[0] == found[1]


def test_a_departure_names_what_departs():
    drawn = np.random.default_rng(0).normal(0.3, 0.05, 20)
    finding = null_finding(null_control(0.5, drawn, RANK_CORRELATION))
    assert "measured values shuffled between patients" in finding.message
    assert "mean rank correlation of 0.291" in finding.message
    entry = null_entry(null_control(0.5, drawn, RANK_CORRELATION))
    assert "That of R² is not known beforehand" in entry["method"]


def metered(task, seed, steps):
    X, y, groups = table(task, seed, n=60, columns=300)
    with collected():
        return evaluate(
            X, y, groups=groups, pipeline=spec(task, steps, outer={"folds": 4, "repeats": 1}), seed=seed,
            optimism_meter=True, show_progress=False,
        ).result  # fmt: skip


SELECTING = {
    "ordinal": ("impute", "scale", {"kruskal": {"max_features": 8, "min_features": 8}}),
    "number": ("impute", "scale", {"mrmr": {"n_features": 8, "scheme": "fcq"}}),
}


LONG = (pytest.mark.slow, pytest.mark.long)


@pytest.mark.parametrize(
    ("task", "key"), [("ordinal", "quadratic_kappa"), pytest.param("number", "r2", marks=LONG)]
)
class TestOptimismMeter:
    @pytest.mark.long
    @pytest.mark.slow
    def test_on_noise_the_wrong_way_inflates_and_the_honest_does_not(self, task, key):
        found = [metered(task, seed, SELECTING[task]).summary["optimism_meter"] for seed in range(4)]
        honest = np.array([one[f"honest_{key}"] for one in found])
        wrong = np.array([one[f"wrong_way_{key}"] for one in found])
        assert honest.mean() < 0.1
        assert wrong.mean() > 0.2
        assert [one["inflation"] for one in found] == pytest.approx(wrong - honest)

    def test_the_honest_figure_is_that_of_the_result(self, task, key):
        found = metered(task, 5, SELECTING[task])
        entry = found.summary["optimism_meter"]
        assert entry[f"honest_{key}"] == pytest.approx(found.metrics[key].mean)
        assert entry["fitted_on_all_rows"][:2] == ["impute", "scale"]
        ((line, _),) = control_lines(found.summary)
        assert "the wrong way would have claimed" in line
        assert "WRONG ON PURPOSE" in line


def test_selection_on_all_rows_is_what_it_does():
    """Against the wrong way written out: scale and filter all rows, then ridge in the folds."""
    from sklearn.linear_model import Ridge
    from sklearn.metrics import r2_score

    found = metered("number", 3, SELECTING["number"])
    X, y, _ = table("number", 3, n=60, columns=300)
    scaled = STEPS["scale"]().fit_transform(X)
    kept = STEPS["mrmr"](n_features=8, scheme="fcq", target="number").fit(scaled, y).transform(scaled)
    order = [int(name.removeprefix("row")) - 1 for name in found.splits["rows"]]
    kept, y = kept[order], y[order]
    for fold, entry in zip(found.splits["folds"], found.summary["optimism_meter"]["folds"], strict=True):
        model = Ridge(alpha=1.0).fit(kept[fold["train"]], y[fold["train"]])
        expected = r2_score(y[fold["test"]], model.predict(kept[fold["test"]]))
        assert entry["wrong_way_r2"] == pytest.approx(expected, abs=1e-6)
