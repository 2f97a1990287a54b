"""A folder holds one recipe run in one way, says so, and tells whether that run came to its end."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from radiobone.cli.app import app
from radiobone.core.errors import MissingColumn, OutputTaken
from radiobone.core.folder_kinds import DATA_CHECK, EVALUATION
from radiobone.core.folders import prepare_folder_of
from radiobone.core.recipe_folders import (
    OWN_TABLES,
    STUDY_IMAGES,
    SYNTHETIC_TABLES,
    prepare_recipe_folder,
)
from radiobone.testing.studies.design import draw_study
from radiobone.testing.studies.registry import STUDIES
from radiobone.workflow.recipes.dxa_images import write_dxa_images
from radiobone.workflow.recipes.images import write_images
from radiobone.workflow.recipes.run import run_recipe

WAYS = (SYNTHETIC_TABLES, OWN_TABLES, STUDY_IMAGES)
NAME = "widyaningrum2023_periapical"


def files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def told_of(folder: Path) -> dict[str, object]:
    return dict(json.loads((folder / "run.json").read_text(encoding="utf-8")))


@pytest.mark.parametrize("held", WAYS, ids=lambda kind: kind.name)
@pytest.mark.parametrize("wanted", WAYS, ids=lambda kind: kind.name)
def test_another_recipe_or_another_way_is_refused_and_named(held, wanted, tmp_path: Path) -> None:
    out = prepare_recipe_folder(tmp_path / "out", held, NAME)
    (out / "study.yaml").write_text("theirs", encoding="utf-8")
    before = files(out)
    with pytest.raises(OutputTaken, match=f"holds the {held.name} of the recipe '{NAME}'"):
        prepare_recipe_folder(out, wanted, "xie2022_nomogram")
    if held is wanted:
        prepare_recipe_folder(out, wanted, NAME)
    else:
        with pytest.raises(OutputTaken, match=f"{held.name} .* beside those of the {wanted.name}"):
            prepare_recipe_folder(out, wanted, NAME)
    assert files(out) == before


@pytest.mark.parametrize("kind", WAYS, ids=lambda kind: kind.name)
def test_foreign_files_are_left_alone_or_refused_alike(kind, tmp_path: Path) -> None:
    (tmp_path / "mynotes.txt").write_text("mine", encoding="utf-8")
    prepare_recipe_folder(tmp_path, kind, NAME)
    assert (tmp_path / "mynotes.txt").read_text(encoding="utf-8") == "mine"
    taken = tmp_path / "taken"
    (taken / "tables").mkdir(parents=True)
    with pytest.raises(OutputTaken, match="tables would be replaced, and no run of radiobone left it there"):
        prepare_recipe_folder(taken, kind, NAME)
    result = prepare_folder_of(EVALUATION, tmp_path / "result")
    (result / "study.yaml").write_text("of a result", encoding="utf-8")
    with pytest.raises(OutputTaken, match=r"run\.json says .* another kind of output \(evaluation\)"):
        prepare_recipe_folder(result, kind, NAME)


@pytest.mark.parametrize("kind", [EVALUATION, DATA_CHECK], ids=lambda kind: kind.name)
def test_other_commands_do_not_take_the_folder_of_a_recipe_over(kind, tmp_path: Path) -> None:
    folder = prepare_recipe_folder(tmp_path / "out", STUDY_IMAGES, NAME)
    with pytest.raises(OutputTaken, match=f"synthetic images of the recipe '{NAME}'"):
        prepare_folder_of(kind, folder)
    assert told_of(folder)["recipe"] == NAME


@pytest.mark.parametrize(
    ("name", "write"),
    [("saranya2025_wavelet_pca", write_images), ("hussain2019_dxa_plrf", write_dxa_images)],
)
def test_images_are_finished_and_no_table_takes_their_place(name, write, tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(name, out, n_patients=10)
    assert told_of(out) == {"kind": "synthetic images", "recipe": name, "finished": True}
    before = files(out)
    for other in (name, "xie2022_nomogram"):
        answer = CliRunner().invoke(app, ["recipes", other, "--run", "-o", str(out)], terminal_width=300)
        assert answer.exit_code != 0
        with pytest.raises(OutputTaken, match=f"synthetic images of the recipe '{name}'"):
            run_recipe(other, out, show_progress=False)
    assert files(out) == before


def test_a_run_on_a_table_is_finished_when_it_ended_and_only_then(tmp_path: Path) -> None:
    name, out = "hussain2019_dxa_plrf", tmp_path / "out"
    table = draw_study(STUDIES[name], seed=0).table.head(80).drop(columns="bmc_g")
    own = tmp_path / "own.csv"
    table.to_csv(own, index=False)
    run_recipe(name, out, table=own, show_progress=False)
    assert told_of(out) == {"kind": OWN_TABLES.name, "recipe": name, "finished": True}
    assert told_of(out / "density")["finished"] is True
    pd.read_csv(own).drop(columns="osteoporosis").to_csv(own, index=False)
    with pytest.raises(MissingColumn):
        run_recipe(name, out, table=own, show_progress=False)
    assert told_of(out)["finished"] is False


@pytest.mark.slow
def test_a_run_on_the_synthetic_table_is_finished_and_keeps_its_folder(tmp_path: Path) -> None:
    name = "huang2022_psoas"
    (tmp_path / "mynotes.txt").write_text("mine", encoding="utf-8")
    run_recipe(NAME, tmp_path, show_progress=False)
    assert told_of(tmp_path) == {"kind": SYNTHETIC_TABLES.name, "recipe": NAME, "finished": True}
    for other in (NAME, name):
        with pytest.raises(OutputTaken, match=f"synthetic tables and results of the recipe '{NAME}'"):
            write_images(other, tmp_path, n_patients=4, show_progress=False)
