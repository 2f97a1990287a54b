"""The page of all recipes and the figures on it are those of the recipes as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from radiobone.workflow.recipes.catalogue import load_recipe, recipe_names
from radiobone.workflow.recipes.glance import draw_glance, glances
from radiobone.workflow.recipes.page import recipe_digest, studies_page

ROOT = Path(__file__).resolve().parents[2]
RESULTS = json.loads((ROOT / "benchmarks" / "results" / "recipes.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", recipe_names())
def test_the_last_figures_are_of_this_recipe_and_stay_under_the_ceiling(name: str) -> None:
    result = RESULTS[name]
    assert result["digest"] == recipe_digest(name), "run `python benchmarks/recipes.py` anew"
    assert [arm["arm"] for arm in result["arms"]] == list(load_recipe(name).arms)
    for arm in result["arms"]:
        assert arm["honest"] <= arm["band"][1]
        assert arm["leaky"]


def test_the_page_is_current() -> None:
    page = studies_page({name: load_recipe(name) for name in recipe_names()}, RESULTS)
    assert (ROOT / "docs" / "studies.md").read_text(encoding="utf-8") == page
    for name in recipe_names():
        assert f"## `{name}`" in page


def test_the_glance_shows_every_recipe_with_its_own_figures() -> None:
    recipes = {name: load_recipe(name) for name in recipe_names()}
    seen = glances(recipes, RESULTS)
    assert [one.recipe for one in seen] == list(recipes)
    for one in seen:
        own = next(arm for arm in RESULTS[one.recipe]["arms"] if arm["measure"] == "AUC")
        assert (one.arm.arm, one.arm.honest) == (own["arm"], own["honest"])
        assert one.leaky is not None
        assert one.leaky[1] == max(value for value in own["leaky"].values() if value is not None)
    assert {one.recipe: one.reported for one in seen}["xie2022_nomogram"] == 0.96  # that of the test patients


def test_the_picture_of_the_page_names_every_recipe() -> None:
    drawn = (ROOT / "docs" / "images" / "studies.svg").read_text(encoding="utf-8")
    assert not [name for name in recipe_names() if f">{name}<" not in drawn]


def test_the_picture_holds_a_point_for_every_figure() -> None:
    seen = glances({name: load_recipe(name) for name in recipe_names()}, RESULTS)
    (axes,) = draw_glance(seen).axes
    labels = [line.get_label() for line in axes.get_lines()]
    assert labels.count("honest, 95 % interval") == labels.count("ceiling") == len(seen)
    assert labels.count("reported") == sum(one.reported is not None for one in seen) > 0
