"""Everything that can be asked for by name is listed somewhere, and what is printed can be used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from radiobone.cli.app import app
from radiobone.core.errors import BadConfig
from radiobone.evaluation.spec import list_pipelines, load_pipeline
from radiobone.features.presets import PRESETS, load_settings
from radiobone.features.settings import ExtractionSettings
from radiobone.imaging.perturb.plan import PRESETS as PERTURBATION_PRESETS
from radiobone.models.registry import MODELS
from radiobone.selection.registry import RESAMPLERS, STEPS
from radiobone.workflow.study_file import Study


def printed(*arguments: str) -> str:
    answer = CliRunner().invoke(app, list(arguments), terminal_width=200)
    assert answer.exit_code == 0, answer.output
    return answer.output


def first_words(text: str) -> set[str]:
    return {line.split()[0] for line in text.splitlines() if line.strip()}


def test_help_of_run_lists_every_key_of_a_study_file() -> None:
    told = printed("run", "--help")
    missing = [name for name in Study.model_fields if f" {name} " not in told.replace("│", " ")]
    assert not missing
    assert all(field.description for field in Study.model_fields.values())


def test_steps_models_and_settings_are_listed() -> None:
    assert {*STEPS, *RESAMPLERS} <= first_words(printed("recipes", "--steps"))
    assert set(MODELS) <= first_words(printed("recipes", "--models"))
    listed = printed("recipes", "--settings")
    assert {*ExtractionSettings.model_fields, "ct", "mr", "radiograph", "Wavelet", "LoG"} <= first_words(
        listed
    )
    assert re.search(r"^  radiograph +for --modality xr and dxa$", listed, re.MULTILINE)
    undocumented = [line for line in listed.splitlines() if line.strip() in ExtractionSettings.model_fields]
    assert not undocumented


def test_the_plain_listing_points_to_the_rest() -> None:
    told = printed("recipes")
    assert set(list_pipelines()) <= first_words(told)
    assert "--steps" in told


@pytest.mark.parametrize("how", [(), ("--settings",)])
def test_presets_of_perturbed_repeats_are_listed_with_what_they_do(how: tuple[str, ...]) -> None:
    told = printed("recipes", *how)
    rows = dict(line.strip().split(maxsplit=1) for line in told.splitlines() if line.startswith("  "))
    assert rows["light"] == "5 × noise, rotate, shift, grow, contour"
    assert rows["zwanenburg"] == "30 × noise, shift, grow, contour"
    assert {*PERTURBATION_PRESETS, *PRESETS} - {"default"} <= set(rows)


def test_texts_of_a_block_begin_in_one_column_and_blocks_are_parted() -> None:
    told = printed("recipes", "--steps", "--models", "--settings")
    for block in told.rstrip("\n").split("\n\n"):
        title, *rows = block.splitlines()
        assert title.endswith(":")
        assert all(row.startswith("  ") for row in rows)
        begins = {len(row) - len(row.lstrip().split(maxsplit=1)[1]) for row in rows}
        assert len(begins) == 1, title


@pytest.mark.parametrize("name", ["ct", "mr", "radiograph"])
def test_a_printed_preset_is_the_preset(name: str, tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text(printed("recipes", name), encoding="utf-8")
    assert load_settings(path) == PRESETS[name]


def test_a_printed_pipeline_is_the_pipeline_without_notes_of_its_making(tmp_path: Path) -> None:
    text = printed("recipes", "default")
    assert "#" not in text
    path = tmp_path / "default.yaml"
    path.write_text(text, encoding="utf-8")
    assert load_pipeline(path) == load_pipeline("default")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (
            "default",
            "'default' is a pipeline, used by `radiobone evaluate TABLE --target COLUMN --pipeline default",
        ),
        ("ct", "'ct' is a preset of extraction, used by `radiobone extract MANIFEST -o DIR --settings ct`"),
        ("light", "'light' is a preset of perturbed repeats"),
        ("xie2022_nomogram:radiomics", "the recipe is 'xie2022_nomogram'"),
        ("xie2022_nomogran", "No recipe 'xie2022_nomogran'. Did you mean 'xie2022_nomogram'?"),
    ],
)
@pytest.mark.parametrize("way", ["--run", "--images"])
def test_what_is_listed_and_is_no_study_says_what_it_is(
    name: str, told: str, way: str, tmp_path: Path
) -> None:
    with pytest.raises(BadConfig) as raised:
        CliRunner().invoke(
            app,
            ["recipes", name, way, "-o", str(tmp_path / "out")],
            catch_exceptions=False,
            standalone_mode=False,
        )
    assert told in str(raised.value)
    assert "There are" in str(raised.value)
    assert not (tmp_path / "out").exists()
