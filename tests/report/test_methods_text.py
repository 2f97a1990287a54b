"""The methods text: every sentence from a fact, every citation in the list of references."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import radiobone
from radiobone import __version__
from radiobone.core.warnings import collected
from radiobone.report.data import read_result
from radiobone.report.facts import Facts
from radiobone.report.methods.evaluation import METHODS_CITED
from radiobone.report.methods.modelling import DONE, MODEL_CITED
from radiobone.report.methods.references import FILES, references, study_keys
from radiobone.report.methods.text import PARTS, methods_text
from radiobone.selection.registry import RESAMPLERS, STEPS
from radiobone.workflow.study import evaluate

SOURCES = Path(radiobone.__file__).parent / "report" / "methods"


@pytest.fixture(scope="module")
def data(result_folder):
    return read_result(result_folder)


def text_of(data) -> str:
    return " ".join(text for _, text in methods_text(data).paragraphs)


def cited_anywhere() -> set[str]:
    code = "".join(path.read_text(encoding="utf-8") for path in SOURCES.glob("*.py"))
    found = {*re.findall(r"\[@([a-z][\w-]+)\]", code), *MODEL_CITED.values(), *METHODS_CITED.values()}
    return (found | study_keys()) - {"key"}


def test_what_is_cited_has_an_entry_and_every_entry_is_cited_somewhere():
    assert set(references()) == cited_anywhere()


@pytest.mark.parametrize("key", sorted(references()))
def test_every_entry_is_whole(key):
    one = references()[key]
    assert one.bibtex.count("{") == one.bibtex.count("}")
    assert {"author", "title", "year"} <= set(one.fields)
    assert re.fullmatch(r"(19|20)\d\d", one.fields["year"])
    assert re.fullmatch(r"10\.\d{4,}/\S+", one.fields.get("doi", "10.1000/none"))
    assert not re.search(r"[{}\\]", one.text)
    assert one.fields["title"] in one.text


def test_no_entry_is_lost_by_the_reader():
    assert {path.name for path in SOURCES.glob("*.bib")} == set(FILES)
    raw = "\n".join((SOURCES / name).read_text(encoding="utf-8") for name in FILES)
    assert len(re.findall(r"^@", raw, re.MULTILINE)) == len(references())
    assert len(re.findall(r"^  author = ", raw, re.MULTILINE)) == len(references())


def test_citations_are_numbered_as_they_come_and_all_are_listed(data):
    methods = methods_text(data)
    groups = re.findall(r"\[([\d, ]+)\]", " ".join(text for _, text in methods.paragraphs))
    first = list(dict.fromkeys(number for group in groups for number in sorted(map(int, group.split(", ")))))
    assert first == list(range(1, len(methods.cited) + 1))
    assert "[@" not in methods.markdown
    assert methods.bibtex.count("\n@") + 1 == len(methods.cited)
    for number, one in enumerate(methods.cited, start=1):
        assert f"\n{number}. {one.text}" in methods.markdown


def test_numbers_are_those_of_the_files(data):
    text = text_of(data)
    about = data.metrics
    assert f"comprised {about['n_patients']} patients" in text
    assert f"({about['n_positive']} rows) against" in text
    assert f"shuffled between patients {about['null_control']['n_shuffles']} times" in text
    assert f"The random seed was {about['seed']}." in text
    assert f"radiobone {data.provenance['radiobone']}" in text


@pytest.mark.parametrize(
    ("fact", "sentence"),
    [
        ("null_control", "shuffled between patients"),
        ("decision_curve", "decision curve analysis"),
        ("calibration", "Calibration was judged"),
        ("selection_stability", "Nogueira"),
    ],
)
def test_a_missing_fact_leaves_its_sentence_out(data, fact, sentence):
    assert sentence in text_of(data)
    less = {name: value for name, value in data.metrics.items() if name != fact}
    assert sentence not in text_of(replace(data, metrics=less))


def test_every_sentence_bears_a_folder_that_says_nothing_more_than_it_must(data):
    kept = (
        "task",
        "target",
        "positive",
        "negative",
        "metrics",
        "n_rows",
        "n_patients",
        "n_positive",
        "n_negative",
        "n_features",
    )
    bare = replace(
        data,
        metrics={name: data.metrics[name] for name in kept},
        provenance={},
        cases=None,
        shap=None,
        shap_info={},
    )
    for _, sentences in PARTS:
        for one in sentences:
            said = one(Facts(bare))
            assert said is None or (said[0].isupper() and said.endswith("."))


def test_defaults_are_told_of_the_version_that_ran_alone(data):
    def told(version: str) -> str:
        pipeline = {
            **data.provenance["pipeline"],
            "steps": [{"name": "mannwhitney", "params": {"alpha": 0.01}}],
        }
        return text_of(
            replace(data, provenance={**data.provenance, "radiobone": version, "pipeline": pipeline})
        )

    assert "alpha 0.01, correction Benjamini–Hochberg" in told(__version__)
    assert "alpha 0.01)" in told("0.0.1")
    assert "Benjamini" not in told("0.0.1")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "No setting was searched for: steps and model were fixed beforehand; 5 inner folds of the training rows served calibration and threshold alone."),
        ({"calibration": "none"}, "5 inner folds of the training rows served threshold alone."),
        ({"calibration": "none", "threshold": {"kind": "fixed", "value": 0.5}}, "were fixed beforehand. "),
        ({"models": [{"name": "lr", "params": {"C": [0.1, 1.0]}}]}, "In 5 inner folds of the training rows every combination was tried"),
        ({"models": ["lr"]}, "In 5 inner folds of the training rows every combination was tried"),
        ({"models": [{"name": "lr", "params": {}}]}, "In 5 inner folds of the training rows every combination was tried"),
        ({"models": ["lr", "svm"]}, "In 5 inner folds of the training rows every combination was tried"),
        ({"steps": [{"name": "mrmr", "params": {"n_features": [5, 10]}}]}, "In 5 inner folds of the training rows every combination was tried"),
        ({"blocks": {"texture": {"columns": ["a"], "models": ["lr", "rf"]}}}, "In 5 inner folds of the training rows every combination was tried"),
    ],
)  # fmt: skip
def test_a_search_is_told_only_where_there_was_one(data, changed, said):
    fixed = {
        "steps": [{"name": "impute", "params": {}}],
        "models": [{"name": "lr", "params": {"C": 1.0}}],
        "inner": {"folds": 5},
        "search": {"kind": "grid", "scoring": "roc_auc"},
        "calibration": "sigmoid",
        "threshold": {"kind": "youden"},
    }
    pipeline = {**fixed, **changed}
    other = replace(data, provenance={**data.provenance, "pipeline": pipeline})
    assert said in text_of(other)


def test_patients_are_called_whole_only_where_they_are_known(data):
    words = "all rows of a patient were on the same side"
    assert words in text_of(data)
    unknown = [{"code": "NoPatientIds", "severity": "warning", "message": "No column of patients."}]
    assert words not in text_of(replace(data, findings=unknown))


def test_a_recipe_names_its_study_and_says_that_it_is_not_it(data):
    def told(name: str):
        pipeline = {**data.provenance["pipeline"], "name": name}
        return methods_text(replace(data, provenance={**data.provenance, "pipeline": pipeline}))

    methods = told("xie2022_nomogram:mean_hu")
    assert "xie2022_nomogram" in {one.key for one in methods.cited}
    assert "recipe xie2022_nomogram:mean_hu of radiobone, made after a published study [" in methods.markdown
    assert "none of its results is reproduced" in methods.markdown
    assert "BMC Medical Imaging 22:140, 2022. https://doi.org/10.1186/s12880-022-00868-5" in methods.markdown
    assert "@article{xie2022_nomogram," in methods.bibtex
    assert "https://ieeexplore.ieee.org/document/10985225" in told("saranya2025_wavelet_pca").markdown
    for other in ("default", "svm", "my_own"):
        assert not study_keys() & {one.key for one in told(other).cited}


@pytest.mark.parametrize(
    ("columns", "said", "cited"),
    [
        (["original_bone_VariogramSlope", "original_glcm_Contrast"], "1 column is a measurement of bone: the slope", {"pothuaud2008"}),
        (["mean_trabecular_hu_mean", "mean_mean_hu", "psoas_index_cm2_m2", "age"], "3 columns are measurements of bone: volume and HU of the whole bone, HU of trabecular bone, after [",
         {"pickhardt2013", "hamaguchi2016"}),
        (["trabecular_hu_mean", "mean_hu", "height_anterior_mm", "wedge_ratio"], "4 columns are measurements", {"pickhardt2013", "genant1993", "eastell1991"}),
        (["lacunarity", "mean_hu", "fractal_dimension"], None, set()),
        (["original_firstorder_Mean"], None, set()),
    ],
)  # fmt: skip
def test_measurements_of_bone_are_told_with_their_sources(data, columns, said, cited):
    told = methods_text(replace(data, univariate=pd.DataFrame({"feature": columns})))
    text = " ".join(text for _, text in told.paragraphs)
    assert ("of bone:" in text) == (said is not None)
    assert said is None or said in text
    assert {one.key for one in told.cited if one.key[-4:].isdigit()} == cited


def test_every_step_has_words():
    assert set(DONE) == {*STEPS, *RESAMPLERS}


@pytest.mark.parametrize("task", ["ordinal", "number"])
def test_other_tasks_are_told_by_their_own_measures(tmp_path, task):
    rng = np.random.default_rng(1)
    X = pd.DataFrame(rng.normal(size=(42, 3)), columns=[f"original_glcm_F{k}" for k in range(3)])
    t = X.iloc[:, 0].to_numpy() + 0.4 * rng.normal(size=42)
    y, more = (
        (t, {})
        if task == "number"
        else (np.array(["a", "b", "c"])[np.digitize(t, [-0.5, 0.5])], {"order": ["a", "b", "c"]})
    )
    model = {"ridge": {"alpha": [1.0]}} if task == "number" else {"proportional_odds": {"C": [1.0]}}
    pipeline = {
        "steps": ["impute", "scale"],
        "models": [model],
        "outer": {"folds": 3, "repeats": 1},
        "inner": {"folds": 2},
    }
    with collected():
        evaluate(
            X,
            y,
            groups=np.arange(42),
            pipeline=pipeline,
            task=task,
            show_progress=False,
            explain=False,
            **more,
        ).save(tmp_path)
    methods = methods_text(read_result(tmp_path))
    cited, text = {one.key for one in methods.cited}, methods.markdown
    assert ("a number" in text) == (task == "number")
    assert ("bland-altman" in cited) == (task == "number")
    assert ("weighted-kappa" in cited) == (task == "ordinal")
    assert not {"youden", "platt", "decision-curve", "shap"} & cited
    assert json.loads((tmp_path / "metrics.json").read_text())["n_patients"] == 42
    assert "42 patients" in text
