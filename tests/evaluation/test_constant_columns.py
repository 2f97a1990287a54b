"""Whether a column is constant is learned in each fold: a test row cannot bring it in or keep it out."""

from __future__ import annotations

import numpy as np
import pytest

from radiobone.cohort.readers import cohort_from_arrays
from radiobone.core.errors import MissingColumn
from radiobone.core.warnings import FeatureDropped
from radiobone.evaluation.nested_cv import nested_cv
from radiobone.evaluation.spec import load_pipeline

SPEC = {"models": [{"lr": {"C": 1.0}}], "outer": {"folds": 3, "repeats": 1}, "inner": {"folds": 2}}
WITH = load_pipeline({**SPEC, "steps": ["impute", "constant", "scale"]})
pytestmark = pytest.mark.filterwarnings("ignore::radiobone.core.warnings.FeatureDropped")
STEPS = [
    ["impute", "scale"],
    ["impute", "scale", {"correlation": {"threshold": 0.9}}],
    ["impute", "scale", {"mannwhitney": {"max_features": 3}}],
    ["impute", "scale", {"mrmr": {"n_features": 3}}],
    ["impute", "scale", "lasso"],
]


def made(value: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    y = np.arange(60) % 2
    X = rng.normal(size=(60, 6)) + y[:, None] * [2, 0, 0, 0, 0, 0]
    return np.column_stack([X, np.full(60, value)]), y


def run(X: np.ndarray, y: np.ndarray, spec: object = WITH) -> object:
    return nested_cv(cohort_from_arrays(X, y, groups=np.arange(60)), spec, show_progress=False)


def test_one_odd_test_row_changes_no_model_of_its_fold() -> None:
    X, y = made()
    plain = run(X, y)
    odd = X.copy()
    odd[plain.fits[0].test[0], 6] = 99.0
    other = run(odd, y)
    np.testing.assert_array_equal(plain.fits[0].test, other.fits[0].test)
    assert plain.fits[0].features == other.fits[0].features
    np.testing.assert_array_equal(plain.fits[0].model.coef_, other.fits[0].model.coef_)
    assert "x6" not in plain.fits[0].features


@pytest.mark.parametrize("steps", STEPS, ids=lambda steps: str(steps[-1]))
def test_steps_of_ones_own_bear_a_constant_column(steps: list) -> None:
    X, y = made()
    auc = run(X, y, load_pipeline({**SPEC, "steps": steps})).result.metrics["auc"].mean
    assert 0.5 < auc < 1


def test_a_constant_column_is_told_and_kept_for_the_folds_to_judge() -> None:
    X, y = made()
    with pytest.warns(FeatureDropped, match=r"1 column\(s\) hold one and the same value in every row: x6\."):
        assert "x6" in cohort_from_arrays(X, y, groups=np.arange(60)).X


def test_a_table_of_constants_is_a_named_error() -> None:
    _, y = made()
    with pytest.raises(MissingColumn, match="None of the 3 feature"):
        run(np.ones((60, 3)), y)
