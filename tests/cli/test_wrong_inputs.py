"""A folder or an image where a table is due: the message says what to do instead."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from radiobone.cli.app import app
from radiobone.core.errors import NotATable, RadioboneError
from radiobone.core.tables import read_text_table
from small_cohort import SmallCohort, bone, write_image


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two patients' images and masks below a folder."""
    cohort = SmallCohort(tmp_path / "cohort")
    for name in ("p1", "p2"):
        cohort.add(name)
    return cohort.folder


def raised_by(*arguments: object) -> RadioboneError:
    answer = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert isinstance(answer.exception, RadioboneError), answer.output
    return answer.exception


@pytest.mark.parametrize("command", ["extract", "run"])
@pytest.mark.parametrize("given", ["images", "images/p1.nii.gz"])
def test_images_are_no_manifest(folder: Path, tmp_path: Path, command: str, given: str) -> None:
    source = folder / given
    if command == "run":
        source = tmp_path / "study.yaml"
        source.write_text(f"manifest: {folder / given}\ntarget: y\n")
    error = raised_by(command, source, "-o", tmp_path / "out")
    assert isinstance(error, NotATable)
    assert "radiobone manifest" in str(error)
    assert " -o manifest.csv" in str(error)


def test_an_image_cannot_be_scored_without_its_mask(folder: Path, tmp_path: Path) -> None:
    model = tmp_path / "model.rbm"
    error = raised_by("score", model, folder / "images" / "p1.nii.gz")
    assert isinstance(error, NotATable)
    assert "the mask as well: radiobone score" in str(error)
    assert "p1.nii.gz MASK" in str(error)


def test_a_folder_of_images_cannot_be_scored(folder: Path, tmp_path: Path) -> None:
    error = raised_by("score", tmp_path / "model.rbm", folder / "images")
    assert isinstance(error, NotATable)
    assert "radiobone manifest" in str(error)


def test_a_folder_is_no_table(folder: Path) -> None:
    with pytest.raises(NotATable, match="is a folder"):
        read_text_table(folder)


def test_an_image_without_a_usual_ending_is_no_text_either(tmp_path: Path) -> None:
    write_image(tmp_path / "p1.nii.gz", bone(1))
    (tmp_path / "p1.nii.gz").rename(tmp_path / "slices")
    error = raised_by("extract", tmp_path / "slices", "-o", tmp_path / "out")
    assert isinstance(error, NotATable)


def test_a_word_that_is_no_choice_is_answered_with_the_choices(tmp_path: Path) -> None:
    told = CliRunner().invoke(
        app, ["evaluate", "t.csv", "-t", "y", "-o", str(tmp_path / "out"), "--fusion", "lat"]
    )
    words = " ".join(told.output.replace("│", " ").split())
    assert told.exit_code == 2
    assert "'--fusion': 'lat' is not one of 'early', 'late', 'late-mean', 'late-stack'" in words
