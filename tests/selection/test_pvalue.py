"""The filter that gives each column the test of its kind: p-values against scipy's, kinds of columns, and what is kept."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from radiobone.core.errors import BadSetting, OneClass
from radiobone.selection.correlation_tests import pearson, spearman
from radiobone.selection.pvalue import PValueFilter

LINES = hnp.arrays(float, st.tuples(st.integers(3, 25), st.integers(1, 5)), elements=st.integers(-3, 3))


def mixed_table(n_rows=120, seed=0):
    """Return two columns of numbers, one of 0/1, one of three grades, one constant, with what they follow."""
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=n_rows)
    yes = (hidden + 2 * rng.normal(size=n_rows) > 0).astype(float)
    grades = np.digitize(hidden + 2 * rng.normal(size=n_rows), [-1.0, 1.0]).astype(float)
    numbers = 0.5 * hidden[:, None] + rng.normal(size=(n_rows, 2))
    return np.column_stack([numbers, yes, grades, np.full(n_rows, 7.0)]), hidden


def parts(values, codes):
    return [values[codes == code] for code in np.unique(codes)]


def of_chi2(column, codes):
    return stats.chi2_contingency(stats.contingency.crosstab(column, codes).count, correction=False).pvalue


def of_mann_whitney(values, codes):
    return stats.mannwhitneyu(*parts(values, codes), method="asymptotic").pvalue


def test_two_classes_have_mann_whitney_and_chi_squared():
    table, hidden = mixed_table()
    y = (hidden > 0.3).astype(int)
    found = PValueFilter(max_levels=3).fit(table, y)
    assert found.tests_.tolist() == ["mannwhitney"] * 2 + ["chi2"] * 3
    expected = [of_mann_whitney(table[:, k], y) for k in (0, 1)] + [of_chi2(table[:, k], y) for k in (2, 3)]
    np.testing.assert_allclose(found.pvalues_, [*expected, 1.0], rtol=1e-9)


def test_three_classes_have_kruskal_wallis_and_chi_squared():
    table, hidden = mixed_table()
    y = np.digitize(hidden, [-0.5, 0.5])
    found = PValueFilter().fit(table, y)
    assert found.tests_.tolist() == ["kruskal", "kruskal", "chi2", "kruskal", "chi2"]
    expected = [stats.kruskal(*parts(table[:, k], y)).pvalue for k in (0, 1, 3)]
    np.testing.assert_allclose(found.pvalues_[[0, 1, 3]], expected, rtol=1e-9)
    np.testing.assert_allclose(found.pvalues_[2], of_chi2(table[:, 2], y), rtol=1e-9)


@pytest.mark.parametrize(("name", "oracle"), [("pearson", stats.pearsonr), ("spearman", stats.spearmanr)])
def test_a_number_has_a_coefficient_and_rank_tests_between_categories(name, oracle):
    table, hidden = mixed_table()
    found = PValueFilter(max_levels=3, coefficient=name).fit(table, hidden)
    assert found.tests_.tolist() == [name, name, "mannwhitney", "kruskal", "mannwhitney"]
    expected = [oracle(table[:, k], hidden).pvalue for k in (0, 1)]
    expected += [
        of_mann_whitney(hidden, table[:, 2]),
        stats.kruskal(*parts(hidden, table[:, 3])).pvalue,
        1.0,
    ]
    np.testing.assert_allclose(found.pvalues_, expected, rtol=1e-9)
    np.testing.assert_allclose(found.statistic_[:2], [oracle(table[:, k], hidden).statistic for k in (0, 1)])


@pytest.mark.filterwarnings("ignore:An input array is constant")
@settings(deadline=None)
@given(LINES, st.data())
def test_coefficients_equal_scipys_under_ties(table, data):
    n_rows = len(table)
    target = data.draw(
        hnp.arrays(float, n_rows, elements=st.integers(-3, 3)).filter(lambda one: np.ptp(one) > 0)
    )
    for ours, oracle in ((pearson, stats.pearsonr), (spearman, stats.spearmanr)):
        found = ours(table * 1e-7, target + 5)
        for column, statistic, pvalue in zip(table.T, found.statistic, found.pvalues, strict=True):
            if np.ptp(column) == 0:
                assert (statistic, pvalue) == (0.0, 1.0)
                continue
            expected = oracle(column, target)
            assert statistic == pytest.approx(expected.statistic, rel=1e-7, abs=1e-9)
            assert pvalue == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-7)


def test_two_rows_lie_on_a_line_by_chance():
    assert pearson(np.array([[0.0], [1.0]]), np.array([2.0, 5.0])).pvalues.tolist() == [1.0]


def test_columns_of_words_as_the_table_half_encodes_them_have_chi_squared():
    import pandas as pd

    from radiobone.cohort.clinical import encode_clinical

    table, hidden = mixed_table()
    words = pd.DataFrame(
        {
            "age_years": table[:, 0],
            "smoker": np.where(table[:, 2] > 0, "yes", "no"),
            "region": np.array(["north", "south", "west"])[table[:, 3].astype(int)],
        }
    )
    encoded = encode_clinical(words, [str(row) for row in range(len(words))])
    y = (hidden > 0).astype(int)
    found = PValueFilter().fit(encoded, y)
    assert dict(zip(encoded.columns, found.tests_, strict=True)) == {
        "age_years": "mannwhitney",
        "smoker=yes": "chi2",
        "region=north": "chi2",
        "region=south": "chi2",
        "region=west": "chi2",
    }
    assert found.pvalues_[1] == pytest.approx(of_chi2(words["smoker"], y), rel=1e-9)


def test_scaling_before_it_changes_no_kind_and_no_p_value():
    table, hidden = mixed_table()
    y = (hidden > 0).astype(int)
    plain, scaled = PValueFilter().fit(table, y), PValueFilter().fit(table * 1e-3 - 5, y)
    assert (plain.tests_ == scaled.tests_).all()
    np.testing.assert_allclose(plain.pvalues_, scaled.pvalues_, rtol=1e-9)


def test_the_strongest_are_kept_whatever_their_test():
    y = np.repeat([0, 1], 2000)
    rng = np.random.default_rng(0)
    weak, strong = (np.where(rng.random(4000) < share, y, 1 - y).astype(float) for share in (0.9, 0.99))
    numbers = rng.normal(size=4000) + 1.9 * y
    found = PValueFilter(max_features=1).fit(np.column_stack([weak, numbers, strong]), y)
    assert (found.pvalues_[[0, 2]] == 0).all()
    assert found.get_support().tolist() == [False, False, True]


def test_faults_are_named():
    table, hidden = mixed_table()
    with pytest.raises(BadSetting, match="max_levels is 0"):
        PValueFilter(max_levels=0).fit(table, hidden)
    with pytest.raises(BadSetting, match="coefficient is 'kendall'"):
        PValueFilter(coefficient="kendall").fit(table, hidden)
    with pytest.raises(OneClass):
        PValueFilter().fit(table, np.ones(len(table)))


def test_it_finds_columns_for_a_target_that_is_a_number_in_a_pipeline():
    from radiobone.core.warnings import collected
    from radiobone.evaluation.spec import load_pipeline
    from radiobone.workflow.study import evaluate

    rng = np.random.default_rng(1)
    X = rng.normal(size=(80, 30))
    y = X[:, 0] - X[:, 1] + 0.5 * rng.normal(size=80)
    spec = load_pipeline(
        {
            "task": "number",
            "steps": ["impute", {"pvalue": {"alpha": 0.001}}],
            "models": [{"ridge": {"alpha": [1.0]}}],
            "outer": {"folds": 3, "repeats": 1},
            "inner": {"folds": 2},
        }
    )
    with collected():
        result = evaluate(X, np.round(y, 2), pipeline=spec, show_progress=False).result
    assert result.metrics["r2"].mean > 0.5
    chosen = result.selected["feature"].value_counts()
    assert (chosen[[chosen.index[0], chosen.index[1]]] == 3).all()
