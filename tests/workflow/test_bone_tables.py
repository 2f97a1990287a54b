"""From a label map, or a manifest of many, to tables of levels and patients."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import radiobone as rb
from radiobone.cli.app import app
from radiobone.core.errors import BadConfig, BadSetting, EmptyMask, LabelNotFound
from radiobone.core.volume import Volume
from radiobone.core.warnings import StructureNamesAssumed
from radiobone.features.bone.base import BoneRegion
from radiobone.features.bone.body import find_body
from radiobone.imaging.lettering import INK_RGB, glyph
from radiobone.imaging.pictures import three_planes
from radiobone.io.write import write_volume
from radiobone.testing.anatomy import Shape
from radiobone.testing.scanner import Scanner
from radiobone.testing.vertebra import Vertebra, spine
from radiobone.workflow.bone.files import bone_files

LABELS = {"vertebrae_L1": 31, "vertebrae_L2": 30, "vertebrae_L3": 29}
QUICK = ["volume", "trabecular", "heights", "metal"]
SPACING_MM = (2.0, 1.0, 1.0)


def scan(*, metal: bool = False, low_mm: float = 23.0, cut: bool = False) -> tuple[Volume, Volume]:
    """Three vertebrae, of which the middle one may be low; metal in the lowest; the highest cut."""
    bones = [
        Vertebra(density, shape=Shape(height_mm=height), body_label=label, posterior_label=label)
        for density, height, label in zip((120, 110, 100), (23.0, low_mm, 23.0), LABELS.values(), strict=True)
    ]
    image, labels = spine(np.random.default_rng(1), bones, Scanner(spacing_mm=SPACING_MM), behind_mm=45.0)
    hu = image.array.copy()
    if metal:
        hu[np.unravel_index(np.flatnonzero(labels.array == 29)[:40], hu.shape)] = 3000
    if cut:
        n = int(np.flatnonzero((labels.array == 31).any(axis=(1, 2)))[-1]) - 3
        hu, drawn = hu[:n], labels.array[:n]
        return Volume(hu, SPACING_MM, modality="CT"), Volume(drawn, SPACING_MM)
    return image.with_array(hu), labels


@pytest.fixture(scope="module")
def plain() -> tuple[Volume, Volume]:
    return scan()


def test_every_level_is_measured_and_named(plain: tuple[Volume, Volume]) -> None:
    found = rb.measure_bone(*plain, names=LABELS, measurements=QUICK)
    assert found.levels["structure"].tolist() == list(LABELS)
    assert found.patient["levels_missing"] == "L4"
    assert found.patient["levels_used"] == "L1; L2; L3"
    assert found.patient["mean_trabecular_hu_mean"] == pytest.approx(
        found.levels["trabecular_hu_mean"].mean()
    )
    assert (found.levels["genant_grade"] == 0).all()
    assert (found.levels["body"] == "found").all()
    assert found.levels["trabecular_hu_mean"].is_monotonic_decreasing  # as the density planted


def test_arrays_give_what_volumes_give(plain: tuple[Volume, Volume]) -> None:
    image, labels = plain
    found = rb.measure_bone(
        image.array, labels.array, names=LABELS, spacing_mm=SPACING_MM, measurements=QUICK
    )
    pd.testing.assert_frame_equal(
        found.levels, rb.measure_bone(*plain, names=LABELS, measurements=QUICK).levels
    )


def test_a_crushed_level_is_flagged_by_its_neighbours() -> None:
    found = rb.measure_bone(*scan(low_mm=16.0), names=LABELS, measurements=QUICK)
    row = found.levels.set_index("structure").loc["vertebrae_L2"]
    assert row["flags"] == "fractured"
    assert row["genant_kind"] == "crush"
    assert row["crush_ratio"] == pytest.approx(16 / 23, abs=0.08)
    assert found.patient["levels_used"] == "L1; L3"
    assert found.patient["worst_genant_grade"] == row["genant_grade"]


def test_a_picture_shows_what_was_measured(plain: tuple[Volume, Volume]) -> None:
    """Of a vertebra the body alone, so that a body found wrongly is seen."""
    image, labels = plain
    drawn = rb.measure_bone(
        *plain, names=LABELS, measurements=["volume"], levels=["L2"], pictures=True
    ).pictures
    whole = labels.mask_of(LABELS["vertebrae_L2"])
    region = BoneRegion.of(image, whole)
    body = np.zeros(image.shape, dtype=np.uint8)
    body[region.box.slices] = find_body(region)
    shown = replace(image, modality="CT")
    assert list(drawn) == ["vertebrae_L2"]
    below = slice(12, None)  # its level stands above
    assert np.array_equal(drawn["vertebrae_L2"][below], three_planes(shown, whole.with_array(body))[below])
    assert not np.array_equal(drawn["vertebrae_L2"][below], three_planes(shown, whole)[below])
    named = (drawn["vertebrae_L2"][4:11, 4:15] == INK_RGB).all(axis=2)
    assert np.array_equal(named[:, :5], glyph("L"))
    assert np.array_equal(named[:, 6:], glyph("2"))


def test_a_pattern_stands_for_vertebrae_by_their_short_names(plain: tuple[Volume, Volume]) -> None:
    for pattern in ("L*", "vertebrae_L*", "L[1-3]"):
        found = rb.measure_bone(*plain, names=LABELS, measurements=["volume"], levels=[pattern])
        assert found.levels["structure"].tolist() == list(LABELS)


def test_neighbours_that_are_not_asked_for_count_too() -> None:
    found = rb.measure_bone(*scan(low_mm=16.0), names=LABELS, measurements=QUICK, levels=["L2"])
    assert found.levels["flags"].tolist() == ["fractured"]


@pytest.mark.parametrize("other", ["S1", "C4", "T3"])
def test_a_level_that_genant_does_not_grade_is_no_fracture(other: str) -> None:
    """The same low body is a fracture as L2, and as S1 it has neither heights nor grade nor flag."""
    names = {"vertebrae_L1": 31, f"vertebrae_{other}": 30, "vertebrae_T4": 29}
    found = rb.measure_bone(*scan(low_mm=16.0), names=names, measurements=QUICK, levels=["L1", other, "T4"])
    rows = found.levels.set_index("structure")
    row = rows.loc[f"vertebrae_{other}"]
    assert row["flags"] == ""
    assert row[["genant_grade", "height_loss", "height_anterior_mm", "wedge_ratio"]].isna().all()
    assert row["trabecular_hu_mean"] > 0
    assert row["left_out"].startswith("heights: NoGenantLevel")
    assert rows.loc["vertebrae_T4", "genant_grade"] == rows.loc["vertebrae_L1", "genant_grade"] == 0
    assert other in found.patient["levels_used"]


def test_metal_and_cut_levels_are_flagged_and_not_averaged() -> None:
    metal = rb.measure_bone(*scan(metal=True), names=LABELS, measurements=QUICK)
    assert metal.levels["flags"].tolist() == ["", "", "metal"]
    assert metal.patient["metal_in"] == "vertebrae_L3: 40"
    cut = rb.measure_bone(*scan(cut=True), names=LABELS, measurements=QUICK)
    assert cut.levels["flags"].tolist()[0] == "cut"
    assert cut.levels["left_out"].tolist()[0].startswith("heights: RegionCut")
    assert np.isnan(cut.levels["height_middle_mm"].tolist()[0])
    assert cut.patient["levels_flagged"].startswith("L1: cut")


def test_names_of_a_label_map_without_names_are_assumed_and_said(plain: tuple[Volume, Volume]) -> None:
    with pytest.warns(StructureNamesAssumed, match="vertebrae_L1 being 31"):
        found = rb.measure_bone(*plain, measurements=["volume"])
    assert found.levels["structure"].tolist() == list(LABELS)


def test_one_structure_is_measured_whatever_its_name(plain: tuple[Volume, Volume]) -> None:
    image, labels = plain
    found = rb.measure_bone(image, labels.mask_of(30), measurements=["volume", "heights"])
    assert found.levels["structure"].tolist() == ["label_1"]
    assert "height_middle_mm" not in found.levels


def test_wrong_requests_say_what_there_is(plain: tuple[Volume, Volume]) -> None:
    with pytest.raises(BadSetting, match="Did you mean 'trabecular'"):
        rb.measure_bone(*plain, names=LABELS, measurements=["trabecullar"])
    with pytest.raises(BadConfig, match="erosion_mm"):
        rb.measure_bone(*plain, names=LABELS, settings={"trabecular": {"erosion": 3}})
    with pytest.raises(LabelNotFound, match="no structure 'femur'"):
        rb.measure_bone(*plain, names=LABELS, levels=["femur"])
    with pytest.raises(EmptyMask, match="None of vertebrae_T3"):
        rb.measure_bone(*plain, names=LABELS, levels=["T3"])


def test_a_manifest_goes_on_after_a_scan_that_fails(plain: tuple[Volume, Volume], tmp_path: Path) -> None:
    for name, volume in zip(("ct.nii.gz", "mask.nii.gz"), plain, strict=True):
        write_volume(tmp_path / name, volume)
    (tmp_path / "broken.nii.gz").write_bytes(b"not an image")
    rows = [("A", "ct.nii.gz"), ("B", "broken.nii.gz")]
    text = "patient_id,image,mask\n" + "".join(f"{one},{file},mask.nii.gz\n" for one, file in rows)
    (tmp_path / "manifest.csv").write_text(text)
    run = CliRunner().invoke(
        app,
        [
            "bone",
            str(tmp_path / "manifest.csv"),
            "-o",
            str(tmp_path / "out"),
            "-M",
            "volume",
            "-j",
            "1",
            "-q",
        ],
    )
    assert run.exit_code == 3
    cases = pd.read_csv(tmp_path / "out/cases.csv")
    assert cases["status"].tolist() == ["done", "failed"]
    assert cases["code"].tolist()[1] == "UnreadableImage"
    assert "StructureNamesAssumed" in cases["warnings"].tolist()[0]
    assert pd.read_csv(tmp_path / "out/levels.csv")["patient_id"].tolist() == ["A"] * 3
    assert len(list((tmp_path / "out/pictures").glob("A_vertebrae_L*.png"))) == 3


def test_two_processes_give_the_same_tables(plain: tuple[Volume, Volume], tmp_path: Path) -> None:
    for name, volume in zip(("ct.nii.gz", "mask.nii.gz", "two.nii.gz"), (*plain, plain[0]), strict=True):
        write_volume(tmp_path / name, volume)
    (tmp_path / "m.csv").write_text(
        "patient_id,image,mask\nA,ct.nii.gz,mask.nii.gz\nB,two.nii.gz,mask.nii.gz\n"
    )
    tables = [
        bone_files(
            tmp_path / "m.csv",
            None,
            tmp_path / f"out{jobs}",
            measurements=QUICK,
            jobs=jobs,
            pictures=False,
            show_progress=False,
        )
        for jobs in (1, 2)
    ]
    pd.testing.assert_frame_equal(tables[0].levels, tables[1].levels)
    pd.testing.assert_frame_equal(tables[0].patients, tables[1].patients)


def test_the_command_tells_what_it_found(plain: tuple[Volume, Volume], tmp_path: Path) -> None:
    for name, volume in zip(("ct.nii.gz", "mask.nii.gz"), plain, strict=True):
        write_volume(tmp_path / name, volume)
    settings = tmp_path / "settings.yaml"
    settings.write_text("trabecular: {erosion_mm: 3}\n")
    words = [
        "bone",
        str(tmp_path / "ct.nii.gz"),
        str(tmp_path / "mask.nii.gz"),
        "-o",
        str(tmp_path / "out"),
        "-q",
        "-s",
        str(settings),
    ]
    run = CliRunner().invoke(app, words)
    assert run.exit_code == 0, run.output
    assert "vertebrae_L1     trabecular" in run.output
    assert "not in the mask: L4" in run.output
    listed = CliRunner().invoke(app, ["bone", "--list"])
    assert "height_anterior_mm [mm]" in listed.output


def test_what_shifts_hu_is_said_before_the_group(plain: tuple[Volume, Volume], tmp_path: Path) -> None:
    for name, volume in zip(("ct.nii.gz", "mask.nii.gz"), plain, strict=True):
        write_volume(tmp_path / name, volume)
    words = [
        "bone",
        str(tmp_path / "ct.nii.gz"),
        str(tmp_path / "mask.nii.gz"),
        "-o",
        str(tmp_path / "out"),
        "-q",
    ]
    words += ["-l", "L1", "-M", "trabecular", "--no-pictures", "-j", "1", "--contrast", "portal"]
    line = next(one for one in CliRunner().invoke(app, words).output.splitlines() if "Pickhardt" in one)
    assert line.startswith("  CAUTION: contrast (portal), which raises HU. With that, L1 ")
    assert line.endswith("(tube voltage not known)")


def test_patient_measures_from_the_label_map(plain: tuple[Volume, Volume]) -> None:
    """Psoas and muscle are not outlined here, and air is not in view: said, and the rest is measured."""
    found = rb.measure_bone(*plain, names=LABELS, measurements=QUICK, kvp=120, contrast="no", height_m=1.7)
    assert found.patient["l1_hu_group"] in {"<= 110", "110 to 135", "135 to 160", "> 160"}
    assert found.patient["l1_hu_caution"] == ""
    assert "psoas: EmptyMask" in found.patient["left_out"]
    assert "density: ReferenceMissing" in found.patient["left_out"]
