"""The recipes of published studies as they are listed: every setting marked, found by name, printed."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from printed import printed
from radiobone.cli.app import app
from radiobone.core.errors import BadConfig, BadSetting
from radiobone.core.settings import parse_yaml, validate
from radiobone.features.definitions import names_of
from radiobone.testing.studies.registry import STUDIES
from radiobone.workflow.catalogue import text_of
from radiobone.workflow.choice import resolve_settings
from radiobone.workflow.pipelines import resolve_pipeline
from radiobone.workflow.recipes.catalogue import load_recipe, recipe_names, recipe_text
from radiobone.workflow.recipes.schema import Recipe


def test_every_recipe_has_a_synthetic_study_of_its_size() -> None:
    assert set(STUDIES) == set(recipe_names())
    for name in recipe_names():
        assert load_recipe(name).n in (STUDIES[name].n_patients, None)


@pytest.mark.parametrize("name", recipe_names())
def test_every_setting_is_marked(name: str) -> None:
    recipe = load_recipe(name)
    paths = list(recipe.settings())
    assert len(paths) == len(set(paths)) > 10
    kinds = {recipe.mark_of(path).kind for path in paths}
    assert kinds == {"reported", "stand-in"}


@pytest.mark.parametrize("name", recipe_names())
def test_nobody_calls_it_a_reproduction(name: str) -> None:
    text = recipe_text(name).lower()
    assert "reproduc" not in text
    assert "replicat" not in text


def test_a_setting_without_a_mark_is_refused_and_so_is_a_mark_without_a_setting() -> None:
    content = parse_yaml(recipe_text("xie2022_nomogram"))
    del content["marks"]["arms.*.steps.mrmr.n_features"]
    with pytest.raises(BadSetting, match=r"no mark says where .*mrmr\.n_features"):
        validate(Recipe, content, source="recipe")
    content = parse_yaml(recipe_text("xie2022_nomogram"))
    content["marks"]["arms.*.steps.boruta"] = {"reported": "abstract"}
    with pytest.raises(BadSetting, match="fits no setting"):
        validate(Recipe, content, source="recipe")
    content = parse_yaml(recipe_text("xie2022_nomogram"))
    content["marks"] = {"*": {"reported": "abstract"}}
    with pytest.raises(BadSetting, match="no mark says"):
        validate(Recipe, content, source="recipe")


def test_a_leak_that_the_pipeline_cannot_have_is_refused() -> None:
    content = parse_yaml(recipe_text("huang2022_psoas"))
    content["arms"]["gbm"]["leaky"] = ["winner"]
    with pytest.raises(BadSetting, match="needs several models or settings"):
        validate(Recipe, content, source="recipe")
    content = parse_yaml(recipe_text("nam2019_hu_tscore"))
    content["arms"]["t_score"]["leaky"] = ["threshold"]
    with pytest.raises(BadSetting, match="a task of two classes"):
        validate(Recipe, content, source="recipe")


@pytest.mark.parametrize("name", recipe_names())
def test_a_name_stands_for_the_pipeline_of_the_main_arm_and_an_arm_for_its_own(name: str) -> None:
    recipe = load_recipe(name)
    assert resolve_pipeline(name).steps == resolve_pipeline(f"{name}:{recipe.main}").steps
    for arm in recipe.arms:
        assert resolve_pipeline(f"{name}:{arm}").name == f"{name}:{arm}"


def test_wrong_names_are_told_what_there_is() -> None:
    with pytest.raises(BadConfig, match="has no arm 'nomogramm'"):
        resolve_pipeline("xie2022_nomogram:nomogramm")
    with pytest.raises(BadConfig, match="xie2022_nomogram"):
        load_recipe("xie2022")


@pytest.mark.parametrize("name", [name for name in recipe_names() if load_recipe(name).extraction])
def test_settings_of_images_go_by_the_name_too(name: str) -> None:
    assert len(names_of(resolve_settings(name, None))) > 0


def test_recipes_are_listed_and_printed() -> None:
    listed = printed("recipes")
    for name in recipe_names():
        assert f"  {name} " in listed
        assert printed("recipes", name).strip() == recipe_text(name).strip()


@pytest.mark.parametrize("name", recipe_names())
def test_the_pipeline_of_an_arm_is_printed_to_start_ones_own_from(name: str) -> None:
    for arm in load_recipe(name).arms:
        content = parse_yaml(text_of(f"{name}:{arm}"))
        assert resolve_pipeline(content) == resolve_pipeline(f"{name}:{arm}")
    with pytest.raises(BadConfig, match="has no arm 'mine'"):
        text_of(f"{name}:mine")


def test_a_table_is_for_a_run_alone(tmp_path) -> None:
    answer = CliRunner().invoke(app, ["recipes", "sebro2022_wrist", "--table", str(tmp_path / "t.csv")])
    assert answer.exit_code == 2
