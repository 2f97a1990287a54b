"""What a person reads of a table, of subgroups and of mistyped settings."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from radiobone.cli.app import app
from radiobone.core.errors import BadSetting
from radiobone.report.pipeline_words import member_words, setting_words
from radiobone.workflow.evaluate_table import evaluate_table

SPEC = "{name: quick, title: Quick, steps: [impute, scale], models: [{lr: {C: 1.0}}], outer: {folds: 2, repeats: 1}, inner: {folds: 2}}"
N = 60


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Write a table with dates, a second hospital and words."""
    rng = np.random.default_rng(0)
    y = np.arange(N) % 2
    table = pd.DataFrame({"f0": rng.normal(size=N) + y, "f1": rng.normal(size=N)})
    table["patient_id"] = [f"p{number:02d}" for number in range(N)]
    table["day"] = [f"20{10 + number // 6}-03-0{1 + number % 6}" for number in range(N)]
    table["cohort"] = np.where(np.arange(N) < 40, "own", "other")
    table["sex"] = np.where(np.arange(N) // 2 % 2, "F", "M")
    table["ward"] = np.where(np.arange(N) < 5, "small", "large")
    table.assign(y=y).to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "p.yaml").write_text(SPEC)
    return tmp_path / "t.csv"


def evaluated(path: Path, *more: str) -> list[str]:
    call = ["evaluate", str(path), "-t", "y", "-q", "-j", "1", "-p", str(path.parent / "p.yaml")]
    done = CliRunner().invoke(app, [*call, "-o", str(path.parent / "out"), *more])
    assert done.exit_code == 0, done.output + str(done.exception)
    return [" ".join(line.split()) for line in done.output.splitlines()]


def test_the_rows_that_folds_are_divided_by_are_told(path: Path) -> None:
    lines = evaluated(path, "--time", "day", "--external", "cohort=other", "--outer", "external")
    assert "time from 2010-03-01 to 2019-03-06" in lines
    assert "external 20 rows, of 20 patients" in lines


def test_subgroups_are_told(path: Path) -> None:
    lines = evaluated(path, "--subgroups", "sex,ward")
    assert any(
        line.startswith("sex F: 0.") and line.endswith("30 patients, 15 of them positive") for line in lines
    )
    assert any(line.startswith("ward small: not shown: fewer than 20 patients") for line in lines)


def test_a_mistyped_pooling_rule_names_those_that_there_are(path: Path) -> None:
    with pytest.raises(
        BadSetting, match=r"'maximum' is no way to pool .* mean, median, max, min and none; with -any"
    ):
        evaluate_table(path, path.parent / "out", target="y", pool="maximum")


def test_a_mistyped_kind_of_folds_is_shown_as_it_was_typed(path: Path) -> None:
    with pytest.raises(
        BadSetting, match=r"'outer' = 'temporl' must be of the kind 'kfold', 'site', 'temporal'"
    ):
        evaluate_table(path, path.parent / "out", target="y", outer="temporl")


def test_members_of_a_vote_are_named_in_words() -> None:
    assert setting_words("members", "lda+svm(C=3.0)", "vote") == (
        "vote of several models: linear discriminant analysis and support vector machine (C = 3.0)"
    )
    assert member_words("lr + rf(n_estimators=10, max_depth=3)+nb") == (
        "logistic regression, random forest (n_estimators = 10, max_depth = 3) and naive Bayes"
    )
    assert setting_words("C", 0.1, "lr") == "logistic regression: C = 0.1"
