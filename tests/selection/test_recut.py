"""A selector that is cut anew is the one that would have been fitted anew."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from radiobone.core.errors import BadSetting
from radiobone.selection.recut import Recut
from radiobone.selection.registry import STEPS
from radiobone.testing.contracts import planted_table
from radiobone.testing.fitted_state import fitted_state

CUTS = {name: kind for name, kind in STEPS.items() if issubclass(kind, Recut)}
QUICK = {"stability": {"n_subsamples": 10}, "lasso": {"n_lambdas": 12}, "elastic_net": {"n_lambdas": 12}}
VALUES = {
    "alpha": [0.001, 0.05, 0.5],
    "correction": ["none", "bonferroni"],
    "rule": ["min", "1se"],
    "min_features": [1, 2],
    "max_features": [None, 2, 4],
    "n_features": [1, 3, 6],
}


def test_the_selectors_that_a_search_fits_once_per_fold():
    assert {
        "mannwhitney",
        "ttest",
        "kruskal",
        "chi2",
        "pvalue",
        "mrmr",
        "lasso",
        "elastic_net",
        "stability",
        "relieff",
    } <= set(CUTS)


@pytest.mark.parametrize("name", CUTS)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_cut_anew_equals_fitted_anew(name, data):
    X, y = planted_table()
    X = X.abs() if name == "chi2" else X
    kind, fixed = CUTS[name], QUICK.get(name, {})
    first, second = (
        {one: data.draw(st.sampled_from(VALUES[one])) for one in sorted(kind.cut_parameters)}
        for _ in range(2)
    )
    learned = kind(**fixed, **first).fit(X, y)
    before = fitted_state(learned)
    if not learned.covers(second):
        assert second["n_features"] > first["n_features"]
        return
    cut, fitted = learned.recut(**second), kind(**fixed, **second).fit(X, y)
    assert fitted_state(cut) == fitted_state(fitted)
    np.testing.assert_array_equal(cut.transform(X), fitted.transform(X))
    assert fitted_state(learned) == before


def test_a_cut_out_of_range_is_refused():
    X, y = planted_table()
    with pytest.raises(BadSetting, match="n_features"):
        CUTS["mrmr"](n_features=3).fit(X, y).recut(n_features=0)
    with pytest.raises(BadSetting, match="max_features"):
        CUTS["mannwhitney"]().fit(X, y).recut(max_features=0)
