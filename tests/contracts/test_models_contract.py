"""Every registered model keeps our promises."""

import os

import pytest

from quick_fits import quick_family
from radiobone.models.registry import MODELS
from radiobone.testing.contracts import MODEL_CHECKS, planted_table


@pytest.mark.parametrize("check", MODEL_CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize("name", MODELS)
def test_model(name, check):
    check(quick_family(name) if name == "stack" else MODELS[name])  # it fits its members six times


@pytest.mark.parametrize("name", MODELS)
def test_training_writes_and_prints_nothing(name, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    X, y = planted_table(n_rows=40)
    MODELS[name].make(0).fit(X, y).predict(X)
    assert os.listdir(tmp_path) == []  # noqa: PTH208
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", MODELS)
def test_registered_under_its_own_name(name):
    assert MODELS[name].name == name
    assert MODELS[name].title
    assert all(isinstance(values, list) and values for values in MODELS[name].space.values())
