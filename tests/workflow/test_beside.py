"""Subgroups and Harrell's optimism in a result, its report, and from the command line."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score
from typer.testing import CliRunner

import radiobone as rb
from radiobone.cli.app import app
from radiobone.core.errors import BadSetting, MissingColumn

SPEC = {
    "steps": ["impute", "scale", {"mannwhitney": {"min_features": 2, "max_features": 3}}],
    "models": [{"lr": {"C": [0.1]}}],
    "outer": {"folds": 2, "repeats": 2},
    "inner": {"folds": 2},
}


def table(n=80, signal=1.0):
    rng = np.random.default_rng(0)
    y = np.arange(n) % 2
    X = pd.DataFrame(rng.normal(size=(n, 20)), columns=[f"original_f{i}" for i in range(20)])
    X["original_f0"] += signal * y
    clinical = pd.DataFrame({"sex": rng.choice(["F", "M"], size=n), "age": rng.integers(40, 90, size=n)})
    return X, y, clinical


@pytest.fixture(scope="module")
def found():
    X, y, clinical = table()
    more = {"subgroups": "sex,age:65", "bootstrap_optimism": 12}
    return rb.evaluate(X, y, range(80), clinical=clinical, pipeline=SPEC, show_progress=False, **more)


def test_all_rows_as_a_group_give_the_pooled_auc(found):
    told = found.result.summary["subgroups"]
    assert told["all"]["metrics"]["auc"]["mean"] == pytest.approx(found.metrics["auc"].pooled)
    counts = {one["label"]: one["n_patients"] for one in told["groups"]}
    assert counts["F"] + counts["M"] == counts["< 65"] + counts["≥ 65"] == 80


def test_the_report_shows_both(found, tmp_path):
    page = found.report(tmp_path / "report.html").read_text()
    assert 'id="subgroups"' in page
    assert "AUC by subgroup" in page
    assert "Harrell’s bootstrap (12 resamples)" in page


def test_the_same_bits_in_two_processes_and_selection_is_inside_the_resample(found):
    """Of 20 columns of which one tells, three are chosen: had they been chosen on all rows, optimism would be less."""
    X, y, clinical = table()
    again = rb.evaluate(
        X, y, range(80), clinical=clinical, pipeline=SPEC, show_progress=False, jobs=2, bootstrap_optimism=12
    )
    one, other = (each.result.summary["bootstrap_optimism"] for each in (found, again))
    assert one == other
    assert one["apparent"] - one["optimism"] == one["corrected"]
    assert one["optimism"] > 0.02
    assert "subgroups" not in again.result.summary
    assert again.metrics == found.metrics


def test_from_the_command_line(tmp_path):
    X, y, clinical = table()
    X.insert(0, "patient_id", [f"P{i:02d}" for i in range(80)])
    pd.concat([X, clinical], axis=1).assign(frail=y).to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "p.yaml").write_text(json.dumps(SPEC))
    call = ["evaluate", str(tmp_path / "t.csv"), "-t", "frail", "--features", "original_*", "-q", "-j", "1"]
    call += ["-p", str(tmp_path / "p.yaml"), "-o", str(tmp_path / "out")]
    done = CliRunner().invoke(app, [*call, "--subgroups", "sexx"])
    assert isinstance(done.exception, MissingColumn)
    done = CliRunner().invoke(app, [*call, "--subgroups", "sex", "--min-patients", "60"])
    assert done.exit_code == 0, done.output
    told = json.loads((tmp_path / "out" / "metrics.json").read_text())["subgroups"]
    assert [one["metrics"] for one in told["groups"]] == [None, None]


def test_copies_of_rows_are_not_bootstrapped():
    X, y, _ = table()
    parents = [None] * 79 + [77]
    with pytest.raises(BadSetting, match="made from other rows"):
        rb.evaluate(
            X, y, range(80), pipeline=SPEC, parents=parents, bootstrap_optimism=12, show_progress=False
        )


@pytest.mark.parametrize("fusion", ["early", "late"])
def test_the_optimism_is_that_of_the_fused_blocks(fusion):
    """The apparent AUC is that of the final model, which has the same blocks, on the rows it learned from."""
    X, y, _ = table()
    blocks = {"one": {"columns": "original_f[0-9]", "steps": ["impute", "scale"]}, "rest": "original_f1?"}
    how = {"groups": range(80), "pipeline": SPEC, "blocks": blocks, "fusion": fusion}
    found = rb.evaluate(X, y, **how, bootstrap_optimism=10, show_progress=False).result
    whole = roc_auc_score(y, rb.fit(X, y, **how).predict(X)["probability"])
    assert found.summary["bootstrap_optimism"]["apparent"] == pytest.approx(whole, abs=0.01)
