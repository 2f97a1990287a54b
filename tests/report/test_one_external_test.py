"""The report where one cohort was tested and the others were only learned from."""

from __future__ import annotations

import json
import re

import pandas as pd
import pytest

from radiobone.report.build import render
from radiobone.report.data import ResultData, read_result
from radiobone.report.sections.summary import fold_names
from radiobone.report.verdict import few_patients, no_better_than_prevalence


@pytest.fixture(scope="module")
def tested(make_result) -> ResultData:
    """Fifth of the patients tested, once, by a model of the others."""
    folder = make_result(n=120, repeats=1, images=False)
    for path in folder.glob("*.parquet"):
        table = pd.read_parquet(path)
        if "fold" in table:
            table[table["fold"] == 0].to_parquet(path)
    fold = json.loads((folder / "folds.json").read_text())[0]
    (folder / "folds.json").write_text(json.dumps([{**fold, "name": "external cohort"}]))
    provenance = json.loads((folder / "provenance.json").read_text())
    provenance["pipeline"] = {**(provenance.get("pipeline") or {}), "outer": {"kind": "external"}}
    (folder / "provenance.json").write_text(json.dumps(provenance))
    return read_result(folder)


@pytest.fixture(scope="module")
def text(tested) -> str:
    return " ".join(re.sub(r"<[^>]+>", "", render(tested)).split())


def test_one_test_is_not_called_nested_cross_validation(tested, text):
    (fold,) = tested.folds
    assert (
        f"learned from {fold['n_train']} rows, tested on {fold['n_test']} others (external cohort)." in text
    )
    assert "mean of 1 outer" not in text
    assert "1 folds" not in text


def test_that_it_was_tested_elsewhere_is_not_denied(text):
    assert "Not tested elsewhere" not in text
    assert "nobody outside this cohort" not in text
    assert "One other cohort." in text


def test_only_those_tested_count(tested, text):
    rows = tested.predictions
    n = rows["patient_id"].nunique()
    assert n < tested.metrics["n_patients"]
    assert f"; {n} of them tested" in text
    assert few_patients(tested).text.startswith(
        f"{n} patients tested, of whom {rows['y'].value_counts().min()} with"
    )
    share = rows["y"].mean()
    assert f"that of the share alone {share * (1 - share):.2f}" in text
    assert (
        f"which is chance, is {share:.2f}" in text
        or tested.metrics["metrics"].get("average_precision") is None
    )


def test_a_share_of_those_tested_is_what_the_brier_score_is_held_against(tested):
    share = tested.predictions["y"].mean()
    assert share != tested.metrics["n_positive"] / tested.metrics["n_rows"]
    brier = {**tested.metrics["metrics"]["brier"], "mean": share * (1 - share)}
    tested.metrics["metrics"]["brier"] = brier
    assert no_better_than_prevalence(tested) is not None


def test_a_site_whose_name_says_so_is_not_called_one_twice():
    assert fold_names([{"name": "site site 1"}, {"name": "site Basel"}]) == "one of: site 1, site Basel"


def test_it_is_said_what_was_learned_from(text):
    assert "the threshold set on training rows only" in text
    assert "“Mean” is the figure of the one test part" in text
