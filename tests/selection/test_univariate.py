"""Welch's, Kruskal-Wallis' and the chi-squared test against scipy, and what the filters do with them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from radiobone.core.errors import BadSetting, NotBinary, OneClass
from radiobone.selection.chi2 import Chi2Filter, categories, chi_square
from radiobone.selection.kruskal import KruskalFilter, kruskal_wallis
from radiobone.selection.mannwhitney import MannWhitneyFilter
from radiobone.selection.ttest import TTestFilter, welch
from radiobone.testing.contracts import planted_table

FILTERS = (TTestFilter, KruskalFilter, Chi2Filter)
tables = hnp.arrays(float, st.tuples(st.integers(6, 25), st.integers(1, 6)), elements=st.integers(-3, 3))


def some_codes(n_rows, n_classes, seed=0):
    return np.random.default_rng(seed).permutation(np.arange(n_rows) % n_classes)


@pytest.mark.parametrize(("n_rows", "n_positive"), [(7, 1), (9, 3), (60, 20), (300, 150)])
def test_welch_equals_scipy(n_rows, n_positive):
    rng = np.random.default_rng(n_rows)
    positive = rng.permutation(np.arange(n_rows) < n_positive)
    table = (rng.normal(size=(n_rows, 30)) * (1 + 2 * positive[:, None]) + 0.4 * positive[:, None]) * 1e-5 + 3
    found = welch(table, positive)
    if n_positive > 1:
        expected = stats.ttest_ind(table[positive], table[~positive], equal_var=False)
        np.testing.assert_allclose(found.statistic, expected.statistic, rtol=1e-8)
        np.testing.assert_allclose(found.pvalues, expected.pvalue, rtol=1e-7)
    else:  # scipy gives NaN; one row has no variance of its own, the test is that against the others' error
        t = (table[positive][0] - table[~positive].mean(axis=0)) / stats.sem(table[~positive])
        np.testing.assert_allclose(found.pvalues, 2 * stats.t.sf(np.abs(t), n_rows - 2), rtol=1e-7)


@pytest.mark.filterwarnings("ignore:Precision loss:RuntimeWarning")  # scipy's own, of a class without spread
@settings(deadline=None, max_examples=60)
@given(tables, st.data())
def test_welch_equals_scipy_under_heavy_ties(table, data):
    positive = np.array(data.draw(st.lists(st.booleans(), min_size=len(table), max_size=len(table))))
    positive[:4] = [True, False, True, False]
    found = welch(table, positive)
    high, low = table[positive], table[~positive]
    spread = (np.ptp(high, axis=0) > 0) | (np.ptp(low, axis=0) > 0)
    expected = stats.ttest_ind(high[:, spread], low[:, spread], equal_var=False)
    np.testing.assert_allclose(found.pvalues[spread], expected.pvalue, rtol=1e-9)
    same = high[0] == low[0]
    assert (found.pvalues[~spread] == same[~spread]).all()


@pytest.mark.parametrize("decimals", [0, 1, 15])
@pytest.mark.parametrize(("n_rows", "n_classes"), [(6, 2), (9, 3), (60, 3), (200, 5)])
def test_kruskal_equals_scipy(decimals, n_rows, n_classes):
    codes = some_codes(n_rows, n_classes)
    table = np.round(np.random.default_rng(n_rows).normal(size=(n_rows, 30)) + 0.4 * codes[:, None], decimals)
    table = table[:, np.ptp(table, axis=0) > 0]
    found = kruskal_wallis(table, codes)
    expected = stats.kruskal(*(table[codes == code] for code in range(n_classes)), axis=0)
    np.testing.assert_allclose(found.statistic, expected.statistic, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(found.pvalues, expected.pvalue, rtol=1e-9)


def test_kruskal_of_two_classes_is_mann_whitney_without_the_continuity_correction():
    X, y = planted_table(n_rows=41)
    positive = y == 1
    expected = stats.mannwhitneyu(
        X[positive], X[~positive], axis=0, use_continuity=False, method="asymptotic"
    ).pvalue
    np.testing.assert_allclose(KruskalFilter().fit(X, y).pvalues_, expected, rtol=1e-9)


@settings(deadline=None, max_examples=60)
@given(tables, st.integers(2, 4))
def test_chi_square_equals_scipy(table, n_classes):
    codes = some_codes(len(table), n_classes)
    found = chi_square(table, codes, n_bins=7)
    for column, statistic, pvalue in zip(table.T, found.statistic, found.pvalues, strict=True):
        expected = stats.chi2_contingency(stats.contingency.crosstab(column, codes).count, correction=False)
        assert statistic == pytest.approx(expected.statistic, rel=1e-9, abs=1e-12)
        assert pvalue == pytest.approx(expected.pvalue, rel=1e-9)


def test_chi_square_cuts_continuous_columns_into_bins_of_equal_size():
    column = np.random.default_rng(0).normal(size=100)
    bins = categories(column, 5)
    assert np.bincount(bins).tolist() == [20] * 5
    assert (np.argsort(np.argsort(column)) // 20 == bins).all()
    ties = np.repeat([0.0, *np.arange(1.0, 11.0)], [90, *[1] * 10])
    assert np.bincount(categories(ties, 4)).tolist() == [90, 10]


@pytest.mark.parametrize("kind", FILTERS)
def test_finds_the_planted_columns_and_few_others(kind):
    X, y = planted_table(n_rows=200, n_columns=300, n_informative=8)
    support = kind().fit(X, y).get_support()
    assert support[:8].all()
    assert support[8:].sum() <= 3


@pytest.mark.parametrize("kind", FILTERS)
def test_bounds_hold_and_the_smallest_p_values_are_kept(kind):
    X, y = planted_table(n_columns=30, n_informative=6)
    few = kind(max_features=3).fit(X, y)
    assert set(few.get_support(indices=True)) == set(np.argsort(few.pvalues_)[:3])
    more = kind(alpha=0.0, min_features=9).fit(X, y)
    assert set(more.get_support(indices=True)) == set(np.argsort(more.pvalues_, kind="stable")[:9])
    raw = kind(correction="none", alpha=0.2).fit(X, y)
    np.testing.assert_array_equal(raw.get_support(), raw.pvalues_ <= 0.2)


@pytest.mark.parametrize("kind", FILTERS)
def test_rows_in_any_order_and_other_units_give_the_same_columns(kind):
    X, y = planted_table(n_rows=60, n_columns=40, n_informative=0)
    order = np.random.default_rng(1).permutation(60)
    plain = kind(alpha=0.0, min_features=10).fit(X, y).get_support()
    np.testing.assert_array_equal(
        plain, kind(alpha=0.0, min_features=10).fit(X.iloc[order] * 1e200, y[order]).get_support()
    )


@pytest.mark.parametrize("kind", [KruskalFilter, Chi2Filter])
def test_three_classes(kind):
    codes = some_codes(150, 3)
    table = np.random.default_rng(2).normal(size=(150, 40))
    table[:, :4] += codes[:, None]
    fitted = kind().fit(table, np.array(["normal", "osteopenia", "osteoporosis"])[codes])
    assert fitted.get_support()[:4].all()
    assert fitted.classes_.tolist() == ["normal", "osteopenia", "osteoporosis"]


def test_columns_whose_p_value_underflows_are_told_apart():
    y = np.repeat([0, 1], 300)
    noise = np.random.default_rng(0).normal(size=600)
    table = np.column_stack([noise + 200 * y, noise + 900 * y])
    fitted = TTestFilter(max_features=1).fit(table, y)
    assert (fitted.pvalues_ == 0).all()
    assert fitted.get_support().tolist() == [False, True]


def test_faults_are_named():
    X, y = planted_table(n_rows=30)
    with pytest.raises(NotBinary, match="3 classes"):
        TTestFilter().fit(X, some_codes(30, 3))
    for kind in FILTERS:
        with pytest.raises(OneClass, match="class 1"):
            kind().fit(X, np.ones(30, dtype=int))
        with pytest.raises(BadSetting, match="alpha"):
            kind(alpha=2.0).fit(X, y)
    with pytest.raises(BadSetting, match="n_bins"):
        Chi2Filter(n_bins=1).fit(X, y)


def test_the_filters_agree_on_what_is_clear():
    X, y = planted_table(n_rows=300, n_columns=60, n_informative=5)
    for kind in (*FILTERS, MannWhitneyFilter):
        assert set(kind(max_features=5).fit(X, y).get_support(indices=True)) == set(range(5))
