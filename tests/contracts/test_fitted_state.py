"""The bytes of a fitted state change when, and only when, what was learned changes."""

import os
import subprocess
import sys

import numpy as np
import pytest
from imblearn.pipeline import Pipeline
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.model_selection import GridSearchCV

from quick_fits import quick_family
from radiobone.models.registry import MODELS
from radiobone.selection.registry import STEPS
from radiobone.selection.resampling import SafeSMOTE
from radiobone.testing.contracts import planted_table
from radiobone.testing.fitted_state import fitted_state


@pytest.mark.parametrize("name", MODELS)
def test_training_rows_show_in_the_state_of_a_model(name):
    X, y = planted_table()
    other = X.copy()
    other.iloc[:10] += 1.0
    make = quick_family(name).make
    assert fitted_state(make(0).fit(X, y)) != fitted_state(make(0).fit(other, y))


@pytest.mark.parametrize("name", ["impute", "scale", "mannwhitney", "mrmr", "lasso"])
def test_training_rows_show_in_the_state_of_a_step(name):
    X, y = planted_table()
    other = X.copy()
    other.iloc[:30] -= 1.0
    assert fitted_state(STEPS[name]().fit(X, y)) != fitted_state(STEPS[name]().fit(other, y))


def test_a_last_bit_shows():
    X, y = planted_table()
    model = MODELS["lr"].make(0).fit(X, y)
    before = fitted_state(model)
    model.coef_[0, 3] = np.nextafter(model.coef_[0, 3], 9.0)
    assert fitted_state(model) != before


def test_a_search_over_a_pipeline_is_one_state_whatever_its_durations():
    X, y = planted_table()
    steps = [
        ("smote", SafeSMOTE()),
        ("scale", STEPS["scale"]()),
        ("model", MODELS["rf"].make(0).set_params(n_estimators=5)),
    ]
    search = GridSearchCV(Pipeline(steps), {"model__max_depth": [1, 2]}, cv=2)
    whole = CalibratedClassifierCV(search, ensemble=False, cv=2)
    assert fitted_state(clone(whole).fit(X, y)) == fitted_state(clone(whole).fit(X, y))


def test_circles_end():
    first, second = {"name": 1}, {"name": 2}
    first["other"], second["other"] = second, first
    again = {"name": 1, "other": {"name": 2}}
    again["other"]["other"] = again
    assert fitted_state(first) == fitted_state(again)
    assert fitted_state(first) != fitted_state(second)


def test_the_state_is_the_same_in_another_process_with_another_hash_seed():
    script = (
        "from radiobone.testing.contracts import planted_table\n"
        "from radiobone.testing.fitted_state import fitted_state\n"
        "from radiobone.models.registry import MODELS\n"
        "print([fitted_state(MODELS[n].make(0).fit(*planted_table())).hex() for n in ('gb', 'xgboost', 'catboost')])"
    )
    there = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONHASHSEED": "3"},
        capture_output=True,
        check=True,
        text=True,
    ).stdout
    here = [
        fitted_state(MODELS[name].make(0).fit(*planted_table())).hex()
        for name in ("gb", "xgboost", "catboost")
    ]
    assert there.strip() == str(here)
