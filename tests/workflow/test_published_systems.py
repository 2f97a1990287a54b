"""Every published system of the list can be reached: the ways that the list names are commands, options, tasks and recipes."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.main import get_command

from radiobone.cli.app import app
from radiobone.cohort.view_pooling import BONE_NAMES, VIEW_POOLINGS
from radiobone.evaluation.tasks.registry import TASKS
from radiobone.models.registry import MODELS
from radiobone.workflow.recipes.catalogue import recipe_names

CLASSICAL = {"classical", "classical/FE", "classical/XAI"}
BLOCK = ("evaluate --block", "embed --encoder")
WAYS: Mapping[str, tuple[str, ...]] = {
    "embedding block": BLOCK,
    "embedding block regression": (*BLOCK, "task number"),
    "embedding block per-bone pooling": (*BLOCK, "pooling mean", "bone column"),
    "embedding block with device column": (*BLOCK, "evaluate --site"),
    "multi-view embedding block": (*BLOCK, "pooling views"),
    "bag pooling": ("evaluate --pool", "pooling max"),
    "clinical block": ("evaluate --clinical",),
    "clinical block hierarchical": ("evaluate --clinical", "evaluate --ablation", "recipe liu2022"),
    "dedup gate": ("cards --check", "evaluate --groups"),
    "group by patient": ("evaluate --groups",),
    "patient groups": ("evaluate --groups",),
    "mask": ("manifest", "extract", "embed --crop"),
    "mask interface": ("manifest", "extract", "bone"),
    "bmd_from_mask regression": ("dxa --calibration", "task number"),
    "Bland-Altman": ("task number",),
    "internal-vs-external report": ("validate", "report --with"),
    "prediction-import": ("evaluate --probability",),
    "prediction import": ("evaluate --probability",),
    "prediction ensemble import": ("evaluate --probability", "evaluate --block", "evaluate --fusion"),
    "calibration report": ("evaluate --probability", "report"),
    "DeLong/NRI comparison": ("contrast", "evaluate --compare-with"),
    "nearest-support recipe": ("model knn",),
    "ordinal model": ("task ordinal",),
    "fracture outcome type": ("evaluate --target",),
    "temporal split": ("evaluate --outer", "evaluate --time"),
    "synthetic rows barred from test": ("evaluate --parent",),
    "synthetic barred from test": ("evaluate --parent",),
    "texture-pool export": ("extract --csv",),
}
TIME_TO_EVENT = {"Cox/RSF", "survival"}
"""Models of time to event: no task of the library; such a system is reached with the event by a date as the class."""


@pytest.fixture(scope="module")
def systems(request: pytest.FixtureRequest) -> list[dict[str, str]]:
    root = Path(__file__).resolve().parents[2]
    path = root.parent / "shared" / "published_systems.csv"
    if not path.is_file():
        pytest.skip("the list of published systems is not beside the checkout")
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="|"))


def is_there(way: str) -> bool:
    """Tell whether a command (with an option), task, model, pooling or recipe exists."""
    kind, _, name = way.partition(" ")
    if way == "bone column":
        return "bone" in BONE_NAMES
    known = {"task": TASKS, "model": MODELS, "pooling": VIEW_POOLINGS}
    if kind in known:
        return name in known[kind]
    if kind == "recipe":
        return any(one.startswith(name) for one in recipe_names())
    commands = get_command(app).commands  # type: ignore[attr-defined]
    return kind in commands and (not name or any(name in one.opts for one in commands[kind].params))


@pytest.mark.parametrize("term", WAYS)
def test_every_way_exists(term: str) -> None:
    assert [way for way in WAYS[term] if not is_there(way)] == []


def test_a_way_that_is_not_there_is_seen() -> None:
    assert not any(
        map(is_there, ("evaluate --blocks", "embedding", "task survival", "model cox", "recipe nobody2030"))
    )


def test_every_deep_system_is_reached_by_ways_that_exist(systems: list[dict[str, str]]) -> None:
    deep = [one for one in systems if one["family"] not in CLASSICAL]
    assert len(deep) == 36
    for one in deep:
        told = re.sub(r"\(.*?\)", "", one["recipe_or_interface"])
        terms = {term.strip() for term in re.split(r"[;+]", told)} - TIME_TO_EVENT
        assert terms, one["author_year"]
        assert terms <= set(WAYS), (one["author_year"], terms - set(WAYS))
        assert any("block" in term or "import" in term or "mask" in term for term in terms), one[
            "author_year"
        ]


def test_every_classical_system_is_a_recipe(systems: list[dict[str, str]]) -> None:
    for one in systems:
        if one["family"] in CLASSICAL:
            name = one["recipe_or_interface"].removeprefix("recipe ").split()[0]
            author = name.split("_")[0]
            assert any(recipe.split("_")[0] == author for recipe in recipe_names()), name


def test_there_is_no_task_of_time_to_event_yet() -> None:
    """When there is one, the systems that need it are to be reached by it: take this away, and the exception above."""
    assert set(TASKS) == {"binary", "ordinal", "number"}
