"""What reading an image warns of is said of each of its regions, in whichever run they are measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from radiobone.features.presets import load_settings
from radiobone.io.manifest import read_manifest
from radiobone.workflow.case_runner import Task, run_image
from radiobone.workflow.extract import extract


@pytest.fixture
def radiograph(tmp_path: Path) -> Path:
    """Write a radiograph without a pixel size and two masks, the second without a region; return the manifest."""
    grey = np.random.default_rng(0).integers(0, 255, (40, 40)).astype(np.uint8)
    Image.fromarray(grey).save(tmp_path / "i.png")
    mask(tmp_path / "a.png", 1)
    mask(tmp_path / "b.png", 0)
    manifest = tmp_path / "manifest.csv"
    manifest.write_text("patient_id,roi,image,mask\np1,A,i.png,a.png\np1,B,i.png,b.png\n")
    return manifest


def mask(path: Path, value: int) -> None:
    array = np.zeros((40, 40), np.uint8)
    array[10:20, 10:20] = value
    Image.fromarray(array).save(path)


def cases(manifest: Path, out: Path) -> bytes:
    extract(manifest, output=out, modality="xr", show_progress=False)
    return (out / "cases.csv").read_bytes()


def test_every_region_has_the_warnings_of_its_image(radiograph: Path) -> None:
    task = Task(load_settings(None, modality="xr"), "xr")
    (done,), (failed,) = run_image(read_manifest(radiograph).cases, task)
    assert (failed.code, done.status) == ("EmptyMask", "done")
    for found in (failed, done):
        assert sum(text.startswith("SpacingAssumed") for text in found.warnings) == 1


def test_a_corrected_case_gives_what_a_fresh_run_gives(radiograph: Path, tmp_path: Path) -> None:
    before = cases(radiograph, tmp_path / "out")
    mask(tmp_path / "b.png", 1)
    assert cases(radiograph, tmp_path / "out") == cases(radiograph, tmp_path / "fresh") != before


def test_an_image_that_is_not_read_warns_of_nothing(radiograph: Path) -> None:
    (radiograph.parent / "b.png").unlink()
    task = Task(load_settings(None, modality="xr"), "xr")
    _, (missing,) = run_image(read_manifest(radiograph).cases, task)
    assert (missing.code, missing.warnings) == ("FileMissing", ())
