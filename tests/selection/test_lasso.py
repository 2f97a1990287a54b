"""The LASSO path against scikit-learn, and the choice of the penalty."""

import numpy as np
import pytest
from sklearn.linear_model import ElasticNet, LassoCV, LogisticRegression
from sklearn.model_selection import KFold, StratifiedKFold

from radiobone.core.errors import BadSetting, NotBinary, TooFewPerClass, TooFewRows
from radiobone.selection import lasso
from radiobone.selection.elastic_net import ElasticNetSelector
from radiobone.selection.lasso import LassoSelector
from radiobone.selection.lasso_path import lambda_sequence, lasso_path
from radiobone.selection.linear_path import linear_path
from radiobone.selection.penalised import held_out_loss, problem_of
from radiobone.testing.contracts import planted_table


def correlated_table(seed, n_rows=90, n_columns=40):
    rng = np.random.default_rng(seed)
    latent = rng.normal(size=(n_rows, 6))
    table = latent @ rng.normal(size=(6, n_columns)) + 0.5 * rng.normal(size=(n_rows, n_columns))
    return table * 10.0 ** rng.integers(-4, 5, n_columns) + 3.0, latent[:, 0] + rng.normal(size=n_rows) > 0.6


def sagas(table, positive, strength, l1_ratio=1.0):
    scaled = (table - table.mean(axis=0)) / table.std(axis=0)
    return LogisticRegression(
        l1_ratio=l1_ratio, C=1 / (len(table) * strength), solver="saga", tol=1e-9, max_iter=200_000
    ).fit(scaled, positive)


@pytest.mark.parametrize("seed", range(3))
def test_path_equals_scikit_learn_at_the_same_penalty(seed):
    table, positive = correlated_table(seed)
    lambdas = lambda_sequence(table, positive, 40, 0.02)
    path = lasso_path(table, positive, lambdas)
    assert len(path.lambdas) == 40
    for at in (3, 12, 25):
        other = sagas(table, positive, lambdas[at])
        np.testing.assert_array_equal(path.coefs[at] != 0, other.coef_[0] != 0)
        np.testing.assert_allclose(path.coefs[at], other.coef_[0], atol=2e-5)
        np.testing.assert_allclose(path.intercepts[at], other.intercept_[0], atol=2e-5)


@pytest.mark.parametrize("seed", range(3))
def test_every_solution_of_the_path_is_optimal(seed):
    table, positive = correlated_table(seed, n_rows=50, n_columns=120)
    path = lasso_path(table, positive, lambda_sequence(table, positive, 40, 0.02))
    scaled = (table - path.mean) / path.sd
    for strength, coef, logits in zip(path.lambdas, path.coefs, path.scores(table).T, strict=True):
        slope = scaled.T @ (positive - 1 / (1 + np.exp(-logits))) / len(table)
        assert (np.abs(slope) <= strength * 1.001).all()
        np.testing.assert_allclose(slope[coef != 0], strength * np.sign(coef[coef != 0]), rtol=2e-3)


@pytest.mark.parametrize("l1_ratio", [0.2, 0.5])
def test_elastic_net_path_equals_scikit_learn_at_the_same_penalty(l1_ratio):
    table, positive = correlated_table(2)
    lambdas = lambda_sequence(table, positive, 40, 0.02, l1_ratio)
    path = lasso_path(table, positive, lambdas, l1_ratio=l1_ratio)
    assert np.count_nonzero(path.coefs[0]) == 0 < np.count_nonzero(path.coefs[1])
    for at in (3, 12, 25):
        other = sagas(table, positive, lambdas[at], l1_ratio)
        np.testing.assert_allclose(path.coefs[at], other.coef_[0], atol=2e-5)
        np.testing.assert_allclose(path.intercepts[at], other.intercept_[0], atol=2e-5)


@pytest.mark.parametrize("l1_ratio", [0.3, 1.0])
@pytest.mark.parametrize("n_columns", [10, 150])
def test_linear_path_equals_scikit_learn_at_the_same_penalty(l1_ratio, n_columns):
    table, _ = correlated_table(4, n_columns=n_columns)
    values = table[:, 0] / table[:, 0].std() + np.random.default_rng(1).normal(size=90)
    lambdas = lambda_sequence(table, values, 20, 0.05, l1_ratio)
    path = linear_path(table, values, lambdas, l1_ratio=l1_ratio)
    assert np.count_nonzero(path.coefs[0]) == 0 < np.count_nonzero(path.coefs[1])
    scaled = (table - table.mean(axis=0)) / table.std(axis=0)
    for at in (2, 8, len(path.lambdas) - 1):
        other = ElasticNet(alpha=lambdas[at], l1_ratio=l1_ratio, tol=1e-10, max_iter=200_000).fit(
            scaled, values
        )
        np.testing.assert_allclose(path.scores(table)[:, at], other.predict(scaled), atol=3e-3)
        np.testing.assert_allclose(path.coefs[at], other.coef_, atol=3e-3)


def test_numbers_choose_the_penalty_that_scikit_learn_chooses():
    X, _ = planted_table(n_rows=120, n_columns=40)
    y = X.to_numpy()[:, 3] - X.to_numpy()[:, 7] + np.random.default_rng(0).normal(size=120)
    fitted = LassoSelector(n_lambdas=60).fit(X, y)
    scaled = ((X - X.mean()) / X.std(ddof=0)).to_numpy()
    z = (y - y.mean()) / y.std()
    folds = KFold(5, shuffle=True, random_state=0)
    other = LassoCV(alphas=fitted.path_.lambdas, cv=folds, tol=1e-8, max_iter=100_000).fit(scaled, z)
    near = np.abs(np.log(fitted.lambda_ / other.alpha_)) / np.log(
        fitted.path_.lambdas[0] / fitted.path_.lambdas[1]
    )
    assert near <= 2.01  # columns are scaled by each training part here, once for all there
    np.testing.assert_allclose(fitted.deviance_, other.mse_path_.mean(axis=1), rtol=0.03)
    assert {3, 7} <= set(fitted.get_support(indices=True))
    sparse = LassoSelector(rule="1se", n_lambdas=60).fit(X, y)
    assert set(sparse.get_support(indices=True)) <= set(fitted.get_support(indices=True))


def test_elastic_net_of_ratio_one_is_the_lasso_and_of_less_keeps_copies():
    X, y = planted_table(n_columns=30)
    np.testing.assert_array_equal(
        ElasticNetSelector(l1_ratio=1.0).fit(X, y).coef_, LassoSelector().fit(X, y).coef_
    )
    X["copy"] = X.iloc[:, 0]
    coef = ElasticNetSelector(l1_ratio=0.3).fit(X, y).coef_
    assert coef[0] != 0
    assert coef[0] == pytest.approx(coef[-1], rel=0.05)


def test_three_ordered_classes_can_be_numbers():
    X, _ = planted_table(n_rows=120)
    y = np.arange(120) % 3
    X.iloc[:, 5] += y
    with pytest.raises(NotBinary, match="3 classes"):
        LassoSelector().fit(X, y)
    assert LassoSelector(rule="1se", target="number").fit(X, y).get_support()[5]


def test_no_patient_is_on_both_sides_of_an_inner_split_of_numbers(monkeypatch):
    X, y = planted_table(n_rows=60)
    patients = np.arange(60) // 3
    seen = []
    monkeypatch.setattr(
        lasso, "held_out_loss", lambda *given: seen.extend(given[-1]) or held_out_loss(*given)
    )
    LassoSelector(target="number").fit(X, y + X.to_numpy()[:, 0], groups=patients)
    assert len(seen) == 5
    assert sorted(np.concatenate([test for _, test in seen])) == list(range(60))
    assert not any(set(patients[train]) & set(patients[test]) for train, test in seen)
    with pytest.raises(TooFewRows, match=r"1 patient\(s\)"):
        LassoSelector(target="number").fit(X, y, groups=np.zeros(60))


def test_the_path_begins_empty_and_one_step_on_it_is_not():
    table, positive = correlated_table(1)
    path = lasso_path(table, positive, lambda_sequence(table, positive, 50, 0.01))
    assert np.count_nonzero(path.coefs[0]) == 0
    assert np.count_nonzero(path.coefs[1]) >= 1


def test_separated_classes_end_the_path_early():
    y = np.repeat([False, True], 20)
    table = np.column_stack([y * 4.0 + np.random.default_rng(0).normal(size=40) * 0.1, np.arange(40) % 7])
    path = lasso_path(table, y, lambda_sequence(table, y, 100, 1e-5))
    assert 1 < len(path.lambdas) < 100
    assert np.isfinite(path.coefs).all()
    assert LassoSelector(n_lambdas=100, smallest_ratio=1e-5).fit(table, y).get_support()[0]


def test_finds_the_planted_columns():
    X, y = planted_table(n_rows=200, n_columns=150, n_informative=4)
    fitted = LassoSelector(rule="1se").fit(X, y)
    assert fitted.get_support()[:4].all()
    assert fitted.get_support()[4:].sum() <= 8


def test_one_standard_error_is_the_sparser_rule():
    X, y = planted_table(n_rows=100, n_columns=60)
    least, sparse = LassoSelector(rule="min").fit(X, y), LassoSelector(rule="1se").fit(X, y)
    assert sparse.lambda_ == sparse.lambda_1se_ >= sparse.lambda_min_ == least.lambda_
    assert sparse.get_support().sum() <= least.get_support().sum()
    best = np.argmin(least.deviance_)
    at = np.flatnonzero(least.path_.lambdas == least.lambda_1se_)[0]
    assert least.deviance_[at] <= least.deviance_[best] + least.deviance_se_[best]
    assert at == 0 or least.deviance_[at - 1] > least.deviance_[best] + least.deviance_se_[best]


def test_held_out_deviance_is_that_of_refitted_models():
    table, positive = correlated_table(5)
    lambdas = lambda_sequence(table, positive, 20, 0.1)
    splits = list(StratifiedKFold(3).split(table, positive))
    mean, error = held_out_loss(table, problem_of(positive, "class", 1.0), lambdas, splits)
    per_fold = []
    for train, test in splits:
        model = sagas(table[train], positive[train], lambdas[10])
        scaled = (table[test] - table[train].mean(axis=0)) / table[train].std(axis=0)
        chance = model.predict_proba(scaled)[np.arange(len(test)), positive[test].astype(int)]
        per_fold.append(-2 * np.log(chance).mean())
    share = np.array([len(test) for _, test in splits]) / len(table)
    expected = np.average(per_fold, weights=share)
    assert mean[10] == pytest.approx(expected, rel=1e-3)
    spread = np.average(np.square(np.array(per_fold) - expected), weights=share)
    assert error[10] == pytest.approx(np.sqrt(spread / 2), rel=1e-2)


def test_no_patient_is_on_both_sides_of_an_inner_split(monkeypatch):
    X, y = planted_table(n_rows=60)
    patients = np.array([f"p{number}" for number in np.argsort(np.argsort(y, kind="stable")) // 3])
    seen = []
    monkeypatch.setattr(
        lasso, "held_out_loss", lambda *given: seen.extend(given[-1]) or held_out_loss(*given)
    )
    LassoSelector().fit(X, y, groups=patients)
    assert len(seen) == 5
    assert sorted(np.concatenate([test for _, test in seen])) == list(range(60))
    for train, test in seen:
        assert not set(patients[train]) & set(patients[test])
        assert set(y[train]) == {0, 1}


def test_bounds_on_the_number_of_columns_hold():
    X, y = planted_table(n_columns=40, n_informative=0, seed=2)
    for least, most in ((1, 2), (5, 6), (40, None)):
        kept = LassoSelector(rule="1se", min_features=least, max_features=most).fit(X, y).get_support().sum()
        assert least <= kept <= (most or 40)


def test_the_strongest_columns_are_kept_where_there_are_too_many():
    X, y = planted_table(n_columns=40, n_informative=8)
    every, few = LassoSelector().fit(X, y), LassoSelector(max_features=3).fit(X, y)
    assert set(few.get_support(indices=True)) == set(np.argsort(-np.abs(every.coef_))[:3])


def test_units_of_the_columns_do_not_matter():
    X, y = planted_table(n_columns=30)
    factors = 10.0 ** np.arange(-15, 15)
    np.testing.assert_array_equal(
        LassoSelector().fit(X, y).get_support(), LassoSelector().fit(X * factors, y).get_support()
    )


def test_too_few_of_a_class_is_a_named_error():
    X, y = planted_table(n_rows=20, share=1 / 20)
    with pytest.raises(TooFewPerClass, match="1 row"):
        LassoSelector().fit(X, y)
    X, y = planted_table(n_rows=20)
    with pytest.raises(TooFewPerClass, match="1 patient"):
        LassoSelector().fit(X, y, groups=np.where(y == 1, "a", np.arange(20).astype(str)))


@pytest.mark.parametrize(
    "arguments", [{"rule": "best"}, {"smallest_ratio": 1.0}, {"n_folds": 1}, {"n_lambdas": 1}]
)
def test_a_bad_argument_is_named(arguments):
    X, y = planted_table(n_rows=10)
    with pytest.raises(BadSetting, match=next(iter(arguments))):
        LassoSelector(**arguments).fit(X, y)
