"""Checklists filled in from result folders: what is decided, on which values, and what flips a decision."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pandas as pd
import pytest
from tests.helpers.image_study import make_study

from radiobone.core.errors import OutputNotWritable
from radiobone.report.build import render
from radiobone.report.checklists.items import checklists
from radiobone.report.checklists.judge import AUTHOR, filled_checklists
from radiobone.report.checklists.rules.registry import RULES
from radiobone.report.data import ResultData, read_result
from radiobone.report.facts import Facts
from radiobone.report.methods.text import methods_text
from radiobone.report.paper import write_paper

SIZES = {"metrics": 30, "clear": 58, "tripod-ai": 52, "claim": 44, "rqs": 16}
METRICS_CATEGORIES = (0.2022, 0.1460, 0.0674, 0.1348, 0.0900, 0.0899, 0.1348, 0.1124, 0.0225)
"""Weights of the nine categories, as published (doi 10.1186/s13244-023-01572-w)."""


@pytest.fixture(scope="module")
def data(result_folder) -> ResultData:
    return read_result(result_folder)


def filled(data: ResultData) -> dict:
    return {one.checklist.key: one for one in filled_checklists(data)}


def changed(data: ResultData, **parts: dict) -> ResultData:
    """Return the result with other values on record: ``cohort``, ``pipeline``, ``extraction`` or ``metrics``."""
    metrics = {**data.metrics, **parts.pop("metrics", {})}
    own = {name: {**(data.provenance.get(name) or {}), **values} for name, values in parts.items()}
    return replace(data, metrics=metrics, provenance={**data.provenance, **own})


def decision(rule: str, data: ResultData) -> str | None:
    found = RULES[rule](Facts(data))
    return None if found is None else found.decision


def value_at(folder, source: str):
    """Look up ``file: path`` in a result folder; of a file that is no JSON, its size."""
    name, _, path = source.partition(": ")
    if not name.endswith(".json"):
        return (folder / name).stat().st_size
    content = json.loads((folder / name).read_text())
    for part in path.split(".") if path else ():
        content = content[part]
    return content


def check_evidence(data: ResultData) -> int:
    """Follow every link to its section and to its value; return how many there are."""
    page, n = render(data), 0
    for one in filled_checklists(data):
        for item in one.items:
            if item.decision == AUTHOR:
                continue
            assert item.evidence is not None, item.item.number
            assert item.evidence.text, item.item.number
            assert f'<section id="{item.evidence.section}"' in page, item.evidence
            value = value_at(data.folder, item.evidence.source)
            if item.decision == "yes":
                assert value not in (None, "", [], {}), item.evidence
            n += 1
    return n


def test_every_list_is_whole():
    assert {one.key: len(one.items) for one in checklists()} == SIZES
    for one in checklists():
        numbers = [item.number for item in one.items]
        assert len(set(numbers)) == len(numbers)
        places = [(int(re.match(r"\d+", number)[0]), number) for number in numbers]
        assert places == sorted(places)
        assert len({item.text for item in one.items}) == len(numbers)
    found = {one.key: one for one in checklists()}
    weights = pd.DataFrame([(item.section, item.weight) for item in found["metrics"].items])
    assert weights.groupby(0, sort=False)[1].sum().tolist() == pytest.approx(METRICS_CATEGORIES, abs=2e-4)
    points = [item.points for item in found["rqs"].items]
    assert sum(one.most for one in points) == 36
    assert sum(min(one.when_no, 0) for one in points) == -8


def test_rules_and_items_name_each_other():
    used = {item.rule for one in checklists() for item in one.items if item.rule}
    assert used == set(RULES)


def test_every_decision_links_to_a_section_and_a_value(data):
    assert check_evidence(data) > 60


def test_counts_add_up_and_a_score_is_of_the_decided_alone(data):
    for one in filled(data).values():
        counts = [one.count(name) for name in ("yes", "no", "not applicable", AUTHOR)]
        assert sum(counts) == len(one.items)
        assert one.n_decided == sum(counts[:3])
    score = filled(data)["metrics"].weighted
    by_hand = [(item.decision, item.item.weight) for item in filled(data)["metrics"].items]
    assert score.value == pytest.approx(sum(weight for what, weight in by_hand if what == "yes"))
    assert score.most == pytest.approx(sum(weight for what, weight in by_hand if what in ("yes", "no")))
    assert f"Score of the decided items: {100 * score.share:.0f} %" in render(data)


@pytest.mark.parametrize(
    ("rule", "change", "before", "after"),
    [
        ("external_testing", {"pipeline": {"outer": {"kind": "external"}}}, "no", "yes"),
        ("internal_testing", {"pipeline": {"outer": {"kind": "external"}}}, "yes", "no"),
        ("several_centres", {"cohort": {"sites": {"one": 60}}}, "yes", "no"),
        ("several_centres", {"cohort": {"columns": {"site": "scanner"}}}, "yes", None),
        ("redundant_features", {"pipeline": {"steps": ["impute", {"name": "mrmr", "params": {}}]}}, "no", "yes"),
        ("feature_reduction", {"pipeline": {"steps": ["impute"]}}, "yes", "no"),
        ("scaling", {"pipeline": {"steps": ["impute"]}}, "yes", "not applicable"),
        ("confounders", {"pipeline": {"steps": ["combat"]}}, None, "yes"),
        ("calibration", {"metrics": {"task": "number"}}, "yes", "not applicable"),
        ("class_balance", {"metrics": {"task": "number"}}, "yes", "not applicable"),
        ("clinical_predictors", {"cohort": {"clinical": []}}, None, "not applicable"),
        ("clinical_in_model", {"cohort": {"clinical": []}}, "yes", "no"),
        ("missing_values", {"cohort": {"n_missing": 3}}, None, "yes"),
        ("enough_patients", {"metrics": {"sample_size": {"enough": True, "needed": {"n": 40}}}}, None, "yes"),
        ("enough_patients", {"metrics": {"sample_size": {"enough": False, "needed": {"n": 400}}}}, None, "no"),
        ("robust_features", {"pipeline": {"steps": [{"name": "unstable", "params": {"table": "icc.csv"}}]}}, "no", "yes"),
        ("robust_features", {"pipeline": {"steps": [{"name": "unstable", "params": {}}]}}, "no", "no"),
        ("preprocessing", {"extraction": {"settings": {"resampling": None}}}, None, None),
        (
            "preprocessing",
            {"extraction": {"settings": {"resampling": {"spacing_xyz_mm": [1, 1, 1], "interpolator": "sitkLinear"}}}},
            None,
            "yes",
        ),
        ("masks_of_one_hand", {"extraction": {"acquisition": {"n_cases": 2, "segmentation": {"MANUAL": 2}, "n_readers": 1}}}, None, "yes"),
        ("masks_of_one_hand", {"extraction": {"acquisition": {"n_cases": 2, "segmentation": {"MANUAL": 2}, "n_readers": 2}}}, None, None),
        ("segmentation_method", {"extraction": {"acquisition": {"n_cases": 3, "segmentation": {"MANUAL": 2}}}}, None, None),
    ],
)  # fmt: skip
def test_a_contrary_fact_flips_the_decision(data, rule, change, before, after):
    assert decision(rule, data) == before
    assert decision(rule, changed(data, **change)) == after


def test_a_patient_in_two_test_parts_is_no_proper_partition(data):
    table = data.predictions.copy()
    table.loc[1, "patient_id"] = table.loc[table["fold"] != table.loc[1, "fold"], "patient_id"].iloc[0]
    assert decision("partition", data) == "yes"
    assert decision("partition", replace(data, predictions=table)) == "no"


def test_a_finding_of_the_audit_without_a_remedy_is_a_no(data):
    looked = replace(data, checks=["SiteConfounded", "AcquisitionConfounded", "SiteInFeatures"])
    assert decision("confounders", looked) == "no"
    assert decision("confounders", replace(looked, findings=[])) == "yes"
    assert decision("confounders", replace(looked, findings=None)) is None


def test_clinical_columns_that_were_tested_one_by_one_are_characteristics(data):
    clinical = data.cohort["clinical"]
    assert clinical
    told = replace(data, univariate=pd.DataFrame({"feature": ["original_glcm_Contrast", *clinical]}))
    assert decision("characteristics", told) == "yes"
    assert decision("characteristics", replace(told, univariate=told.univariate.iloc[:1])) is None
    assert decision("characteristics", replace(told, univariate=None)) is None


def test_a_validation_beside_the_result_is_external_testing_if_its_model_came_from_there(data):
    inside = {"metrics": {"auc": {"mean": data.metrics["metrics"]["auc"]["mean"]}}}
    metrics = {"n_patients": 40, "metrics": {"auc": {"mean": 0.7}}, "model": {"internal": inside}}
    stranger = {**metrics, "model": {"internal": None}}
    own, foreign = (replace(data, external=(("Porto", one),)) for one in (metrics, stranger))
    assert decision("external_testing", data) == "no"
    assert decision("external_testing", own) == "yes"
    assert decision("external_testing", foreign) is None
    item = next(one for one in filled(own)["metrics"].items if one.item.number == "27")
    assert item.evidence.section == "external"
    assert "Porto (40 patients)" in item.evidence.text
    assert "was then tested, unchanged, in Porto (40 patients)" in methods_text(own).markdown
    assert "Porto" not in methods_text(foreign).markdown
    assert decision("one_data_set", data) == "not applicable"
    assert decision("one_data_set", own) is None


def test_blocks_compared_on_the_same_folds_are_a_comparison(make_result):
    folder = make_result(n=30)
    assert decision("beside_clinical", read_result(folder)) == "no"
    models = [{"name": name} for name in ("radiomics", "clinical", "early", "mean")]
    plain = {"models": models, "baseline": "mean", "differences": {}, "method": "t", "whole": "early"}
    (folder / "ablation.json").write_text(json.dumps(plain))
    whole = read_result(folder)
    assert [
        decision(rule, whole) for rule in ("beside_clinical", "beside_simple", "statistical_comparison")
    ] == ["yes"] * 3


def test_a_table_decides_fewer(make_result, data):
    table = filled(read_result(make_result(images=False)))
    for key, one in filled(data).items():
        assert table[key].n_decided < one.n_decided, key


def test_a_folder_of_an_older_version_leaves_more_to_the_author(make_result):
    folder = make_result(n=30)
    for name, kept in (("provenance.json", ("seed",)), ("metrics.json", ("task", "target", "positive", "negative", "metrics", "n_rows",
                       "n_patients", "n_positive", "n_negative", "n_features", "n_repeats", "n_folds", "seed"))):  # fmt: skip
        content = json.loads((folder / name).read_text())
        (folder / name).write_text(json.dumps({key: content[key] for key in kept}))
    old = read_result(folder)
    assert 0 < filled(old)["metrics"].n_decided < 15
    assert decision("several_centres", old) is None


def test_the_author_gets_files_that_are_never_replaced(make_result):
    folder = make_result(n=30, hostile="=1+1")
    files = write_paper(folder)
    assert {path.name for path in files} == {*(f"{key}.csv" for key in SIZES), "methods.md", "references.bib"}
    for key, n in SIZES.items():
        table = pd.read_csv(folder / "paper" / f"{key}.csv", dtype=str)
        assert len(table) == n
        assert set(table["decision"]) <= {"yes", "no", "not applicable", AUTHOR}
        assert table["page"].isna().all()
    (folder / "paper" / "clear.csv").write_text("completed by hand")
    with pytest.raises(OutputNotWritable, match="completed by hand"):
        write_paper(folder)
    assert (folder / "paper" / "clear.csv").read_text() == "completed by hand"


@pytest.mark.long
@pytest.mark.slow
def test_a_study_of_dicom_images_decides_most(tmp_path):
    found = filled(of_dicom := read_result(make_study(tmp_path, dicom=True)))
    assert found["metrics"].n_decided >= 17
    assert found["clear"].n_decided >= 37
    check_evidence(of_dicom)


@pytest.mark.long
@pytest.mark.slow
def test_with_external_data_and_masks_of_one_reader_24_items_of_metrics_are_decided(tmp_path):
    folder = make_study(
        tmp_path,
        dicom=True,
        algorithm="MANUAL",
        clinical=("age",),
        ablation=True,
        outer="external",
        external="later",
    )
    data = read_result(folder)
    found = filled(data)["metrics"]
    decided = {one.item.number: one.decision for one in found.items}
    assert found.n_decided >= 24
    assert [decided[number] for number in ("6", "8", "9", "10", "24", "25", "26", "27")] == [
        "yes", "yes", "not applicable", "yes", "yes", "yes", "no", "yes",
    ]  # fmt: skip
    check_evidence(data)
