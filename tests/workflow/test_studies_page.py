"""The page of all recipes and the figures on it are those of the recipes as they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from radiobone.workflow.recipes.catalogue import load_recipe, recipe_names
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
