"""The controls of a result: kept over interruptions, the same for any number of jobs, shown where a person looks."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from radiobone.cli.app import app
from radiobone.cli.optional_value import filled_in
from radiobone.core.files import write_json
from radiobone.evaluation.null_control import null_control, null_entry
from radiobone.workflow import controls
from radiobone.workflow.control_words import control_lines
from radiobone.workflow.evaluate_table import evaluate_table

PIPELINE = {
    "steps": ["impute", "scale", {"mannwhitney": {"max_features": 5}}],
    "models": [{"lr": {"C": [1.0]}}],
    "outer": {"folds": 2, "repeats": 1},
    "inner": {"folds": 2},
}


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(48, 40)), columns=[f"original_f{i}" for i in range(40)])
    frame.insert(0, "patient_id", [f"P{i:02d}" for i in range(48)])
    path = tmp_path_factory.mktemp("controls") / "t.csv"
    frame.assign(y=rng.permutation(np.arange(48) % 2)).to_csv(path, index=False)
    return path


def run(table, output, **more):
    evaluate_table(
        table, output, target="y", pipeline=PIPELINE, null_control=20, optimism_meter=True, show_progress=False, **more
    )  # fmt: skip
    found = json.loads((output / "metrics.json").read_text())
    return found["null_control"], found["optimism_meter"]


@pytest.fixture(scope="module")
def expected(table, tmp_path_factory):
    """Return what one process finds in one go."""
    return run(table, tmp_path_factory.mktemp("whole"))


def test_any_number_of_jobs_and_any_order_of_rows_give_the_same_bits(table, expected, tmp_path):
    mixed = tmp_path / "mixed.csv"
    pd.read_csv(table).sample(frac=1, random_state=1).to_csv(mixed, index=False)
    assert run(mixed, tmp_path / "mixed", jobs=2) == expected


def test_finished_folds_are_kept(table, expected, tmp_path, monkeypatch):
    output = tmp_path / "out"
    fit_fold, done = controls.fit_fold, []

    def stops(*task):
        if len(done) == 7:
            raise KeyboardInterrupt
        done.append(task)
        return fit_fold(*task)

    monkeypatch.setattr(controls, "fit_fold", stops)
    with pytest.raises(KeyboardInterrupt, match=r"Null control .*: 7 of 40 folds kept"):
        run(table, output)
    counted = []
    monkeypatch.setattr(controls, "fit_fold", lambda *task: counted.append(1) or fit_fold(*task))
    again = run(table, output)
    assert len(counted) == 33
    assert again == expected


def test_the_command_shows_both_and_names_the_wrong_way(table, tmp_path):
    pipeline = tmp_path / "p.yaml"
    write_json(pipeline, PIPELINE)  # JSON is YAML
    typed = [
        "evaluate",
        str(table),
        "--target",
        "y",
        "-p",
        str(pipeline),
        "--null-control",
        "--optimism-meter",
    ]
    shown = CliRunner().invoke(app, [*typed, "-q", "-j", "1", "-o", str(tmp_path / "out")])
    assert shown.exit_code == 0, shown.output
    words = " ".join(shown.output.split())
    assert "null control passed: mean AUC" in words
    assert "over 20 shuffles" in words
    assert "impute, scale, mannwhitney fitted on all rows. WRONG ON PURPOSE" in words


def test_a_null_that_departs_is_an_alarm():
    entry = null_entry(null_control(0.8, [0.70, 0.72, 0.68, 0.71]))
    ((line, alarming),) = control_lines({"null_control": entry})
    assert alarming
    assert "NULL CONTROL FAILED: mean AUC 0.703" in line


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["--null-control", "-o", "x"], ["--null-control", "20", "-o", "x"]),
        (["t.csv", "--null-control"], ["t.csv", "--null-control", "20"]),
        (["--null-control", "50"], ["--null-control", "50"]),
        (["--null-control=30", "t.csv"], ["--null-control=30", "t.csv"]),
        (["--null-control", "-5"], ["--null-control", "-5"]),
    ],
)
def test_the_number_may_be_left_out(typed, expected):
    assert filled_in(typed) == expected
