"""Impute, constant, scale and correlation, each against a plain statement of what it does."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import StandardScaler

from radiobone.core.errors import BadSetting, EmptyTable
from radiobone.selection.constant import ConstantFilter, commonest_share
from radiobone.selection.correlation import BLOCK, CorrelationFilter
from radiobone.selection.impute import MedianImputer
from radiobone.selection.normal_scores import NormalScores
from radiobone.selection.scale import ZScore
from radiobone.testing import slow_twins
from radiobone.testing.contracts import planted_table

shapes = st.tuples(st.integers(2, 20), st.integers(1, 6))


def test_median_of_the_training_rows_fills_gaps():
    rng = np.random.default_rng(0)
    train, new = rng.normal(size=(2, 30, 5))
    train[rng.random(train.shape) < 0.2] = np.nan
    new[::3] = np.nan
    expected = SimpleImputer(strategy="median").fit(train).transform(new)
    np.testing.assert_array_equal(MedianImputer().fit(train).transform(new), expected)


def test_a_column_without_a_value_is_left_out_by_name():
    X, y = planted_table()
    X.iloc[:, 3] = np.nan
    fitted = MedianImputer().fit(X, y)
    assert list(fitted.get_feature_names_out()) == [name for at, name in enumerate(X.columns) if at != 3]
    assert fitted.n_missing_[3] == len(X)


def test_nothing_but_gaps_is_a_named_error():
    with pytest.raises(EmptyTable, match="All 2 columns"):
        MedianImputer().fit(np.full((4, 2), np.nan))


def test_infinity_is_no_gap():
    with pytest.raises(ValueError, match="infinity"):
        MedianImputer().fit([[1.0, np.inf], [2.0, 3.0]])


@given(hnp.arrays(float, shapes, elements=st.one_of(st.integers(0, 3), st.just(np.nan))))
def test_share_of_the_commonest_value(table):
    for share, column in zip(commonest_share(table), table.T, strict=True):
        values = column[~np.isnan(column)]
        counts = np.unique(values, return_counts=True)[1]
        assert share == (counts.max() / len(values) if len(values) else 1.0)


def test_nearly_constant_columns_go():
    table = np.column_stack(
        [np.arange(100), np.r_[np.zeros(96), np.ones(4)], np.r_[np.zeros(95), np.ones(5)]]
    )
    assert ConstantFilter().fit(table).get_support().tolist() == [True, False, True]
    assert ConstantFilter(max_share=1.0).fit(table).get_support().all()


def test_a_constant_column_goes_even_if_any_share_is_allowed():
    table = np.column_stack([np.full(10, 0.1), np.arange(10)])
    assert ConstantFilter(max_share=1.0).fit(table).get_support().tolist() == [False, True]


@settings(deadline=None)
@given(hnp.arrays(float, shapes, elements=st.floats(-1e6, 1e6, width=32)))
def test_scaling_equals_scikit_learns(table):
    varies = np.ptp(table, axis=0) > 1e-3
    expected = StandardScaler().fit_transform(table)[:, varies]
    np.testing.assert_allclose(ZScore().fit_transform(table)[:, varies], expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("value", [0.1, 1e300, -1e-300, 7.0])
def test_a_constant_column_becomes_zero(value):
    fitted = ZScore().fit(np.full((7, 1), value))
    assert (fitted.transform(np.full((7, 1), value)) == 0).all()
    assert np.isfinite(fitted.transform([[value + 1.0]])).all()


@pytest.mark.parametrize("unit", [1e-200, 1.0, 1e200])
def test_the_unit_of_a_column_does_not_matter(unit):
    column = np.random.default_rng(1).normal(size=(50, 1))
    np.testing.assert_allclose(ZScore().fit_transform(column * unit), stats.zscore(column), rtol=1e-9)


def test_scaling_can_be_undone_and_leaves_gaps():
    X, y = planted_table()
    X.iloc[2, 1] = np.nan
    fitted = ZScore().fit(X, y)
    np.testing.assert_allclose(fitted.inverse_transform(fitted.transform(X)), X)


@settings(deadline=None)
@given(hnp.arrays(float, shapes, elements=st.integers(-2, 2)), st.sampled_from([0.0, 0.3, 0.7, 0.95]))
def test_correlation_filter_equals_its_slow_twin(table, threshold):
    kept = CorrelationFilter(threshold=threshold).fit(table).get_support(indices=True)
    assert kept.tolist() == slow_twins.first_of_each_group(table.T.tolist(), threshold)


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_kept_columns_do_not_correlate_and_dropped_ones_do(method):
    rng = np.random.default_rng(0)
    table = rng.normal(size=(60, 30)) @ rng.normal(size=(30, 3 * BLOCK))
    support = CorrelationFilter(threshold=0.6, method=method).fit(table).get_support()
    values = stats.rankdata(table, axis=0) if method == "spearman" else table
    similar = np.abs(np.corrcoef(values, rowvar=False)) > 0.6
    assert 1 < support.sum() < support.size
    assert similar[np.ix_(support, support)].sum() == support.sum()  # each with itself alone
    for column in np.flatnonzero(~support):
        assert similar[column, :column][support[:column]].any()  # an earlier one stands for it


def test_ranks_see_what_values_do_not():
    steps = np.linspace(0, 12, 50)
    table = np.column_stack([steps, np.exp(steps)])
    assert CorrelationFilter(threshold=0.9).fit(table).get_support().all()
    assert CorrelationFilter(threshold=0.9, method="spearman").fit(table).get_support().sum() == 1


def test_a_threshold_of_one_keeps_all_and_below_it_copies_go():
    X, _ = planted_table()
    twice = np.column_stack([X, -3.0 * X + 1.0])
    assert CorrelationFilter(threshold=1.0).fit(twice).get_support().all()
    assert CorrelationFilter(threshold=0.999).fit(twice).get_support(indices=True).tolist() == list(range(12))


@pytest.mark.parametrize(
    ("step", "named"),
    [
        (ConstantFilter(max_share=-0.1), "max_share"),
        (CorrelationFilter(threshold=1.1), "threshold"),
        (CorrelationFilter(method="kendall"), "spearman"),
    ],
)
def test_a_bad_argument_is_named(step, named):
    X, y = planted_table(n_rows=10)
    with pytest.raises(BadSetting, match=named):
        step.fit(X, y)


def test_normal_scores_are_the_quantiles_of_mid_ranks():
    rng = np.random.default_rng(3)
    train = np.round(rng.lognormal(sigma=2, size=(40, 5)), 1)  # with ties
    mid_rank = stats.rankdata(train, axis=0) - 0.5
    expected = stats.norm.ppf(mid_rank / len(train))
    np.testing.assert_allclose(NormalScores().fit_transform(train), expected, rtol=1e-12)


def test_normal_scores_do_not_ask_how_a_feature_is_stretched():
    rng = np.random.default_rng(4)
    train, new = rng.normal(size=(30, 4)), rng.normal(size=(20, 4))
    straight = NormalScores().fit(train).transform(new)
    np.testing.assert_array_equal(NormalScores().fit(np.exp(3 * train)).transform(np.exp(3 * new)), straight)


def test_values_beyond_all_training_values_get_the_score_of_the_most_extreme_row():
    train = np.arange(10.0)[:, None]
    step = NormalScores().fit(train)
    np.testing.assert_array_equal(step.transform([[1e9], [-1e9]]), step.transform([[9.0], [0.0]]))


def test_normal_scores_leave_missing_values_missing_and_constant_columns_at_zero():
    train = np.array([[1.0, np.nan, np.nan], [1.0, 2.0, np.nan], [1.0, 4.0, np.nan], [1.0, 8.0, np.nan]])
    scores = NormalScores().fit_transform(train)
    np.testing.assert_array_equal(scores[:, 0], 0.0)
    np.testing.assert_allclose(scores[1:, 1], stats.norm.ppf([1 / 6, 1 / 2, 5 / 6]), atol=1e-15)
    assert np.isnan(scores[0, 1])
    assert np.isnan(scores[:, 2]).all()
    np.testing.assert_array_equal(NormalScores().fit(train).transform([[1.0, 4.0, 7.0]])[0, [0, 2]], 0.0)
