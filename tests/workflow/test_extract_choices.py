"""What an extraction decides by itself, and what it says of it."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from typer.testing import CliRunner

import radiobone as rb
from radiobone.cli.app import app
from radiobone.core.errors import FileMissing, PathOutsideRoot
from radiobone.core.progress import Progress
from radiobone.core.warnings import MixedPixelTypes, ModalityAssumed
from radiobone.features.names import expected_names
from radiobone.features.presets import PRESETS, load_settings
from radiobone.workflow import image_pool
from radiobone.workflow.dry_run import dry_run
from radiobone.workflow.extract import extract
from small_cohort import QUICK, SmallCohort, bone, two_labels, write_image

FIRST_ORDER = {"imageType": {"Original": {}}, "featureClass": {"firstorder": ["Mean"]}}


def write_picture(path: Path, array: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    sitk.WriteImage(sitk.GetImageFromArray(array), str(path))


def add_radiograph(cohort: SmallCohort, name: str) -> None:
    pixels = np.random.default_rng(len(cohort.rows)).integers(0, 255, (40, 44)).astype(np.uint8)
    mask = np.zeros((40, 44), np.uint8)
    mask[8:30, 10:33] = 1
    write_picture(cohort.folder / "images" / f"{name}.png", pixels)
    write_picture(cohort.folder / "masks" / f"{name}.png", mask)
    row = {"image": f"images/{name}.png", "mask": f"masks/{name}.png", "mask_label": 1, "roi": ""}
    cohort.rows.append({"patient_id": name, **row})


def test_radiographs_alone_get_their_preset_and_it_is_said(cohort: SmallCohort) -> None:
    for name in ("p1", "p2"):
        add_radiograph(cohort, name)
    with pytest.warns(ModalityAssumed, match="preset 'radiograph'"):
        result = extract(cohort.manifest, show_progress=False)
    assert result.provenance["modality"] == "xr"
    assert result.provenance["settings"] == PRESETS["radiograph"].model_dump(mode="json")
    assert not any("shape_" in name for name in result.feature_columns)
    assert "ModalityDoubtful" not in " ".join(result.cases["warnings"])


def test_a_radiograph_among_volumes_is_pointed_out(cohort: SmallCohort) -> None:
    add_radiograph(cohort, "flat")
    cohort.add("volume")
    result = dry_run(cohort.manifest, output=cohort.folder / "out", show_progress=False)
    told = result.cases.set_index("patient_id")["warnings"]
    assert "ModalityDoubtful: flat.png" in told["flat"]
    assert "--modality xr" in told["flat"]
    assert "ModalityDoubtful" not in told["volume"]


def test_a_modality_that_is_given_is_taken_without_a_word(cohort: SmallCohort) -> None:
    add_radiograph(cohort, "p1")
    result = extract(cohort.manifest, modality="xr", show_progress=False)
    assert "Modality" not in result.cases["warnings"].iloc[0]


def test_the_default_preset_follows_the_modality() -> None:
    assert load_settings("default", modality="xr") == PRESETS["radiograph"]
    assert load_settings("default") == PRESETS["ct"]


def test_one_radiograph_in_python_gets_its_preset() -> None:
    flat, mask = bone(1)[5], (two_labels()[5] == 1).astype(np.uint8)
    with pytest.warns(ModalityAssumed, match="radiograph"):
        found = rb.extract_features(flat, mask, spacing_mm=(1, 1, 1))
    assert found == rb.extract_features(flat, mask, spacing_mm=(1, 1, 1), modality="xr")
    assert tuple(found) == expected_names(PRESETS["radiograph"], is_2d=True)


@pytest.mark.parametrize("preset", ["ct", "mr"])
def test_expected_names_are_those_measured(preset: str) -> None:
    found = rb.extract_features(bone(1), two_labels(), preset, label=1, spacing_mm=(2, 1, 1))
    assert tuple(found) == expected_names(PRESETS[preset])


def test_whole_numbers_and_decimals_do_not_mix_when_resampled(cohort: SmallCohort) -> None:
    for name in ("p1", "p2", "p3"):
        cohort.add(name)
    write_image(cohort.folder / "images" / "p2.nii.gz", bone(1).astype(np.float32))
    resampled = {**FIRST_ORDER, "setting": {"resampledPixelSpacing": [1.5, 1.5, 1.5]}}
    with pytest.warns(
        MixedPixelTypes, match="2 regions are stored as whole numbers and those of 1 as decimals"
    ):
        result = extract(cohort.manifest, settings=resampled, show_progress=False)
    marked = result.cases.set_index("patient_id")["warnings"].str.contains("MixedPixelTypes")
    assert marked.to_dict() == {"p1": False, "p2": True, "p3": False}
    extract(cohort.manifest, settings=FIRST_ORDER, show_progress=False)  # nothing is resampled: no warning


def absolute(cohort: SmallCohort) -> None:
    for number, row in enumerate(cohort.rows):
        paths = {kind: str((cohort.folder / str(row[kind])).resolve()) for kind in ("image", "mask")}
        cohort.rows[number] = {**row, **paths}


def test_absolute_paths_are_said_once_with_the_root_to_give(
    three_patients: SmallCohort, tmp_path: Path
) -> None:
    absolute(three_patients)
    listed = tmp_path / "lists" / "m.csv"
    listed.parent.mkdir()
    listed.write_bytes(three_patients.manifest.read_bytes())
    with pytest.raises(PathOutsideRoot, match="paths are absolute") as caught:
        extract(listed, settings=FIRST_ORDER, show_progress=False)
    root = re.search(r"--root (\S+)", str(caught.value))
    assert root
    assert Path(root[1]) == three_patients.folder
    assert len(extract(listed, settings=FIRST_ORDER, root=root[1], show_progress=False).table) == 6


def test_a_forgotten_root_is_found(three_patients: SmallCohort, tmp_path: Path) -> None:
    listed = tmp_path / "lists" / "m.csv"
    listed.parent.mkdir()
    listed.write_bytes(three_patients.manifest.read_bytes())
    with pytest.raises(FileMissing, match="6 of the 6 files") as caught:
        dry_run(listed, output=tmp_path / "out", show_progress=False)
    assert f"--root {three_patients.folder}" in str(caught.value)
    for part in ("images", "masks"):
        (three_patients.folder / part).rename(tmp_path / f"gone_{part}")
    with pytest.raises(FileMissing, match="--root FOLDER"):
        extract(listed, settings=FIRST_ORDER, show_progress=False)


def test_a_root_that_is_not_there_is_named(three_patients: SmallCohort, tmp_path: Path) -> None:
    with pytest.raises(FileMissing, match=r"No folder at .*nowhere"):
        extract(three_patients.manifest, settings=FIRST_ORDER, root=tmp_path / "nowhere", show_progress=False)


def test_a_few_files_missing_fail_their_own_cases(three_patients: SmallCohort) -> None:
    for part in ("images", "masks"):
        (three_patients.folder / part / "p2.nii.gz").unlink()
    result = extract(three_patients.manifest, settings=FIRST_ORDER, show_progress=False)
    assert list(result.cases["code"]) == ["", "", "FileMissing", "FileMissing", "", ""]


def test_labels_of_structures_found_by_name_are_filled_in(cohort: SmallCohort) -> None:
    cohort.add("p1", roi="label_*", label="")
    cohort.add("p2", roi="label_2", label="")
    result = extract(cohort.manifest, settings=FIRST_ORDER, show_progress=False)
    assert list(zip(result.cases["roi"], result.cases["label"], strict=True)) == [
        ("label_1", 1), ("label_2", 2), ("label_2", 2),
    ]  # fmt: skip


def test_a_pattern_on_a_map_without_names_says_what_helps(cohort: SmallCohort) -> None:
    cohort.add("p1", roi="vertebrae_*", label="")
    (message,) = extract(cohort.manifest, settings=FIRST_ORDER, show_progress=False).cases["message"]
    for told in ("names no structures", "label_1, label_2", "mask_label", "'label_*'"):
        assert told in message


class Counting(Progress):
    """Counts what it is told."""

    def __init__(self, total: int) -> None:
        self.total, self.told = total, list[str]()

    def __call__(self, what: str) -> None:
        self.told.append(what)

    def grow(self, n_more: int) -> None:
        self.total += n_more


@pytest.mark.parametrize("jobs", [1, 2])
def test_progress_counts_regions(cohort: SmallCohort, monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
    for name in ("p1", "p2"):
        cohort.add(name, roi="label_*", label="")
    cohort.add("p3", roi="none_*", label="")
    seen: list[Counting] = []

    class Shown:
        def __init__(self, _title: str, total: int, *, show: bool) -> None:
            seen.append(Counting(total))

        def __enter__(self) -> Counting:
            return seen[0]

        def __exit__(self, *_: object) -> None:
            return

    monkeypatch.setattr(image_pool, "progress", Shown)
    extract(cohort.manifest, settings=FIRST_ORDER, jobs=jobs)
    assert seen[0].total == 5
    assert sorted(seen[0].told) == ["p1/label_1", "p1/label_2", "p2/label_1", "p2/label_2", "p3/none_*"]


def shown_by(*arguments: object) -> str:
    answer = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert answer.exit_code in {0, 3}, answer.output
    return answer.output


def test_the_terminal_counts_warnings_and_says_what_they_mean(cohort: SmallCohort, tmp_path: Path) -> None:
    settings = tmp_path / "quick.yaml"
    settings.write_text("imageType: {Original: {}}\nfeatureClass: {firstorder: [Mean]}\n")
    for name in ("p1", "p2", "p3"):
        cohort.add(name)
    for name in ("p1", "p2"):
        mask = two_labels()
        mask[0:2, 0:5, 0:5] = 1
        write_image(cohort.folder / "masks" / f"{name}.nii.gz", mask)
    told = shown_by("extract", cohort.manifest, "-o", tmp_path / "out", "-s", settings, "-q", "-j", 1)
    assert "2 regions with a warning" in told
    assert "cases.csv" in told
    assert "RoiTouchesBorder: 2. The region is cut by the image border." in told
    assert "DisconnectedRoi: 2. The region is in several pieces." in told


def test_a_dry_run_tells_how_many_features_would_come(cohort: SmallCohort, tmp_path: Path) -> None:
    cohort.add("p1")
    told = shown_by("extract", cohort.manifest, "-o", tmp_path / "out", "--dry-run", "-q", "-j", 1)
    assert f"{len(expected_names(PRESETS['ct']))} features" in told
    assert str(tmp_path / "out" / "pictures") in told


def test_a_failed_case_is_named_once(cohort: SmallCohort, faults: dict, tmp_path: Path) -> None:
    cohort.add("Smith")
    cohort.add("Jones")
    cohort.rows[0] = {**cohort.rows[0], "image": "images/none.nii.gz"}
    told = shown_by("extract", cohort.manifest, "-o", tmp_path / "out", "--dry-run", "-q", "-j", 1)
    line = next(line for line in told.splitlines() if "FileMissing" in line)
    assert line.count("Smith") == 1


def test_quick_settings_are_those_of_the_other_tests() -> None:
    assert len(expected_names(load_settings(QUICK))) == 107
