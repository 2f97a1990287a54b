"""The recipes that come with the package, by name. A recipe is a YAML file in ``radiobone/recipes``: it is found."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from radiobone.core.errors import BadConfig
from radiobone.core.near_names import nearest
from radiobone.core.settings import parse_yaml, validate

if TYPE_CHECKING:
    from radiobone.workflow.recipes.schema import Arm, Recipe


@cache
def recipe_names() -> tuple[str, ...]:
    """Return the names of all recipes, in order."""
    folder = resources.files("radiobone").joinpath("recipes")
    return tuple(
        sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    )


def recipe_text(name: str) -> str:
    """Return a recipe as it was written.

    Raises
    ------
    BadConfig
        If there is none of that name.
    """
    if name not in recipe_names():
        raise BadConfig(f"{_no_study(name)} There are {', '.join(recipe_names())}.")
    return resources.files("radiobone").joinpath("recipes", f"{name}.yaml").read_text(encoding="utf-8")


def _no_study(name: str) -> str:
    """Say what a name is that is none of a recipe of a study."""
    from radiobone.evaluation.spec import list_pipelines  # as below
    from radiobone.features.presets import PRESETS
    from radiobone.imaging.perturb.plan import PRESETS as PERTURBATION_PRESETS

    study, _, arm = name.partition(":")
    if arm and study in recipe_names():
        return f"'{name}' names one analysis of a study: the recipe is '{study}', and --run and --images are of the whole."
    kinds = {
        "pipeline": (list_pipelines(), f"radiobone evaluate TABLE --target COLUMN --pipeline {name} -o DIR"),
        "preset of extraction": (PRESETS, f"radiobone extract MANIFEST -o DIR --settings {name}"),
        "preset of perturbed repeats": (
            PERTURBATION_PRESETS,
            f"radiobone extract MANIFEST -o DIR --perturb {name}",
        ),
    }
    for kind, (names, use) in kinds.items():
        if name in names:
            return f"'{name}' is a {kind}, used by `{use}`; --run and --images are for published studies."
    near = nearest(name, recipe_names())
    return f"No recipe '{name}'." + (f" Did you mean '{near[0]}'?" if near else "")


@cache
def load_recipe(name: str) -> Recipe:
    """Read and check a recipe.

    Raises
    ------
    BadConfig, BadSetting
    """
    from radiobone.workflow.recipes.schema import Recipe  # loads what learns, which extraction does without

    source = f"{name}.yaml"
    return validate(Recipe, parse_yaml(recipe_text(name), source=source), source=source)


def is_recipe(name: str) -> bool:
    """Tell whether a name is that of a recipe, or of an arm of one: ``name:arm``."""
    return name.partition(":")[0] in recipe_names()


def arm_of(name: str) -> Arm:
    """Return the arm that ``name:arm`` means, or the main arm of ``name``.

    Raises
    ------
    BadConfig
        If there is no such recipe, or it has no such arm.
    """
    recipe_name, _, arm = name.partition(":")
    recipe = load_recipe(recipe_name)
    if arm and arm not in recipe.arms:
        raise BadConfig(f"The recipe '{recipe_name}' has no arm '{arm}'. It has {', '.join(recipe.arms)}.")
    return recipe.arms[arm or recipe.main]


def pipeline_of(name: str) -> dict[str, Any]:
    """Return the pipeline of an arm, as the content of a pipeline file.

    Raises
    ------
    BadConfig
    """
    arm, recipe = arm_of(name), load_recipe(name.partition(":")[0])
    return {"name": name, "title": recipe.title, "about": arm.about, **arm.pipeline}


def extraction_of(name: str) -> str | dict[str, Any]:
    """Return the settings of extraction of a recipe: the name of a preset, or settings written out.

    Raises
    ------
    BadConfig
        If the study began with a table.
    """
    recipe = load_recipe(name.partition(":")[0])
    if recipe.extraction is None:
        raise BadConfig(
            f"The study of the recipe '{name}' began with a table, so that it has no settings of extraction. Name a preset "
            "(`radiobone recipes`) or a file."
        )
    return recipe.extraction


def dxa_of(name: str) -> dict[str, Any]:
    """Return how a recipe finds and measures bone in DXA images, but for the calibration, which is the user's.

    Raises
    ------
    BadConfig
        If the study measured otherwise.
    """
    recipe = load_recipe(name.partition(":")[0])
    if recipe.dxa is None:
        raise BadConfig(
            f"The recipe '{name}' labels no pixels of DXA images. Name hussain2019_dxa_plrf or a YAML file, or leave the settings "
            "out for the defaults."
        )
    return recipe.dxa
