"""What `evaluate` and `fit` print: the table as it was understood, and every warning once, with its code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

FAST = """
name: fast
steps: [impute, constant, scale, {mannwhitney: {max_features: 5}}]
models: [lr]
outer: {folds: 2, repeats: 1}
inner: {folds: 2}
"""


def radiobone(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "radiobone", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)


def study(folder: Path, **columns: object) -> tuple[Path, Path]:
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(40, 6)), columns=[f"f{i}" for i in range(6)])
    table = table.assign(
        y=["yes", "no"] * 20, age=rng.normal(60, 5, 40), empty=None, comment="fine", **columns
    )
    table.loc[39, "y"] = None
    table.to_csv(folder / "t.csv", index=False)
    (folder / "fast.yaml").write_text(FAST)
    return folder / "t.csv", folder / "fast.yaml"


def test_evaluate_says_which_column_is_what(tmp_path: Path) -> None:
    table, pipeline = study(tmp_path)
    roles = ("--target", "y", "--positive", "yes", "--clinical", "age", "-p", pipeline)
    answer = radiobone("evaluate", table, *roles, "-o", tmp_path / "out", "-j", 1, "--quiet")
    assert answer.returncode == 0, answer.stderr
    for line in (
        "target     y: 20 rows yes, 19 no",
        "patients   39, in 39 rows: EACH ROW WAS TAKEN AS ONE PATIENT",
        "clinical   age",
        "features   6: f0, f1, f2, f3, f4, …",
        "set aside  1: comment",
        "left out   1 row(s)",
    ):
        assert line in answer.stdout
    for code in ("NoPatientIds: ", "RowsDropped: ", "FeatureDropped: "):
        assert answer.stderr.count(code) == 1
    columns = json.loads((tmp_path / "out" / "provenance.json").read_text())["cohort"]["columns"]
    assert (columns["id"], columns["clinical"], columns["set_aside"]) == (None, ["age"], ["comment"])
    findings = json.loads((tmp_path / "out" / "audit.json").read_text())["findings"]
    assert ("NoPatientIds", "warning") in [(one["code"], one["severity"]) for one in findings]


def test_fit_warns_of_what_is_serious(tmp_path: Path) -> None:
    table, pipeline = study(tmp_path, MRN=np.arange(40), bmd=np.tile([1.0, 2.5], 20))
    roles = ("--target", "y", "--positive", "yes", "-p", pipeline)
    answer = radiobone("fit", table, *roles, "-o", tmp_path / "m.rbm", "-j", 1, "--quiet")
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr.count("SuspectedLeak: ") == 1
    assert "bmd (AUC 1.000)" in answer.stderr
    assert "told apart by MRN" in answer.stdout
    assert "NoPatientIds" not in answer.stderr


def test_patients_that_nobody_named_stop_the_evaluation(tmp_path: Path) -> None:
    table, pipeline = study(tmp_path, side=["left", "right"] * 20, Akte=np.arange(40) // 2)
    answer = radiobone(
        "evaluate", table, "--target", "y", "--positive", "yes", "-p", pipeline, "-o", tmp_path / "out"
    )
    assert answer.returncode == 2
    assert "MissingId: " in answer.stderr
    assert "--groups Akte" in answer.stderr
    assert "Traceback" not in answer.stderr
