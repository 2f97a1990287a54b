"""Recursive elimination against scikit-learn, ReliefF against its definition and skrebate, stability selection by simulation."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.feature_selection import RFE
from sklearn.linear_model import LogisticRegression, Ridge, lars_path

from radiobone.core.errors import BadSetting, NotBinary, OneClass, TooFewPerClass
from radiobone.selection.penalised import problem_of
from radiobone.selection.relieff import ReliefFSelector, relieff
from radiobone.selection.rfe import RFESelector
from radiobone.selection.stability import StabilitySelector, first_to_enter, random_halves
from radiobone.testing.contracts import planted_table

SKREBATE = json.loads((Path(__file__).parent / "data" / "skrebate_0_8_4.json").read_text())


def scaled(X):
    values = np.asarray(X, dtype=float)
    return (values - values.mean(axis=0)) / values.std(axis=0)


class TestRFE:
    @pytest.mark.parametrize("step", [0.0, 0.25])
    @pytest.mark.parametrize("target", ["two", "three", "number"])
    def test_equals_scikit_learn(self, step, target):
        X, y = planted_table(n_rows=90, n_columns=30)
        if target == "three":
            y = y + (X.to_numpy()[:, 5] > 0)
        model = LogisticRegression(C=1.0, max_iter=5000)
        if target == "number":
            y, model = X.to_numpy() @ np.arange(30.0) + y, Ridge(alpha=1.0)
        size = 30
        other = RFE(model, n_features_to_select=5, step=1)
        if step:  # scikit-learn's share is of all columns, not of those left: each round by itself
            kept = np.arange(size)
            while len(kept) > 5:
                n_left = max(len(kept) - max(int(step * len(kept)), 1), 5)
                kept = kept[
                    RFE(model, n_features_to_select=n_left, step=size).fit(scaled(X)[:, kept], y).support_
                ]
        else:
            kept = np.flatnonzero(other.fit(scaled(X), y).support_)
        fitted = RFESelector(n_features=5, step=step).fit(X, y)
        assert fitted.get_support(indices=True).tolist() == kept.tolist()
        if not step:
            np.testing.assert_array_equal(fitted.ranking_, other.ranking_)

    def test_units_do_not_matter_and_copies_are_taken_from_left_to_right(self):
        X, y = planted_table(n_columns=20)
        plain = RFESelector(n_features=4).fit(X, y).get_support()
        factors = 10.0 ** np.arange(-10, 10)
        np.testing.assert_array_equal(plain, RFESelector(n_features=4).fit(X * factors, y).get_support())
        twins = np.repeat(X.to_numpy()[:, :1], 4, axis=1)
        assert RFESelector(n_features=2).fit(twins, y).get_support(indices=True).tolist() == [0, 1]

    @pytest.mark.parametrize("arguments", [{"n_features": 0}, {"step": 1.0}, {"C": 0.0}, {"target": "x"}])
    def test_a_bad_argument_is_named(self, arguments):
        X, y = planted_table(n_rows=10)
        with pytest.raises(BadSetting, match=next(iter(arguments))):
            RFESelector(**arguments).fit(X, y)


def slow_relieff(table, codes, k):
    """The definition, one row, one class and one neighbour at a time."""
    n, p = table.shape
    span = np.ptp(table, axis=0)

    def diff(a, b):
        return np.abs(table[a] - table[b]) / span

    share = np.bincount(codes) / n
    weights = np.zeros(p)
    for row in range(n):
        for code in range(len(share)):
            others = [other for other in range(n) if other != row and codes[other] == code]
            near = sorted(others, key=lambda other: diff(row, other).sum())[:k]
            sign = -1 if code == codes[row] else share[code] / (1 - share[codes[row]])
            weights += sign * sum(diff(row, other) for other in near) / (n * len(near))
    return weights


class TestReliefF:
    @pytest.mark.parametrize("n_classes", [2, 3])
    @pytest.mark.parametrize("k", [1, 4, 100])
    def test_equals_its_definition(self, n_classes, k):
        rng = np.random.default_rng(k)
        codes = rng.permutation(np.arange(37) ** 2 % (2 * n_classes - 1) % n_classes)
        table = rng.normal(size=(37, 9)) * 10.0 ** np.arange(-4, 5)
        np.testing.assert_allclose(relieff(table, codes, k), slow_relieff(table, codes, k), atol=1e-12)

    @pytest.mark.parametrize(("seed", "n_rows", "n_columns"), [(0, 40, 12), (1, 61, 15), (2, 50, 12)])
    def test_equals_skrebate(self, seed, n_rows, n_columns):
        rng = np.random.default_rng(seed)
        y = rng.permutation(np.arange(n_rows) % 2)
        if seed == 2:  # classes of different size
            y = (np.arange(n_rows) % 4 == 0).astype(int)
        table = rng.normal(size=(n_rows, n_columns))
        table[:, 0] += y
        table[:, 3] -= 2 * y
        np.testing.assert_allclose(relieff(table, y, 8), SKREBATE[str(seed)], atol=1e-12)

    def test_sees_columns_that_act_together_alone(self):
        rng = np.random.default_rng(0)
        table = rng.uniform(-1, 1, size=(400, 12))
        y = (table[:, 2] * table[:, 7] > 0).astype(int)
        assert set(ReliefFSelector(n_features=2).fit(table, y).get_support(indices=True)) == {2, 7}

    def test_rows_in_any_order_and_ties_give_the_same_weights(self):
        rng = np.random.default_rng(3)
        table, y = rng.integers(0, 3, size=(60, 8)).astype(float), np.arange(60) % 3
        order = rng.permutation(60)
        np.testing.assert_allclose(relieff(table, y, 5), relieff(table[order], y[order], 5), atol=1e-12)
        assert relieff(np.column_stack([table, np.full(60, 4.0)]), y, 5)[-1] == 0

    def test_faults_are_named(self):
        X, y = planted_table(n_rows=12)
        with pytest.raises(BadSetting, match="n_neighbors"):
            ReliefFSelector(n_neighbors=0).fit(X, y)
        with pytest.raises(OneClass, match="class 0"):
            ReliefFSelector().fit(X, y * 0)


class TestStability:
    def test_the_first_to_enter_are_those_of_least_angle_regression(self):
        X, _ = planted_table(n_rows=80, n_columns=30)
        y = X.to_numpy() @ np.r_[np.linspace(3, 1, 6), np.zeros(24)] + np.random.default_rng(0).normal(
            size=80
        )
        problem = problem_of(y, "number", 1.0)
        for rows in random_halves(problem, None, 10, 0):
            found = first_to_enter(X.to_numpy()[rows], problem, rows, 5)
            centred = problem.response[rows] - problem.response[rows].mean()
            _, entered, _ = lars_path(scaled(X.iloc[rows]), centred, method="lasso", max_iter=12)
            assert (
                len(set(found) ^ set(entered[:5])) <= 2
            )  # one swap where two enter between one λ and the next

    def test_halves_are_halves_of_patients_with_both_classes(self):
        _X, y = planted_table(n_rows=80)
        patients = np.argsort(np.argsort(y, kind="stable")) // 2
        for rows in random_halves(problem_of(y, "class", 1.0), patients, 20, 3):
            drawn = set(patients[rows])
            assert len(drawn) == 20
            assert not drawn & set(np.delete(patients, rows))
            assert y[rows].mean() == pytest.approx(0.4)

    def test_false_columns_stay_below_the_bound(self):
        false = []
        for seed in range(12):
            X, y = planted_table(n_rows=80, n_columns=60, n_informative=0, seed=seed)
            fitted = StabilitySelector(n_subsamples=40, max_false=1.0, pi_thr=0.7).fit(X, y)
            false.append(int((fitted.frequency_ >= 0.7).sum()))
        assert np.mean(false) <= 1.0

    def test_finds_the_planted_columns(self):
        X, y = planted_table(n_rows=150, n_columns=100, n_informative=3)
        fitted = StabilitySelector(n_subsamples=40).fit(X, y)
        assert fitted.get_support()[:3].all()
        assert fitted.get_support()[3:].sum() <= 2
        assert fitted.q_ == int(np.sqrt(0.2 * 100))
        y = X.to_numpy()[:, 4] + np.random.default_rng(0).normal(size=150)
        assert StabilitySelector(n_subsamples=20).fit(X, y).get_support()[4]

    def test_bounds_hold(self):
        X, y = planted_table(n_columns=20, n_informative=6)
        for least, most in ((1, 2), (8, 9)):
            selector = StabilitySelector(n_subsamples=20, min_features=least, max_features=most, max_false=5)
            assert least <= selector.fit(X, y).get_support().sum() <= most

    def test_faults_are_named(self):
        X, y = planted_table(n_rows=20)
        for arguments in ({"pi_thr": 0.5}, {"max_false": 0}, {"n_subsamples": 1}, {"min_features": 0}):
            with pytest.raises(BadSetting, match=next(iter(arguments))):
                StabilitySelector(**arguments).fit(X, y)
        with pytest.raises(NotBinary, match="3 classes"):
            StabilitySelector().fit(X, np.arange(20) % 3)
        X, y = planted_table(n_rows=20, share=1 / 20)
        with pytest.raises(TooFewPerClass, match="1 row"):
            StabilitySelector().fit(X, y)
