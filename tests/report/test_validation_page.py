"""The page of a validation: its numbers, what it says of recalibration, and that hostile names stay text."""

from __future__ import annotations

import json
import re
from functools import reduce

import numpy as np
import pandas as pd
import pytest

import radiobone as rb
from radiobone.report.build import write_report

SPEC = {"steps": ["impute", "scale"], "models": [{"lr": {"C": [0.1]}}], "inner": {"folds": 2}}
HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    def table(seed):
        rng = np.random.default_rng(seed)
        y = np.arange(80) % 2
        X = pd.DataFrame(rng.normal(size=(80, 3)), columns=["f0", HOSTILE, "f2"])
        X["f0"] += 1.5 * y
        return X, pd.Series(np.where(y == 1, "<b>frail</b>", "sound"), name="bone")

    (X, y), (X_new, y_new) = table(0), table(1)
    X_new.iloc[0, 1] = 99.0
    each = range(80)
    first = rb.fit(X, y, groups=each, pipeline=SPEC, positive="<b>frail</b>")
    second = rb.fit(X[["f0"]], y, groups=each, pipeline=SPEC, positive="<b>frail</b>")
    where = tmp_path_factory.mktemp("page")
    with pytest.warns(Warning, match="training range"):
        found = rb.validate(first, X_new, y_new, groups=each, against=second)
    found.report(where)
    return where


def test_every_traced_number_is_in_metrics_json(folder):
    page, metrics = (folder / "report.html").read_text(), json.loads((folder / "metrics.json").read_text())
    traced = re.findall(r'data-key="([^"]+)" value="([^"]+)"', page)
    assert len(traced) > 60
    for key, value in traced:
        assert float(value) == reduce(lambda part, name: part[name], key.split("."), metrics), key


def test_it_says_what_used_the_labels(folder):
    page = (folder / "report.html").read_text()
    assert "Uses the labels of this cohort" in page
    assert "Intercept refitted*" in page
    assert "favour the new model" in page
    assert "carries no figure of nested cross-validation" in page


def test_names_stay_text_and_nothing_is_loaded(folder):
    page = (folder / "report.html").read_text()
    assert HOSTILE not in page
    assert "<b>frail" not in page
    assert not re.search(r'(src|href)="https?://', page)


def test_the_report_is_made_again_from_the_folder(folder, tmp_path):
    again = write_report(folder, tmp_path / "again.html")
    assert again.read_text() == (folder / "report.html").read_text()
