"""Folders become a manifest, and what does not match is told."""

from __future__ import annotations

import shlex
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from radiobone.cli.app import app
from radiobone.workflow.extract import extract
from small_cohort import QUICK, bone, two_labels, write_image


def folders(root: Path) -> None:
    for name in ("P01", "P02", "P03"):
        write_image(root / "images" / f"{name}.nii.gz", bone(1))
    for name in ("P01", "P02", "P09"):
        write_image(root / "masks" / f"{name}_seg.nii.gz", (two_labels() > 0).astype("uint8"))
    sheet = pd.DataFrame({"Patient": ["p01", "P02", "P77"], "osteoporosis": ["yes", "no", "no"]})
    sheet.to_excel(root / "labels.xlsx", index=False)


def test_folders_and_a_sheet_become_a_manifest_that_can_be_extracted(tmp_path: Path) -> None:
    folders(tmp_path)
    arguments = [str(tmp_path / name) for name in ("images", "masks", "labels.xlsx")]
    answer = CliRunner().invoke(app, ["manifest", *arguments, "-o", str(tmp_path / "manifest.csv")])
    assert answer.exit_code == 3
    for told in ("2 pairs", "P03.nii.gz", "P09_seg.nii.gz", "P77"):
        assert told in answer.output
    result = extract(tmp_path / "manifest.csv", settings=QUICK, show_progress=False)
    assert list(result.table["patient_id"]) == ["P01", "P02"]
    assert list(result.table["osteoporosis"]) == ["yes", "no"]


@pytest.mark.parametrize("place", ["m.csv", "lists/m 1.csv"])
def test_the_next_command_is_said_in_full(tmp_path: Path, place: str) -> None:
    folders(tmp_path)
    arguments = [str(tmp_path / name) for name in ("images", "masks")]
    answer = CliRunner().invoke(app, ["manifest", *arguments, "-o", str(tmp_path / place)])
    (line,) = [line for line in answer.output.splitlines() if line.startswith("Next: ")]
    program, *typed = shlex.split(line.removeprefix("Next: "))
    assert program == "radiobone"
    settings = tmp_path / "quick.yaml"
    settings.write_text("imageType: {Original: {}}\nfeatureClass: {firstorder: [Mean]}\n")
    typed[-1] = str(tmp_path / "out")
    done = CliRunner().invoke(app, [*typed, "--settings", str(settings), "-q", "-j", "1"])
    assert done.exit_code == 0, done.output


def test_the_region_can_be_named(tmp_path: Path) -> None:
    folders(tmp_path)
    arguments = [str(tmp_path / name) for name in ("images", "masks")]
    CliRunner().invoke(app, ["manifest", *arguments, "-o", str(tmp_path / "m.csv"), "--roi", "L1"])
    assert set(pd.read_csv(tmp_path / "m.csv")["roi"]) == {"L1"}
