"""SHAP values left out on request: the same figures, a report that says so, and no values of an earlier run."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import radiobone as rb
from radiobone.cli.app import app
from radiobone.core.warnings import collected

MODELS = {"binary": {"lr": {"C": [1.0]}}, "number": {"ridge": {"alpha": [1.0]}}}
FOLDS = {"outer": {"folds": 3, "repeats": 1}, "inner": {"folds": 2}}


def planted(task, n=60):
    rng = np.random.default_rng(4)
    X = pd.DataFrame(rng.normal(size=(n, 3)), columns=["original_a", "original_b", "original_c"])
    y = X["original_a"] + 0.5 * rng.normal(size=n)
    return X, y if task == "number" else (y > 0).astype(int)


def pipeline(task):
    return {"task": task, "steps": ["impute", "scale"], "models": [MODELS[task]], **FOLDS}


@pytest.mark.parametrize("task", ["binary", "number"])
def test_every_figure_is_the_same_without(task, tmp_path):
    X, y = planted(task)
    given = {"groups": range(len(X)), "pipeline": pipeline(task), "show_progress": False}
    with collected():
        full, less = (rb.evaluate(X, y, **given, explain=explain) for explain in (True, False))
    assert less.explanation is None
    assert less.metrics == full.metrics
    pd.testing.assert_frame_equal(less.predictions, full.predictions, check_exact=True)
    page = less.report(tmp_path / "less").read_text(encoding="utf-8")
    assert "SHAP values were left out on request" in page
    assert "run the same command again without" in page
    assert not (tmp_path / "less" / "shap.parquet").exists()
    assert "left out on request" not in full.report(tmp_path / "full").read_text(encoding="utf-8")
    assert "explain" not in full.provenance


def test_the_command_leaves_them_out_and_adds_them(tmp_path):
    X, y = planted("binary")
    X.assign(y=y, patient_id=[f"P{k}" for k in range(len(X))]).to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "p.yaml").write_text(json.dumps(pipeline("binary")))
    out = tmp_path / "out"
    typed = ["evaluate", str(tmp_path / "t.csv"), "-t", "y", "-p", str(tmp_path / "p.yaml"), "-o", str(out)]
    saved = []
    for more, explained in (["--no-shap"], False), ([], True), (["--no-shap"], False):
        shown = CliRunner().invoke(app, [*typed, "-q", "-j", "1", *more])
        assert shown.exit_code == 0, shown.output
        assert (out / "shap.parquet").is_file() == (out / "shap.json").is_file() == explained
        saved.append((out / "metrics.json").read_bytes())
    assert saved[0] == saved[1] == saved[2]


@pytest.mark.parametrize("where", ["file", "command"])
def test_a_study_leaves_them_out(where, tmp_path):
    X, y = planted("binary")
    X.assign(y=y, patient_id=[f"P{k}" for k in range(len(X))]).to_csv(tmp_path / "t.csv", index=False)
    study = {"table": "t.csv", "target": "y", "pipeline": pipeline("binary")}
    told = {"explain": False} if where == "file" else {}
    (tmp_path / "s.yaml").write_text(json.dumps({**study, **told}))
    typed = ["run", str(tmp_path / "s.yaml"), "-o", str(tmp_path / "out"), "-q", "-j", "1"]
    shown = CliRunner().invoke(app, typed + (["--no-shap"] if where == "command" else []))
    assert shown.exit_code == 0, shown.output
    assert "left out on request" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
