"""Of another cohort, the columns that a model uses are read, and nothing is told of the others."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import radiobone as rb
from radiobone.core.warnings import FeatureDropped
from radiobone.evaluation.model import Model

SPEC = {
    "steps": ["impute", "scale", {"mannwhitney": {"min_features": 2, "max_features": 2}}],
    "models": [{"lr": {"C": [0.1]}}],
    "outer": {"folds": 3, "repeats": 1},
    "inner": {"folds": 3},
}


def made(seed: int) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = np.arange(60) % 2
    X = pd.DataFrame(rng.normal(size=(60, 5)), columns=[f"f{i}" for i in range(5)])
    return X.assign(f0=X["f0"] + 2 * y, f1=X["f1"] + 2 * y), y


@pytest.fixture(scope="module")
def model() -> Model:
    X, y = made(0)
    found = rb.fit(X, y, np.arange(60), pipeline=SPEC)
    assert set(found.needed) == {"f0", "f1"}
    return found


def test_nothing_is_told_of_columns_that_the_model_does_not_use(model: Model) -> None:
    X, y = made(1)
    plain = rb.validate(model, X, y, np.arange(60))
    odd = X.assign(f3=1.0, f4=[None] * 60, scanner="A")
    assert rb.validate(model, odd, y, np.arange(60)).metrics == plain.metrics  # warnings are errors here


def test_a_constant_column_that_the_model_uses_is_told(model: Model) -> None:
    X, y = made(1)
    with pytest.warns(FeatureDropped, match=r"1 column\(s\) hold one and the same value in every row: f1\."):
        rb.validate(model, X.assign(f1=0.5, f3=1.0), y, np.arange(60))


def test_a_constant_column_is_told_when_a_pipeline_is_judged_or_fitted() -> None:
    X, y = made(1)
    for work in (rb.evaluate, rb.fit):
        with pytest.warns(FeatureDropped, match=r"one and the same value in every row: f3\."):
            work(X.assign(f3=1.0), y, np.arange(60), pipeline=SPEC)
