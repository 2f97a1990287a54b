"""The report of ordered classes and of numbers, made from a result folder."""

import html
import json
import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from radiobone.core.warnings import collected
from radiobone.report.build import write_report
from radiobone.report.graded import CHECKS
from radiobone.workflow.study import evaluate

STEPS = {"steps": ["impute", "scale"], "outer": {"folds": 3, "repeats": 1}, "inner": {"folds": 2}}
HOSTILE = "<b>low</b>"


@pytest.fixture(scope="module", params=["ordinal", "number"])
def page(request, graded_folders):
    folder = graded_folders[request.param]
    text = (folder / "report.html").read_text(encoding="utf-8")
    return request.param, text, json.loads((folder / "metrics.json").read_text())


def test_every_traced_number_is_in_the_metrics(page):
    _, text, metrics = page
    traced = re.findall(r'<data data-key="([^"]+)" value="([^"]+)">', text)
    assert len(traced) > 20
    for key, value in traced:
        found = metrics
        for part in key.split("."):
            found = found[int(part)] if isinstance(found, list) else found[part]
        assert repr(found) == value, key


def test_it_shows_what_fits_the_task_and_names_what_is_left_out(page):
    task, text, _ = page
    assert ("Bland–Altman plot" in text) == (task == "number")
    assert "Confusion table" in text
    assert {"Threshold", "Calibration", "Decision curve"} <= set(re.findall(r"<li>([A-Z][a-z ]+):", text))
    assert "ROC curve" not in text
    assert "calibrate, set the threshold" not in text


def test_every_link_leads_to_a_part_of_the_page(page):
    links = set(re.findall(r'href="#([^"]+)"', page[1]))
    assert len(links) > 5
    assert links <= set(re.findall(r'id="([^"]+)"', page[1]))


def test_every_id_of_the_page_is_unique(page):
    ids = re.findall(r'\sid="([^"]+)"', page[1])
    assert len(ids) > 20
    assert sorted(ids) == sorted(set(ids))


def test_shap_figures_are_there_and_in_the_unit_of_the_task(page):
    task, text, _ = page
    for name in ("beeswarm", "importance", "fold_agreement", "dependence0"):
        assert f'id="{name}-title"' in text
    shown = "Change of the prediction" if task == "number" else "Change of the expected place"
    assert shown in text
    assert "percentage points" not in text.split('id="shap"')[1].split("</section>")[0]
    assert ("Expected place (0: fine, 2: worse)" in text) == (task == "ordinal")
    assert ('id="nomogram-title"' in text) == (task == "number")


def test_the_truth_of_a_case_is_named_by_its_class(page):
    task, text, metrics = page
    told = {html.unescape(one) for one in re.findall(r"In truth (.*?)\. From", text)}
    assert told
    if task == "ordinal":
        assert told <= {level["name"] for level in metrics["levels"]}
    else:
        assert all(float(one.replace("−", "-")) < 5 for one in told)
        assert any("−" in one for one in told)


def test_words_fit_the_task(page):
    task, text, _ = page
    plain = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())
    if task == "number":
        assert not re.search(r"smallest class|tell the classes apart|quadratic kappa; R²|[<>]= ?-", plain)
        assert "Better than chance" not in plain
    assert "before calibration" not in plain
    assert "through its fold's calibration" not in plain


def test_names_from_outside_are_escaped(page):
    assert HOSTILE not in page[1]


def test_every_way_an_interval_was_made_is_told(page):
    _, text, metrics = page
    for one in metrics["metrics"].values():
        assert one["method"] in html.unescape(text)


def test_the_words_on_t_scores_are_shown_where_the_boundaries_are_the_whos(page, tmp_path):
    task, text, _metrics = page
    who = "is osteopenia and −2.5 and below osteoporosis"
    assert (who in text) == (task == "number")
    if task == "number":
        rng = np.random.default_rng(2)
        X = pd.DataFrame(rng.normal(size=(48, 2)), columns=["original_glcm_F0", "original_glcm_F1"])
        asked = {"kind": "number", "boundaries": ["< 120"]}
        with collected():
            found = evaluate(
                X, 120 + 20 * X.iloc[:, 0], groups=np.arange(48), task=asked, show_progress=False,
                pipeline={**STEPS, "models": [{"ridge": {"alpha": [1.0]}}]},
            )  # fmt: skip
            found.save(tmp_path)
            assert who not in write_report(tmp_path).read_text(encoding="utf-8")


def test_every_cell_of_a_boundary_is_named_on_a_phone(page):
    assert 'data-label="AUC"' in page[1]
    assert 'data-label="auc"' not in page[1]


def test_that_patients_are_few_is_told_once():
    data = SimpleNamespace(
        metrics={"task": "number", "n_patients": 500},
        n_patients_tested=20,
        findings=[{"code": "FewEvents", "severity": "warning"}],
    )
    few, audit = CHECKS[-2:]
    assert few(data) is not None
    assert audit(data) is None
    assert "class" not in few(data).text
    data.n_patients_tested = 500
    assert few(data) is None
    assert "FewEvents" in audit(data).text
