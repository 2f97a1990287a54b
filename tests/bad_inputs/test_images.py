"""Images, masks and DICOM series with one thing wrong each, all in one manifest: what is due for each comes out."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path
from typing import Any

import pytest

from bad_inputs import PLAIN, TRUE, Found, bad_inputs, extracted
from radiobone.core.warnings import RadioboneWarning

pytestmark = pytest.mark.shared_data
IMAGES = Path(__file__).resolve().parents[3] / "shared" / "data"
OTHER_MODALITY = {"dcm_monochrome1": "xr"}
MADE_HERE = {"dcm_empty_folder"}  # an empty folder is kept by no archive


def given(folder: Path) -> list[dict[str, Any]]:
    return [case for case in bad_inputs(folder, "image", "dicom") if "image" in case]


def asked(case: dict[str, Any]) -> dict[str, Any]:
    return {
        "patient_id": case["id"],
        "image": case["image"],
        "mask": case["mask"],
        "mask_label": case["label"],
    }


def own_settings(case: dict[str, Any]) -> dict[str, Any]:
    return {"setting": {"binWidth": 25, **case["settings"]}}


@pytest.fixture(scope="module")
def found(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Found]:
    """All cases of one kind of settings in one run; those with their own in another each."""
    root, folder = shared_data / "bad_inputs", tmp_path_factory.mktemp("bad")
    together, apart = [], []
    for case in given(shared_data):
        special = case["settings"] or case["id"] in OTHER_MODALITY
        if case["id"] not in MADE_HERE:
            (apart if special else together).append(case)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RadioboneWarning)  # they are in the table of cases
        outcome = extracted([asked(case) for case in together], root, folder / "together")
        for case in apart:
            if case["code"] != "BadSetting":
                modality = OTHER_MODALITY.get(case["id"], "ct")
                outcome |= extracted(
                    [asked(case)], root, folder / case["id"], settings=own_settings(case), modality=modality
                )
    return outcome


def names(*expected: str) -> list[str]:
    """Return ids for the parameters; none where the folder is not there, and the fixture then says why."""
    if not (IMAGES / "bad_inputs").is_dir():
        return []
    return [
        case["id"]
        for case in given(IMAGES)
        if case["expect"] in expected and case["code"] != "BadSetting" and case["id"] not in MADE_HERE
    ]


def by_id(folder: Path, name: str) -> dict[str, Any]:
    return next(case for case in given(folder) if case["id"] == name)


@pytest.mark.parametrize("name", names("ok", "warn"))
def test_numbers_are_right_and_the_warning_is_named(shared_data, found, name):
    case, one = by_id(shared_data, name), found[name]
    assert one.case["status"] == "done", one.case
    for key, feature in TRUE.items():
        assert one.features[feature] == pytest.approx(case["truth"][key], rel=1e-6), feature
    size = "original_shape2D_PixelSurface" if name == "img_2d" else "original_shape_VoxelVolume"
    assert one.features[size] == pytest.approx(case["truth"]["volume_mm3"], rel=1e-5)
    if case["expect"] == "warn":
        assert case["code"] in one.codes, one.case


@pytest.mark.parametrize("name", names("error"))
def test_an_error_is_named_and_nothing_is_measured(shared_data, found, name):
    case, one = by_id(shared_data, name), found[name]
    assert (one.case["status"], one.case["code"]) == ("failed", case["code"]), one.case
    assert not one.features
    assert len(one.case["message"]) > 40


FALSE_ALARMS = {  # warnings beside what is due, and right
    "img_2d": {"ModalityDoubtful"}, "img_3d_one_slice": {"SingleSliceRoi"},
}  # fmt: skip


@pytest.mark.parametrize("name", names("ok"))
def test_a_sound_case_gives_no_alarm(found, name):
    assert found[name].codes == FALSE_ALARMS.get(name, set())


@pytest.mark.parametrize("width", [0, -25])
def test_a_bin_width_that_makes_no_sense_is_refused_before_any_image(shared_data, tmp_path, width):
    from radiobone.core.errors import BadSetting

    case = by_id(shared_data, "ref")
    with pytest.raises(BadSetting, match=str(width)):
        extracted(
            [asked(case)], shared_data / "bad_inputs", tmp_path, settings={"setting": {"binWidth": width}}
        )


def test_a_folder_without_dicom(shared_data, tmp_path):
    shutil.copy(shared_data / "bad_inputs" / "dcm_empty_folder" / "mask.nii.gz", tmp_path / "mask.nii.gz")
    (tmp_path / "dcm").mkdir()
    row = {"patient_id": "P", "image": "dcm", "mask": "mask.nii.gz"}
    one = extracted([row], tmp_path, tmp_path / "out", settings=PLAIN)["P"]
    assert one.case["code"] == "UnreadableImage"
    assert "dcm" in one.case["message"]
