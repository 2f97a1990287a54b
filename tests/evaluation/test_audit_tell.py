"""Serious findings are warnings; notes are not."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from radiobone.core.warnings import AcquisitionConfounded, NoPatientIds, StepOutsideFold, SuspectedLeak
from radiobone.evaluation.audit.finding import Finding
from radiobone.evaluation.audit.tell import warn_of, warn_of_table
from radiobone.workflow.study import evaluate, fit

LEAK = Finding("SuspectedLeak", "serious", "x is y")
NO_IDS = Finding("NoPatientIds", "warning", "each row")
TOLD = Finding("NoPatientIds", "note", "as you said")


def test_serious_findings_warn_once() -> None:
    with pytest.warns(SuspectedLeak, match="x is y"):
        warn_of([LEAK, NO_IDS, TOLD])
    with pytest.warns(NoPatientIds, match="each row"), pytest.warns(SuspectedLeak, match="x is y"):
        warn_of_table([LEAK, NO_IDS])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of([NO_IDS, TOLD])
        warn_of_table([TOLD])


@pytest.mark.parametrize("kind", [StepOutsideFold, AcquisitionConfounded])
def test_what_was_done_before_the_folds_warns_unless_it_is_a_note(kind: type[Warning]) -> None:
    with pytest.warns(kind, match="before"):
        warn_of([Finding(kind.__name__, "serious", "before the folds")])
    warn_of([Finding(kind.__name__, "note", "before the folds")])  # warnings are errors


def test_fitting_from_python_warns_of_a_leak() -> None:
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(40, 4)), columns=list("abcd"))
    y = np.arange(40) % 2
    spec = {"steps": ["impute", "scale"], "models": ["lr"], "inner": {"folds": 2}}
    with pytest.warns(SuspectedLeak, match="d"):
        fit(X.assign(d=y), y, groups=np.arange(40), pipeline=spec)


@pytest.mark.parametrize("work", [fit, evaluate])
def test_rows_without_patients_are_pointed_out_from_python(work: Callable[..., object]) -> None:
    X, y = np.random.default_rng(0).normal(size=(40, 4)), np.arange(40) % 2
    spec = {"steps": ["impute", "scale"], "models": [{"lr": {"C": [1.0]}}]}
    spec |= {"outer": {"folds": 2, "repeats": 1}, "inner": {"folds": 2}}
    with pytest.warns(NoPatientIds, match="groups=range") as given:
        work(X, y, pipeline=spec)
    assert [Path(one.filename).name for one in given] == [Path(__file__).name]
    work(X, y, groups=range(40), pipeline=spec)  # warnings are errors
