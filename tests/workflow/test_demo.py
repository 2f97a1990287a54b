"""The demo does the whole job through files, and its AUC can be judged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from radiobone.workflow.demo import run_demo

FAST = """
steps: [impute, constant, scale, {mannwhitney: {max_features: 10}}]
models: [{lr: {C: [0.1]}}]
outer: {folds: 3, repeats: 1}
inner: {folds: 3}
"""


@pytest.mark.slow
def test_the_demo_ends_in_a_report_and_says_what_the_truth_is(tmp_path: Path) -> None:
    said: list[str] = []
    (tmp_path / "fast.yaml").write_text(FAST)
    outcome = run_demo(
        tmp_path,
        n_patients=16,
        pipeline=str(tmp_path / "fast.yaml"),
        jobs=2,
        show_progress=False,
        say=said.append,
    )
    assert outcome.report == tmp_path / "report.html"
    html = outcome.report.read_text()
    assert f"{outcome.auc.mean:.2f}" in html
    assert html.count("<figure") >= 16 + 6
    assert 0.5 < outcome.ceiling < 1
    assert outcome.auc.mean is not None
    assert outcome.auc.mean < 1
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["n_patients"] == 16
    assert (tmp_path / "study.yaml").is_file()
    assert any("0 failed" in line for line in said)
