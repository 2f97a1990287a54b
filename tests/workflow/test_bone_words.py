"""What is taken for a bone, and what the terminal says of what is not measured, replaced or to be read with care."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import radiobone as rb
from radiobone.cli.app import app
from radiobone.core.errors import BadSetting, EmptyMask, LabelNotFound, NotABone, RadioboneError
from radiobone.core.volume import Volume
from radiobone.io.totalsegmentator_classes import TOTAL_CLASSES
from radiobone.io.write import write_volume
from radiobone.workflow.bone.patient import ScanFacts
from radiobone.workflow.bone.reasons import summary_lines
from radiobone.workflow.bone.wanted import NO_BONES

SPACING_MM = (3.0, 3.0, 3.0)
ORGANS = {"liver": 1, "femur_left": 2, "hip_left": 3, "label_9": 4, "iliopsoas_left": 5}


@pytest.fixture(scope="module")
def blocks() -> tuple[Volume, Volume]:
    """Cubes of 24 mm, one for each value of ``ORGANS``."""
    labels = np.zeros((14, 14, 60), dtype=np.uint8)
    for value in ORGANS.values():
        labels[3:11, 3:11, 3 + 11 * (value - 1) : 11 + 11 * (value - 1)] = value
    hu = np.random.default_rng(2).normal(150, 20, labels.shape).astype(np.float32)
    hu[0] = -1000.0  # air
    return Volume(hu, SPACING_MM, modality="CT"), Volume(labels, SPACING_MM)


@pytest.fixture
def files(blocks: tuple[Volume, Volume], tmp_path: Path) -> Path:
    """An image, and a mask with TotalSegmentator's labels of bones, liver and muscle."""
    image, labels = blocks
    values = [
        TOTAL_CLASSES[name] for name in ("liver", "femur_left", "hip_left", "femur_right", "iliopsoas_left")
    ]
    named = np.array([0, *values], dtype=np.uint8)[labels.array]
    write_volume(tmp_path / "ct.nii.gz", image)
    write_volume(tmp_path / "other.nii.gz", image.with_array(image.array + 5))
    write_volume(tmp_path / "mask.nii.gz", labels.with_array(named))
    return tmp_path


def run(files: Path, *words: str, image: str = "ct.nii.gz", code: int = 0) -> str:
    given = [
        "bone",
        str(files / image),
        str(files / "mask.nii.gz"),
        "-o",
        str(files / "out"),
        "-q",
        "-j",
        "1",
    ]
    found = CliRunner().invoke(app, [*given, "--no-pictures", *words])
    assert found.exit_code == code, found.output
    return " ".join(found.output.split())


def test_a_pattern_takes_bones_alone(blocks: tuple[Volume, Volume]) -> None:
    found = rb.measure_bone(*blocks, names=ORGANS, levels=["*"], measurements=["volume"])
    assert found.levels["structure"].tolist() == ["femur_left", "hip_left", "label_9"]
    assert found.patient["no_bones"] == "liver; iliopsoas_left"


@pytest.mark.parametrize("levels", [["liver"], ["l*r"], ["femur_left", "liver"]])
def test_what_is_no_bone_by_name_is_refused(levels: list[str], blocks: tuple[Volume, Volume]) -> None:
    with pytest.raises(NotABone, match=r"liver is no bone.*femur_left, hip_left, label_9\."):
        rb.measure_bone(*blocks, names=ORGANS, levels=levels, measurements=["volume"])


def test_every_bone_of_totalsegmentator_is_one() -> None:
    bones = set(TOTAL_CLASSES) - NO_BONES
    assert (
        len(bones) == 24 + 1 + 1 + 24 + 1 + 1 + 10
    )  # vertebrae, S1, sacrum, ribs, sternum, skull, five pairs
    assert {"costal_cartilages", "spinal_cord", "iliopsoas_left", "aorta"} <= NO_BONES


def test_messages_name_the_vertebrae_that_have_a_voxel(blocks: tuple[Volume, Volume]) -> None:
    names = ORGANS | {"vertebrae_T1": 99, "vertebrae_L5": 4}
    for level, kind in (("C2", EmptyMask), ("femoral", LabelNotFound)):
        with pytest.raises(kind, match=r"has: vertebrae_L5\."):
            rb.measure_bone(*blocks, names=names, levels=[level])
    with pytest.raises(EmptyMask, match="--level"):
        rb.measure_bone(*blocks, names=names, levels=["C2"])


def test_long_lists_end_in_an_ellipsis(blocks: tuple[Volume, Volume]) -> None:
    names = {f"rib_left_{n}": 1 for n in range(1, 15)}
    with pytest.raises(RadioboneError, match=r"rib_left_12, … \(14 in all\)"):
        rb.measure_bone(*blocks, names=names, levels=["femur"])


def test_the_command_takes_commas_and_sums_up_what_was_left_out(files: Path) -> None:
    told = run(files, "-l", "femur_left, hip_left", "-M", "volume,metal,apparent,mil,cortical")
    assert "2 bones measured" in told
    rows = pd.read_csv(files / "out/levels.csv")
    assert rows["structure"].tolist() == ["femur_left", "hip_left"]
    assert rows["left_out"].str.count("VoxelTooLarge: ").tolist() == [2, 2]
    assert "Left out (VoxelTooLarge): apparent, mil of 2 bones." in told
    assert "Less exact (CoarseVoxels): cortical of 2 bones." in told
    assert "See the column left_out." in told


def test_a_line_for_each_reason() -> None:
    left = "apparent: VoxelTooLarge: apparent is refused: a voxel is 3 × 3 × 3 mm | mil: VoxelTooLarge: mil is refused"
    table = pd.DataFrame(
        {
            "left_out": [left, f"heights: RegionCut: The body | {left}", np.nan],
            "warnings": [
                "",
                "BodyUncertain: a: b",
                "CoarseVoxels: cortical: a voxel | CoarseVoxels: mil: a voxel",
            ],
        }
    )
    large, cut, coarse = summary_lines(table)
    assert large.startswith("Left out (VoxelTooLarge): apparent, mil of 2 bones.")
    assert cut.startswith("Left out (RegionCut): heights of 1 bone.")
    assert coarse.startswith("Less exact (CoarseVoxels): cortical, mil of 1 bone.")
    assert not list(summary_lines(pd.DataFrame()))


def test_a_second_run_says_whose_tables_it_replaces(files: Path) -> None:
    assert "REPLACED" not in run(files, "-l", "hip_left", "-M", "volume")
    assert "REPLACED" not in run(files, "-l", "hip_left,femur_left", "-M", "volume")
    assert "of other inputs (1 patient: ct)" in run(
        files, "-l", "hip_left", "-M", "volume", image="other.nii.gz"
    )


def test_a_height_in_cm_is_told_to_be_metres(files: Path) -> None:
    with pytest.raises(BadSetting, match=r"Give metres: 1\.70 for 170 cm"):
        rb.measure_bone(files / "ct.nii.gz", files / "mask.nii.gz", height_m=170)
    (files / "m.csv").write_text("patient_id,image,mask,height_m\nA,ct.nii.gz,mask.nii.gz,170\n")
    found = CliRunner().invoke(app, ["bone", str(files / "m.csv"), "-o", str(files / "many"), "-q"])
    assert "Patient A: A body height of 170" in str(found.exception)
    with pytest.raises(BadSetting, match="not one in metres"):
        ScanFacts(height_m=float("nan"))
