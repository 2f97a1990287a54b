"""The null control: its band holds what it says, labels move between patients, and a leaky step is found."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest
from sklearn.base import BaseEstimator, TransformerMixin

from radiobone.cohort.readers import cohort_from_arrays
from radiobone.core.errors import BadSetting, TooFewPerClass
from radiobone.core.warnings import NullControlDeparts, collected
from radiobone.evaluation.null_control import null_control, null_finding, shuffles
from radiobone.evaluation.spec import load_pipeline
from radiobone.evaluation.splits.outer import outer_splits
from radiobone.selection.registry import STEPS
from radiobone.workflow.study import evaluate

QUICK = {"models": [{"lr": {"C": [1.0]}}], "outer": {"folds": 3, "repeats": 1}, "inner": {"folds": 2}}


def table(seed=0, n=48, columns=150, rows=1):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) % 2)
    return rng.normal(size=(n * rows, columns)), np.repeat(y, rows), np.repeat(np.arange(n), rows)


def spec(**more):
    return load_pipeline({"steps": ["impute", "scale"], **QUICK, **more})


def drawn(seed=0, outer=None, fixed=False, rows=1, **more):
    X, y, groups = table(rows=rows)
    with collected():
        cohort = cohort_from_arrays(X, y, groups=groups, **more)
    pipeline = spec(**({} if outer is None else {"outer": outer}))
    splits = outer_splits(cohort, pipeline.outer, seed=0)
    return cohort, splits, list(shuffles(cohort, splits, pipeline, 20, seed=seed, fixed=fixed))


class TestBand:
    def test_one_honest_study_in_a_hundred_departs(self):
        rng = np.random.default_rng(0)
        departs = [null_control(0.5, rng.normal(0.5, 0.09, 20)).departs for _ in range(1000)]
        assert np.mean(departs) == pytest.approx(0.01, abs=0.008)

    def test_it_is_the_interval_of_a_t_test(self):
        """Against ``scipy.stats.ttest_1samp``: outside the band exactly where p < 0.01."""
        from scipy.stats import ttest_1samp

        rng = np.random.default_rng(1)
        for shift in np.linspace(-0.1, 0.1, 21):
            aucs = rng.normal(0.5 + shift, 0.1, 25)
            assert null_control(0.5, aucs).departs == (ttest_1samp(aucs, 0.5).pvalue < 0.01)

    def test_p_counts_the_shuffles_that_do_as_well(self):
        assert null_control(0.7, [0.4, 0.5, 0.6, 0.71]).test.p == pytest.approx(2 / 5)

    def test_a_departure_is_serious_in_both_directions(self):
        rng = np.random.default_rng(2)
        for centre, word in ((0.7, "inflated"), (0.3, "pull against")):
            finding = null_finding(null_control(0.7, rng.normal(centre, 0.05, 20)))
            assert finding.severity == "serious"
            assert word in finding.message
        assert null_finding(null_control(0.7, [0.45, 0.55, 0.5, 0.52])) is None


class TestShuffles:
    def test_patients_keep_their_rows_together_and_classes_their_size(self):
        cohort, _, found = drawn(rows=3)
        for one in found:
            assert one.cohort.y.sum() == cohort.y.sum()
            assert all(len(set(one.cohort.y[cohort.groups == group])) == 1 for group in set(cohort.groups))
            assert not np.array_equal(one.cohort.y, cohort.y)
        assert len({one.cohort.y.tobytes() for one in found}) == len(found)

    def test_folds_of_chance_are_balanced_for_the_shuffled_labels(self):
        _, _, found = drawn()
        shares = [one.cohort.y[split.test].mean() for one in found for split in one.splits]
        assert min(shares) == max(shares) == 0.5

    @pytest.mark.parametrize("outer", ["site", "kfold"])
    def test_folds_that_were_given_stay(self, outer):
        more = {"sites": np.arange(48) % 3} if outer == "site" else {}
        _, splits, found = drawn(outer=outer, fixed=outer == "kfold", **more)
        for one in found:
            for given, kept in zip(splits, one.splits, strict=True):
                assert np.array_equal(given.test, kept.test)

    def test_the_seed_decides(self):
        labels = [[one.cohort.y.tolist() for one in drawn(seed)[2]] for seed in (0, 0, 1)]
        assert labels[0] == labels[1] != labels[2]

    def test_patients_that_cannot_exchange_are_refused(self):
        groups = np.repeat(np.arange(12), np.arange(1, 13))
        y = np.arange(len(groups)) % 2
        with collected():
            cohort = cohort_from_arrays(np.random.default_rng(0).normal(size=(len(y), 5)), y, groups=groups)
        with pytest.raises(BadSetting, match="nobody with as many rows"):
            next(shuffles(cohort, (), spec(), 20, seed=0, fixed=False))

    def test_folds_that_no_shuffle_can_learn_from_are_refused(self):
        with collected():
            cohort = cohort_from_arrays(*table(columns=3)[:2], groups=np.arange(48))
        split = outer_splits(cohort, spec().outer, seed=0)[0]
        tiny = type(split)(0, 0, split.train[:3], split.test)
        with pytest.raises(TooFewPerClass, match="50 shuffles"):
            next(shuffles(cohort, [tiny], spec(), 20, seed=0, fixed=True))


class LabelLookup(TransformerMixin, BaseEstimator):
    """Adds each row's own label, looked up in the whole table: what a careless step of one's own does."""

    answers: ClassVar[dict[bytes, float]] = {}

    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        for row, label in zip(np.asarray(X, dtype=float), y, strict=True):
            LabelLookup.answers[row.tobytes()] = float(label)
        return self

    def transform(self, X):
        table = np.asarray(X, dtype=float)
        told = [LabelLookup.answers.get(row.tobytes(), 0.5) for row in table]
        return np.column_stack([table[:, :3], told])

    def get_feature_names_out(self, input_features=None):
        return np.array(["a", "b", "c", "told"], dtype=object)


class TestInAResult:
    def test_an_honest_pipeline_passes(self):
        X, y, groups = table()
        with collected() as warned:
            found = evaluate(
                X, y, groups=groups, pipeline=spec(), null_control=20, show_progress=False
            ).result
        null = found.summary["null_control"]
        assert null["n_shuffles"] == len(null["auc"]) == 20
        assert null["low"] <= null["mean"] <= null["high"]
        assert null["observed"] == found.metrics["auc"].mean
        assert not any(isinstance(one, NullControlDeparts) for one in warned)

    @pytest.mark.filterwarnings("ignore:X does not have valid feature names")
    def test_a_step_that_looks_labels_up_is_found(self, monkeypatch):
        """Repeats let later folds learn from what earlier ones left behind, in shuffles too."""
        monkeypatch.setitem(STEPS, "lookup", LabelLookup)
        X, y, groups = table()
        leaky = spec(steps=["lookup"], outer={"folds": 3, "repeats": 2})
        with pytest.warns(NullControlDeparts, match="beyond its training rows"):
            found = evaluate(X, y, groups=groups, pipeline=leaky, null_control=20, show_progress=False).result
        assert found.summary["null_control"]["departs"]
        assert {"code": "NullControlDeparts", "severity": "serious"}.items() <= found.audit[-1].items()

    def test_too_few_shuffles_are_refused_before_anything_is_computed(self):
        with pytest.raises(BadSetting, match="at least 20"):
            evaluate("no table", [0, 1], null_control=19)
