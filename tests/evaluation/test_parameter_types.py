"""Parameters of steps with values of other types, told before anything is computed."""

from __future__ import annotations

import numpy as np
import pytest

import radiobone as rb
from radiobone.core.errors import BadSetting
from radiobone.core.settings import Settings, validate
from radiobone.evaluation.spec import load_pipeline

BASE = {"models": ["lr"]}


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ({"correlation": {"threshold": "x"}}, "'threshold' = 'x' must be a number"),
        ({"correlation": {"threshold": "0.9 r"}}, "must be a number"),
        ({"correlation": {"threshold": True}}, "'threshold' = True must be a number"),
        ({"correlation": {"threshold": None}}, "must be a number"),
        ({"correlation": {"threshold": [0.8, "a"]}}, "'threshold' = 'a'"),
        ({"mrmr": {"n_features": 2.5}}, "must be a whole number"),
        ({"mrmr": {"n_features": "10"}}, "must be a whole number"),
        ({"mrmr": {"n_features": 10**30}}, "far too large"),
        ({"mannwhitney": {"max_features": "all"}}, "must be a whole number or empty"),
        ({"lasso": {"random_state": -1}}, "at least 0"),
        ({"smote": {"k_neighbors": "few"}}, "must be a whole number"),
    ],
)
def test_a_value_of_another_type_is_refused_when_read(step, said):
    with pytest.raises(BadSetting, match="steps") as caught:
        load_pipeline({**BASE, "steps": ["impute", step]})
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ({"mrmr": {"n_features": 10.0}}, 10),
        ({"mrmr": {"n_features": [5, 10]}}, (5, 10)),
        ({"correlation": {"threshold": 1}}, 1),
        ({"correlation": {"threshold": "9e-1"}}, 0.9),
        ({"mannwhitney": {"max_features": None}}, None),
    ],
)
def test_what_a_step_takes_stays(step, found):
    (value,) = load_pipeline({**BASE, "steps": ["impute", step]}).steps[1].params.values()
    assert (value, type(value)) == (found, type(found))


class Bins(Settings):
    width: float = 1.0
    sizes: tuple[float, ...] = ()
    exact: bool = False
    either: bool | int = 0


@pytest.mark.parametrize("content", [{"width": True}, {"sizes": [1, False]}])
def test_true_is_no_number(content):
    with pytest.raises(BadSetting, match="must be a number, and true and false are none"):
        validate(Bins, content, source="s")


def test_true_stays_where_it_is_meant():
    assert validate(Bins, {"exact": True, "either": True, "width": 2}, source="s") == Bins(
        exact=True, either=True, width=2
    )


@pytest.mark.parametrize("params", [{"n_neighbors": "few"}, {"p": -1}, {"weights": "near"}])
def test_what_a_model_does_not_take_is_named(params):
    table = np.random.default_rng(0).normal(size=(30, 3))
    pipeline = {"steps": ["impute", "scale"], "models": [{"knn": params}], "inner": {"folds": 2}}
    with pytest.raises(BadSetting, match="knn"):
        rb.fit(table, np.arange(30) % 2, np.arange(30), pipeline=pipeline)


def test_parameters_that_do_not_go_together_are_named():
    table = np.random.default_rng(0).normal(size=(30, 3))
    pipeline = {
        "steps": ["impute", "scale"],
        "models": [{"et": {"max_samples": 0.5, "bootstrap": False}}],
        "inner": {"folds": 2},
    }
    with pytest.raises(BadSetting, match=r"et.*bootstrap"):
        rb.fit(table, np.arange(30) % 2, np.arange(30), pipeline=pipeline)
