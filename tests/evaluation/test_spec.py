from __future__ import annotations

import pytest

from radiobone.core.errors import BadConfig, BadSetting
from radiobone.evaluation.candidates import candidates
from radiobone.evaluation.spec import list_pipelines, load_pipeline

BASE = {"steps": ["impute", {"mannwhitney": {"max_features": [5, 10], "alpha": 0.1}}], "models": ["lr"]}


@pytest.mark.parametrize("name", sorted(list_pipelines()))
def test_built_in_pipelines_are_told_and_survive_json(name):
    spec = load_pipeline(name)
    assert spec.name == name
    assert len(spec.title) > 10
    assert len(spec.about) > 40
    assert load_pipeline(spec.model_dump(mode="json")) == spec


def test_files_and_names(tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text("steps: [impute, scale]\nmodels:\n  - lr: {C: [0.1, 1]}\nthreshold: {sensitivity: 0.9}\n")
    spec = load_pipeline(path)
    assert spec.name == "mine"
    assert spec.threshold.at_least == 0.9
    with pytest.raises(BadConfig, match="Built in: boosting, default"):
        load_pipeline("defualt")


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        ({"steps": ["impte"]}, BadSetting, "impte"),
        ({"steps": [{"scale": {"with_mean": True}}]}, BadSetting, "with_mean"),
        ({"steps": ["impute", "impute"]}, BadSetting, "twice"),
        ({"models": ["lrr"]}, BadSetting, "lrr"),
        ({"models": [{"lr": {"CC": 1}}]}, BadSetting, "CC"),
        ({"models": [{"lr": {"C": []}}]}, BadSetting, "empty list"),
        ({"models": []}, BadSetting, "models"),
        ({"calibrate": True}, BadConfig, "calibrate"),
        ({"outer": {"folds": 1}}, BadSetting, "folds"),
        ({"threshold": 1.5}, BadSetting, "threshold"),
    ],
)
def test_mistakes_are_named(change, error, match):
    with pytest.raises(error, match=match):
        load_pipeline({**BASE, **change})


def test_candidates_are_all_combinations_in_order():
    spec = load_pipeline(
        {**BASE, "models": [{"lr": {"C": [0.1, 1.0]}}, {"svm": {"kernel": "rbf", "C": [1.0]}}]}
    )
    found = candidates(spec, seed=0)
    assert [(c.model, c.steps["mannwhitney"]["max_features"], c.params["C"]) for c in found] == [
        ("lr", 5, 0.1), ("lr", 5, 1.0), ("lr", 10, 0.1), ("lr", 10, 1.0), ("svm", 5, 1.0), ("svm", 10, 1.0),
    ]  # fmt: skip
    assert found[0].steps["mannwhitney"]["alpha"] == 0.1
    assert found[4].params["kernel"] == "rbf"


def test_random_search_draws_part_of_the_grid():
    spec = load_pipeline({**BASE, "search": {"kind": "random", "n_iter": 3}})
    grid = candidates(load_pipeline(BASE), seed=0)
    found = candidates(spec, seed=0)
    assert len(found) == 3
    assert all(candidate in grid for candidate in found)
    assert found == candidates(spec, seed=0)
    assert any(found != candidates(spec, seed=seed) for seed in range(1, 6))
