"""A table is audited once in an evaluation, and its findings are told as they are without one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import radiobone as rb
from radiobone.cohort.cohort import Cohort
from radiobone.core.warnings import NoPatientIds, SuspectedLeak, collected
from radiobone.evaluation.audit.finding import Finding
from radiobone.evaluation.audit.registry import CHECKS
from radiobone.workflow.evaluate_table import evaluate_table

SPEC = {
    "steps": ["impute", "scale"],
    "models": [{"lr": {"C": [0.1]}}],
    "outer": {"folds": 2, "repeats": 1},
    "inner": {"folds": 2},
}


@pytest.fixture
def audits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Numbers of rows of the cohorts that were audited."""
    found: list[int] = []

    def counted(cohort: Cohort) -> list[Finding]:
        found.append(cohort.n_rows)
        return []

    monkeypatch.setitem(CHECKS, "RowOrder", counted)
    return found


def made() -> tuple[pd.DataFrame, np.ndarray]:
    y = np.arange(60) % 2
    X = pd.DataFrame(np.random.default_rng(0).normal(size=(60, 4)), columns=["f0", "f1", "f2", "f3"])
    return X.assign(f0=X["f0"] + 0.5 * y), y


def test_from_python(audits: list[int]) -> None:
    X, y = made()
    rb.evaluate(X, y, np.arange(60), pipeline=SPEC, show_progress=False)
    assert audits == [60]


@pytest.mark.parametrize("ablation", [False, True])
def test_of_a_table(audits: list[int], tmp_path: Path, ablation: bool) -> None:
    X, y = made()
    X.assign(patient_id=[f"P{i:02d}" for i in range(60)], y=y).to_csv(tmp_path / "table.csv", index=False)
    evaluate_table(
        tmp_path / "table.csv", tmp_path / "out", pipeline=SPEC, target="y", show_progress=False,
        ablation=ablation, baseline="f0",
    )  # fmt: skip
    assert audits == [60]


def test_what_is_found_is_told_once() -> None:
    X, y = made()
    with collected() as told:
        found = rb.evaluate(X.assign(leak=y + 0.001 * X["f1"]), y, pipeline=SPEC, show_progress=False)
    kinds = [type(one) for one in told]
    assert kinds.count(NoPatientIds) == kinds.count(SuspectedLeak) == 1
    assert {"NoPatientIds", "SuspectedLeak"} <= {one["code"] for one in found.audit}
