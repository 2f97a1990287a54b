"""What a notebook or a console shows of the objects that a user holds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiobone.evaluation.model import Model
from radiobone.workflow.evaluated import Evaluation
from radiobone.workflow.extract import extract
from radiobone.workflow.feature_table import FeatureTable
from radiobone.workflow.score import Scorer
from radiobone.workflow.study import evaluate, fit
from small_cohort import QUICK, SmallCohort

PIPELINE = {"steps": ["scale"], "models": ["lr"], "outer": {"folds": 2, "repeats": 1}, "inner": {"folds": 2}}


def table() -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(0)
    y = np.arange(40) % 2
    return pd.DataFrame(rng.normal(size=(40, 60)) + 0.3 * y[:, None], columns=[f"f{i}" for i in range(60)]), y


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    return evaluate(*table(), groups=range(40), pipeline=PIPELINE, show_progress=False)


@pytest.fixture(scope="module")
def model() -> Model:
    return fit(*table(), groups=range(40), pipeline=PIPELINE)


def is_short(text: str) -> bool:
    return text.count("\n") <= 2 and max(len(line) for line in text.splitlines()) <= 120


def test_an_evaluation_shows_its_answer(evaluation):
    auc = evaluation.metrics["auc"]
    for one in (evaluation, evaluation.result):
        shown = repr(one)
        assert is_short(shown)
        assert shown.startswith(type(one).__name__)
        assert f"AUC {auc.mean:.2f} (95 % interval {auc.low:.2f} to {auc.high:.2f})" in shown
        assert "40 patients" in shown
        assert all(finding["code"] in shown for finding in evaluation.result.audit)
    shown = evaluation._repr_html_()
    assert "<table>" in shown
    assert "src='data:image/png;base64," in shown
    assert "alt='" in shown
    assert f"<td>AUC</td><td>{auc.mean:.2f}</td>" in shown


def test_a_model_and_a_scorer_show_what_they_predict(model):
    for one in (model, Scorer(model)):
        shown = repr(one)
        assert is_short(shown)
        assert shown.startswith(type(one).__name__)
        for word in ("lr", "60 features", "40 patients", "threshold"):
            assert word in shown


def test_a_feature_table_shows_its_size_and_what_failed(cohort: SmallCohort, faults: dict):
    cohort.add("p1")
    cohort.add("p2")
    faults["EmptyMask"](cohort, "p2")
    found: FeatureTable = extract(cohort.manifest, settings=QUICK, show_progress=False)
    assert repr(found) == "FeatureTable(1 region × 107 features; 1 done, 1 failed)"
