"""A study file, a table or an image given to the wrong command: the message says what it is and what to type."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from radiobone.cli.app import app
from radiobone.core.errors import BadConfig, FileMissing, NotATable, RadioboneError
from small_cohort import bone, write_image


def raised_by(*arguments: object) -> RadioboneError:
    answer = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert isinstance(answer.exception, RadioboneError), answer.output
    return answer.exception


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "study.yaml").write_text("manifest: m.csv\ntarget: y\nclinical: [age, sex]\n")
    (tmp_path / "t.csv").write_text("ID,y,a\n1,0,2.5\n2,1,3.5\n")
    write_image(tmp_path / "image.nii.gz", bone(1))
    (tmp_path / "features").mkdir()
    return tmp_path


def test_evaluate_of_a_study_file(files: Path) -> None:
    error = raised_by("evaluate", files / "study.yaml", "--target", "y", "-o", files / "out")
    assert isinstance(error, NotATable)
    assert f"radiobone run {files / 'study.yaml'}" in str(error)


@pytest.mark.parametrize("name", ["image.nii.gz", "slice"])
def test_evaluate_of_an_image(files: Path, name: str) -> None:
    (files / "slice").write_bytes(bytes(128) + b"DICM" + bytes(range(128, 256)))
    error = raised_by("evaluate", files / name, "--target", "y", "-o", files / "out")
    assert isinstance(error, NotATable)
    assert "is an image" in str(error)
    assert "radiobone manifest" in str(error)
    assert "radiobone extract" in str(error)


def test_run_of_a_table(files: Path) -> None:
    error = raised_by("run", files / "t.csv", "-o", files / "out")
    assert isinstance(error, BadConfig)
    assert f"radiobone evaluate {files / 't.csv'}" in str(error)


def test_run_of_an_image_and_of_a_folder(files: Path) -> None:
    error = raised_by("run", files / "image.nii.gz", "-o", files / "out")
    assert isinstance(error, BadConfig)
    assert "radiobone manifest" in str(error)
    error = raised_by("run", files / "features", "-o", files / "out")
    assert isinstance(error, BadConfig)
    assert f"radiobone evaluate {files / 'features'}" in str(error)


def test_the_near_path_is_named(files: Path) -> None:
    error = raised_by("evaluate", files / "feature", "--target", "y", "-o", files / "out")
    assert isinstance(error, FileMissing)
    assert f"Did you mean {files / 'features'}?" in str(error)
    error = raised_by("run", files / "studi.yaml", "-o", files / "out")
    assert f"Did you mean {files / 'study.yaml'}?" in str(error)
