"""Boruta beside boruta_py, and its tests beside scipy's."""

import numpy as np
import pytest
from scipy import stats

from radiobone.core.errors import BadSetting, OneClass
from radiobone.selection.boruta import BorutaSelector, at_least
from radiobone.testing.contracts import planted_table


def drawn(seed, n_rows=150):
    """Five relevant columns of twenty, the fifth nearly a copy of the first."""
    rng = np.random.default_rng(seed)
    table, y = rng.normal(size=(n_rows, 20)), (rng.random(n_rows) < 0.4).astype(int)
    table[:, :4] += 1.5 * y[:, None]
    table[:, 4] = table[:, 0] + 0.3 * rng.normal(size=n_rows)
    if seed == 3:
        y = table[:, 1] * 2 + table[:, 2] + 0.3 * rng.normal(size=n_rows)
    return table, y


# boruta_py 0.4.3, 100 trees of depth 5, 60 rounds: confirmed, tentative
@pytest.mark.parametrize(
    ("seed", "confirmed", "tentative"),
    [(0, {0, 1, 2, 3, 4}, set()), (3, {0, 1, 2, 3, 4}, {8})],
)
def test_confirms_what_boruta_py_confirms(seed, confirmed, tentative):
    fitted = BorutaSelector().fit(*drawn(seed))
    found = set(np.flatnonzero(fitted.confirmed_))
    assert {0, 1, 2, 3} <= found <= confirmed | tentative
    assert set(np.flatnonzero(fitted.tentative_)) <= confirmed | {6, 7, 8, 9, 10, 18}
    assert fitted.get_support()[list(found)].all()


def test_the_coin_is_scipys():
    hits, tries = np.array([0, 1, 7, 10]), np.array([10, 10, 10, 10])
    np.testing.assert_allclose(at_least(hits, tries), stats.binom.sf(hits - 1, tries, 0.5), rtol=1e-12)


def test_bounds_hold():
    table, y = drawn(0)
    fitted = BorutaSelector(max_rounds=9, max_features=2).fit(table, y)
    assert fitted.get_support().sum() == 2
    noise, labels = planted_table(n_rows=30, n_columns=8, n_informative=0)
    assert BorutaSelector(max_rounds=3, min_features=3).fit(noise, labels).get_support().sum() == 3


def test_faults_are_named():
    X, y = planted_table(n_rows=12)
    for arguments in ({"max_rounds": 0}, {"alpha": 2.0}, {"n_estimators": 0}, {"max_depth": 0}):
        with pytest.raises(BadSetting, match=next(iter(arguments))):
            BorutaSelector(**arguments).fit(X, y)
    with pytest.raises(OneClass, match="class 0"):
        BorutaSelector().fit(X, y * 0)
