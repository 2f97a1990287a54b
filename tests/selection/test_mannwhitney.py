"""Mann–Whitney against scipy, and what the filter does with it."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from radiobone.core.errors import BadSetting, NotBinary, OneClass
from radiobone.selection.mannwhitney import MannWhitneyFilter, mann_whitney
from radiobone.selection.univariate import benjamini_hochberg, bonferroni
from radiobone.testing.contracts import planted_table


def scipys(table, positive):
    return stats.mannwhitneyu(table[positive], table[~positive], axis=0, method="asymptotic")


@pytest.mark.parametrize("decimals", [0, 1, 15])  # many ties, some, none
@pytest.mark.parametrize(("n_rows", "n_positive"), [(6, 1), (7, 3), (60, 20), (300, 150)])
def test_equals_scipy(decimals, n_rows, n_positive):
    rng = np.random.default_rng(n_rows + decimals)
    positive = rng.permutation(np.arange(n_rows) < n_positive)
    table = np.round(rng.normal(size=(n_rows, 40)) + 0.5 * positive[:, np.newaxis], decimals)
    table = table[:, np.ptp(table, axis=0) > 0]
    found, expected = mann_whitney(table, positive), scipys(table, positive)
    np.testing.assert_array_equal(found.statistic, expected.statistic)
    np.testing.assert_allclose(found.pvalues, expected.pvalue, rtol=1e-12, atol=0)


@settings(deadline=None, max_examples=60)
@given(
    hnp.arrays(float, st.tuples(st.integers(3, 25), st.integers(1, 6)), elements=st.integers(-3, 3)),
    st.data(),
)
def test_equals_scipy_under_heavy_ties(table, data):
    positive = np.array(data.draw(st.lists(st.booleans(), min_size=len(table), max_size=len(table))))
    positive[:2] = [True, False]
    varies = np.ptp(table, axis=0) > 0
    found = mann_whitney(table, positive)
    assert (found.pvalues[~varies] == 1.0).all()
    assert (found.auc[~varies] == 0.5).all()
    if varies.any():
        expected = scipys(table[:, varies], positive).pvalue
        np.testing.assert_allclose(found.pvalues[varies], expected, rtol=1e-12)


def test_depends_on_ranks_alone():
    X, y = planted_table()
    plain, bent = mann_whitney(X.to_numpy(), y == 1), mann_whitney(np.exp(3 * X.to_numpy()), y == 1)
    np.testing.assert_array_equal(plain.pvalues, bent.pvalues)


def test_auc_is_that_of_the_roc_curve_and_turns_with_the_labels():
    from sklearn.metrics import roc_auc_score

    X, y = planted_table()
    fitted = MannWhitneyFilter().fit(X, y)
    np.testing.assert_allclose(fitted.auc_, [roc_auc_score(y, column) for column in X.to_numpy().T])
    np.testing.assert_allclose(MannWhitneyFilter().fit(X, 1 - y).auc_, 1 - fitted.auc_)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=50))
def test_benjamini_hochberg_equals_scipy(pvalues):
    found = benjamini_hochberg(np.array(pvalues))
    np.testing.assert_allclose(found, stats.false_discovery_control(pvalues), rtol=1e-12)


def test_bonferroni_multiplies():
    assert bonferroni(np.array([0.01, 0.5, 0.02])).tolist() == [0.03, 1.0, 0.06]


def test_finds_the_planted_columns_and_few_others():
    X, y = planted_table(n_rows=150, n_columns=400, n_informative=10)
    support = MannWhitneyFilter(alpha=0.05).fit(X, y).get_support()
    assert support[:10].all()
    assert support[10:].sum() <= 3  # one false discovery in twenty expected


def test_false_discoveries_stay_at_alpha_where_nothing_is_true():
    n_found = 0
    for seed in range(60):
        X, y = planted_table(n_rows=60, n_columns=50, n_informative=0, seed=seed)
        n_found += MannWhitneyFilter(alpha=0.1).fit(X, y).n_significant_ > 0
    assert n_found <= stats.binom.ppf(0.999, 60, 0.1)


def test_without_a_significant_column_the_best_are_kept():
    X, y = planted_table(n_rows=30, n_informative=0)
    fitted = MannWhitneyFilter(alpha=1e-9, min_features=3).fit(X, y)
    assert fitted.n_significant_ == 0
    assert set(fitted.get_support(indices=True)) == set(np.argsort(fitted.pvalues_)[:3])


def test_the_best_are_kept_where_there_are_too_many():
    X, y = planted_table(n_columns=20, n_informative=8)
    fitted = MannWhitneyFilter(max_features=4).fit(X, y)
    assert fitted.n_significant_ >= 8
    assert set(fitted.get_support(indices=True)) == set(np.argsort(fitted.pvalues_)[:4])


def test_columns_that_tie_are_taken_from_left_to_right():
    X, y = planted_table(n_columns=1, n_informative=1)
    twins = np.repeat(X.to_numpy(), 5, axis=1)
    assert MannWhitneyFilter(max_features=2).fit(twins, y).get_support(indices=True).tolist() == [0, 1]


def test_p_values_that_underflow_are_still_told_apart():
    y = np.repeat([0, 1], 3000)
    perfect = np.arange(6000.0)
    nearly = perfect.copy()
    nearly[[2999, 3000]] = nearly[[3000, 2999]]
    fitted = MannWhitneyFilter(max_features=1).fit(np.column_stack([nearly, perfect]), y)
    assert (fitted.pvalues_ == 0).all()
    assert fitted.get_support(indices=True).tolist() == [1]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"alpha": 1.5}, "alpha"),
        ({"correction": "holm"}, "benjamini-hochberg"),
        ({"min_features": 0}, "min_features"),
        ({"min_features": 5, "max_features": 4}, "max_features"),
    ],
)
def test_a_bad_argument_is_named(arguments, named):
    X, y = planted_table(n_rows=10)
    with pytest.raises(BadSetting, match=named):
        MannWhitneyFilter(**arguments).fit(X, y)


def test_one_class_or_three_are_named_errors():
    X, _ = planted_table(n_rows=30)
    with pytest.raises(OneClass, match="class 1"):
        MannWhitneyFilter().fit(X, np.ones(30, dtype=int))
    with pytest.raises(NotBinary, match="3 classes"):
        MannWhitneyFilter().fit(X, np.arange(30) % 3)
