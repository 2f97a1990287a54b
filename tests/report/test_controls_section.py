"""The report on the method itself: loud where the null departs, and never mistaking the wrong way for a result."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest

from radiobone.evaluation.fold_score import AUC
from radiobone.evaluation.null_control import null_control, null_entry, null_finding
from radiobone.report.build import write_report
from radiobone.report.data import read_result
from radiobone.report.sections.controls import meter_words
from radiobone.report.sections.summary import fold_names
from radiobone.report.verdict import verdict


def changed(make_result, change, file="metrics.json", **options):
    folder = make_result(n=40, images=False, shap=False, **options)
    content = json.loads((folder / file).read_text())
    change(content)
    (folder / file).write_text(json.dumps(content))
    return folder


def page(folder):
    text = write_report(folder).read_text(encoding="utf-8")
    return " ".join(re.sub(r"<svg.*?</svg>|<style.*?</style>|<[^>]+>", " ", text, flags=re.DOTALL).split())


def test_a_null_that_passes_is_told_in_figures(make_result):
    text = page(make_result(n=40, images=False, shap=False))
    assert "Null control: passed" in text
    assert "FAILED" not in text


def test_a_null_that_departs_is_the_first_thing_on_the_page(make_result):
    found = null_control(0.8, np.random.default_rng(0).normal(0.7, 0.05, 20))
    folder = changed(make_result, lambda metrics: metrics.update(null_control=null_entry(found)))
    finding = null_finding(found)
    (folder / "audit.json").write_text(json.dumps({"findings": [vars(finding)]}))
    text = page(folder)
    assert text.index("NullControlDeparts") < text.index("AUC on unseen patients")
    assert "Null control: FAILED" in text
    assert found.test.p == pytest.approx(1 / 21)
    assert "permutation p = 0.048" in text  # not 0.05, which it lies below
    assert verdict(read_result(folder)).level == "bad"


def test_the_wrong_way_is_named_wherever_its_figure_stands(make_result):
    folder = make_result(n=40, images=False, shap=False)
    html = write_report(folder).read_text(encoding="utf-8")
    wrong = json.loads((folder / "metrics.json").read_text())["optimism_meter"]["wrong_way_auc"]
    assert html.count('data-key="optimism_meter.wrong_way_auc"') == 1
    assert re.search(r'<s><data[^>]*data-key="optimism_meter.wrong_way_auc"', html)
    assert f"{wrong:.2f}" in page(folder).partition("WRONG ON PURPOSE")[2]


def test_a_winner_and_a_threshold_of_the_test_rows_are_struck_through(make_result):
    ways = {
        f"{way}_{name}": value
        for way, value in (("honest", 0.61), ("wrong_way", 0.67))
        for name in ("auc", "accuracy", "sensitivity", "specificity", "balanced_accuracy")
    }

    def with_choice(metrics):
        metrics["optimism_meter"]["winner"] = {
            **ways,
            "n_tried": 7,
            "winner": {"model": "svm", "params": {"C": 1.0}},
        }
        metrics["optimism_meter"]["threshold"] = {**ways, "n_folds": 5, "rule": "youden"}

    folder = changed(make_result, with_choice)
    html = write_report(folder).read_text(encoding="utf-8")
    struck = re.findall(r'<s><data[^>]*data-key="optimism_meter\.([^"]+)"', html)
    assert {"winner.wrong_way_auc", "threshold.wrong_way_accuracy"} < set(struck)
    assert not [key for key in struck if "honest" in key]
    text = page(folder)
    assert "folds, in three ways" in text
    assert "of 7 models and settings the one that does best on the test rows (support vector machine)" in text


@pytest.mark.parametrize(
    ("inflation", "said"),
    [(None, "cannot be compared"), (0.01, "next to nothing"), (-0.1, "is chance"), (0.21, "added 0.21")],
)
def test_what_the_difference_means(inflation, said):
    assert said in meter_words({"inflation": inflation}, AUC)


def test_what_a_choice_on_the_test_rows_adds_is_told_where_it_matters():
    assert "on the test rows would have added 0.05." in meter_words(
        {"inflation": 0.0, "winner": {"inflation": 0.05}}, AUC
    )
    assert "on the test rows" not in meter_words({"inflation": 0.0, "winner": {"inflation": 0.01}}, AUC)


def test_without_controls_the_report_says_so(make_result):
    def without(metrics):
        del metrics["null_control"], metrics["optimism_meter"]

    text = page(changed(make_result, without))
    assert "no null control and no optimism meter were run" in text


def test_folds_are_called_what_they_test_and_those_of_one_class_are_counted(make_result):
    def name(folds):
        for number, fold in enumerate(folds):
            fold["name"] = f"site {number % 3}"
        folds[1]["auc"] = None

    folder = changed(make_result, name, file="folds.json")
    metrics = json.loads((folder / "metrics.json").read_text())
    (folder / "metrics.json").write_text(json.dumps({**metrics, "n_folds_without_auc": 1}))
    text = page(folder)
    assert "each tested on one of: site 0, site 1, site 2" in text
    assert "No AUC (–) in 1 of 10 folds" in text
    assert "1 more fold has test rows of one class" in text


def test_many_names_are_cut_and_one_is_told_alone():
    assert fold_names([{"name": "external cohort"}]) == "external cohort"
    assert fold_names([{"name": ""}, {}]) == ""
    assert fold_names([{"name": f"site {n}"} for n in range(9)]).endswith("site 5, …")
