"""The abdominal CT with TotalSegmentator's labels, against the spine report that TotalSegmentator wrote of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

import radiobone as rb
import spine_report
from radiobone.core.volume import Volume
from radiobone.core.warnings import BodyUncertain, collected
from radiobone.features.bone.base import BoneRegion
from radiobone.features.bone.body import find_body
from radiobone.io.images import read_image
from radiobone.io.totalsegmentator_classes import TOTAL_CLASSES

pytestmark = pytest.mark.shared_data

REPORT_MASK = Path(__file__).parent.parent / "reference/totalsegmentator/vertebrae_pp_refined.nii.gz"
LABELS = {
    f"vertebrae_{level}": 19 + number for number, level in enumerate(["T12", "L1", "L2", "L3", "L4", "L5"])
}
LUMBAR = ["L1", "L2", "L3", "L4", "L5"]
POSITIONS = ("anterior", "middle", "posterior")
VOXEL_MM = 3.0


@pytest.fixture(scope="module")
def folder(shared_data: Path) -> Path:
    return shared_data / "totalseg"


@pytest.fixture(scope="module")
def report(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "ct_3mm_spine_report.json").read_text())["results"]
    return found


@pytest.fixture(scope="module")
def ct(folder: Path) -> Volume:
    return read_image(folder / "ct_3mm.nii.gz")


@pytest.fixture(scope="module")
def bodies() -> Volume:
    return read_image(REPORT_MASK)


@pytest.fixture(scope="module")
def ours(ct: Volume, folder: Path, bodies: Volume) -> dict[str, dict[str, Any]]:
    """Measured on the bodies that the report measured."""
    wanted = ["volume", "trabecular", "heights", "metal"]
    found = rb.measure_bone(ct, bodies, names=LABELS, bodies=bodies, levels=LUMBAR, measurements=wanted)
    return {row["structure"]: row for row in found.levels.to_dict("records")}


@pytest.mark.parametrize("level", LUMBAR)
def test_volume_is_the_reports(level: str, ours: dict[str, Any], report: dict[str, Any]) -> None:
    assert ours[f"vertebrae_{level}"]["volume_cm3"] == pytest.approx(
        report[f"vertebrae_{level}_volume_ml"], rel=0.01
    )


@pytest.mark.parametrize("level", LUMBAR)
def test_the_reports_hu_are_those_of_its_own_erosion(
    level: str, ct: Volume, bodies: Volume, report: dict[str, Any]
) -> None:
    """It names 4 mm and takes one layer of voxels off three sides alone, so more of the cortex is left than in ours."""
    kept = spine_report.core(_of(bodies, level).transpose(2, 1, 0)).transpose(2, 1, 0)
    assert ct.array[kept].mean() == pytest.approx(report[f"vertebrae_{level}_intensity"], abs=0.01)
    assert np.median(ct.array[kept]) == report[f"vertebrae_{level}_intensity_median"]


@pytest.mark.parametrize("level", LUMBAR)
def test_our_hu_are_those_of_all_voxels_without_a_neighbour_outside(
    level: str, ct: Volume, bodies: Volume, ours: dict[str, Any], report: dict[str, Any]
) -> None:
    """Of 3 mm voxels, 4 mm below the surface leave out the outer layer on every side, corners included."""
    inner = ndimage.binary_erosion(_of(bodies, level), np.ones((3, 3, 3)))
    found = ours[f"vertebrae_{level}"]["trabecular_hu_mean"]
    assert found == pytest.approx(ct.array[inner].mean(), abs=1e-9)
    assert found < report[f"vertebrae_{level}_intensity"]


@pytest.mark.parametrize("level", LUMBAR)
def test_the_reports_heights_are_those_of_its_own_definition(
    level: str, bodies: Volume, report: dict[str, Any]
) -> None:
    place = LABELS[f"vertebrae_{level}"]
    beside = [bodies.array == place + step if place + step <= 24 else None for step in (-1, 1)]
    above, below = (None if one is None else one.transpose(2, 1, 0) for one in beside)
    found = spine_report.heights(_of(bodies, level).transpose(2, 1, 0), above, below, VOXEL_MM)
    for position in POSITIONS:
        assert found[position] == pytest.approx(report[f"vertebrae_{level}_height_{position}_mm"]), position


def test_our_heights_are_near_the_reports(ours: dict[str, Any], report: dict[str, Any]) -> None:
    """It takes the slice whose heights differ most and steps of half a voxel: mostly within a voxel, never beyond two."""
    far = [
        abs(ours[f"vertebrae_{level}"][f"height_{where}_mm"] - report[f"vertebrae_{level}_height_{where}_mm"])
        for level in LUMBAR
        for where in POSITIONS
    ]
    assert np.median(far) <= VOXEL_MM
    assert np.mean(np.asarray(far) <= VOXEL_MM) >= 0.6
    assert max(far) <= 2 * VOXEL_MM


def test_label_map_in_one_call(folder: Path, tmp_path: Path) -> None:
    """The whole abdomen: four levels measured and named, and the implant of the left hip told."""
    found = rb.measure_bone(
        folder / "ct_3mm.nii.gz",
        folder / "ct_3mm_total.nii.gz",
        bodies=folder / "ct_3mm_vertebra_bodies.nii.gz",
    )
    assert found.levels["structure"].tolist() == [f"vertebrae_{level}" for level in LUMBAR[:4]]
    assert (found.levels["body"] == "given").all()
    assert found.patient["metal_in"] == "femur_left: 529"
    assert (found.levels["metal_voxels"] == 0).all()
    assert all("VoxelTooLarge" in why for why in found.levels["left_out"])


def test_psoas_density_and_thresholds_of_the_abdomen(folder: Path) -> None:
    paths = folder / "ct_3mm.nii.gz", folder / "ct_3mm_total.nii.gz"
    row = rb.measure_bone(*paths, measurements=["trabecular", "metal"], height_m=1.75).patient
    labels = read_image(paths[1]).array
    place = round(
        float(np.nonzero(labels == 29)[0].mean())
    )  # the whole vertebra's middle, a slice or two away at most
    areas = [np.isin(labels[z], (88, 89)).sum() * 0.09 for z in range(place - 3, place + 4)]
    assert min(areas) <= row["psoas_area_cm2"] <= max(areas)
    assert row["psoas_index_cm2_m2"] == pytest.approx(row["psoas_area_cm2"] / 1.75**2)
    assert 20 < row["psoas_hu_mean"] < 90
    assert row["air_hu"] == pytest.approx(-1000, abs=30)
    assert row["fat_hu"] == pytest.approx(-105, abs=15)
    assert row["mean_trabecular_density_mg_cm3"] == pytest.approx(
        0.8 * row["mean_trabecular_hu_mean"], abs=15
    )
    assert row["l1_hu_group"] == "110 to 135"
    assert row["l1_hu_caution"] == "tube voltage not known; contrast not known"


def test_body_found_agrees_with_the_body_outlined(folder: Path) -> None:
    """A found body ends at a plane, the network's where it was drawn: trabecular HU hardly differ."""
    paths = folder / "ct_3mm.nii.gz", folder / "ct_3mm_total.nii.gz"
    asked = ["volume", "trabecular"]
    found = rb.measure_bone(*paths, measurements=asked)
    given = rb.measure_bone(*paths, measurements=asked, bodies=folder / "ct_3mm_vertebra_bodies.nii.gz")
    assert np.abs(found.levels["trabecular_hu_mean"] - given.levels["trabecular_hu_mean"]).max() < 3.0
    assert np.abs(found.levels["volume_cm3"] / given.levels["volume_cm3"] - 1).max() < 0.05


def test_density_follows_what_is_known_of_the_scan(folder: Path) -> None:
    paths = folder / "ct_3mm.nii.gz", folder / "ct_3mm_total.nii.gz"
    asked = {"measurements": ["trabecular"], "levels": ["L1", "L3"]}
    plain = rb.measure_bone(*paths, **asked, kvp=120, contrast="no").patient
    assert plain["density_caution"] == plain["density_references_missing"] == ""
    assert 40 < plain["muscle_hu"] < 60
    own = rb.measure_bone(*paths, **asked, kvp=100, contrast="no", settings={"density": {"kvp": 100}}).patient
    assert own["mean_trabecular_density_mg_cm3"] == plain["mean_trabecular_density_mg_cm3"]
    for more, said in (({"kvp": 80}, "made with 80 kVp"), ({"contrast": "iohexol"}, "Contrast was given")):
        found = rb.measure_bone(*paths, **asked, **more).patient
        assert "mean_trabecular_density_mg_cm3" not in found
        assert "density: NotCalibrated: " in found["left_out"]
        assert said in found["left_out"]


@pytest.mark.parametrize(
    ("level", "dice", "volume"),
    [("T12", 0.975, 0.02), ("L1", 0.97, 0.02), ("L2", 0.97, 0.02), ("L3", 0.97, 0.02), ("L4", 0.975, 0.02), ("L5", 0.93, 0.13)],
)  # fmt: skip
def test_a_body_found_is_the_body_outlined(
    folder: Path, ct: Volume, level: str, dice: float, volume: float
) -> None:
    """Against the network's outlines of the bodies; at L5 processes spring from the side of the body, and no plane parts them."""
    labels = read_image(folder / "ct_3mm_total.nii.gz")
    outlined = read_image(folder / "ct_3mm_vertebra_bodies.nii.gz").array != 0
    region = BoneRegion.of(ct, labels.mask_of(TOTAL_CLASSES[f"vertebrae_{level}"]))
    with collected() as told:
        given, found = outlined[region.box.slices] & region.mask, find_body(region)
    assert bool(told) == (level == "L5")
    assert 2 * (given & found).sum() / (given.sum() + found.sum()) > dice
    assert found.sum() / given.sum() == pytest.approx(1.0, abs=volume)


def test_a_body_that_is_hard_to_find_is_said(folder: Path) -> None:
    """Of L5 by processes at its side; of the first sacral vertebra, tilted by 38 degrees, since two cuts differ."""
    paths = folder / "ct_3mm.nii.gz", folder / "ct_3mm_total.nii.gz"
    found = rb.measure_bone(*paths, levels=["T12", "L*"], measurements=["volume"])
    told = dict(zip(found.levels["structure"], found.levels["warnings"], strict=True))
    assert [name for name, text in told.items() if "BodyUncertain" in text] == ["vertebrae_L5"]
    assert "processes that spring from its side" in told["vertebrae_L5"]
    image, labels = read_image(paths[0]), read_image(paths[1])
    region = BoneRegion.of(image, labels.mask_of(TOTAL_CLASSES["vertebrae_S1"]))
    with pytest.warns(BodyUncertain, match="a first cut gave a body"):
        find_body(region)


def test_a_level_with_metal_and_a_level_that_is_cut_are_flagged(folder: Path) -> None:
    paths = folder / "ct_3mm.nii.gz", folder / "ct_3mm_total.nii.gz"
    found = rb.measure_bone(*paths, levels=["T11", "L1", "C3", "femur_left", "hip_left"])
    flags = dict(zip(found.levels["structure"], found.levels["flags"], strict=True))
    assert "metal" in flags["femur_left"]
    assert "cut" in flags["vertebrae_T11"]
    assert "C3" in found.patient["levels_missing"]
    assert found.patient["levels_used"] == "L1"
    left_out = dict(zip(found.levels["structure"], found.levels["left_out"], strict=True))
    assert "BodyNotFound" in left_out["vertebrae_T11"]  # a slice or two of it


def _of(bodies: Volume, level: str) -> np.ndarray[Any, Any]:
    return np.asarray(bodies.array == LABELS[f"vertebrae_{level}"])
