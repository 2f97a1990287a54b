from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from radiobone.core.errors import EmptyTable, FileMissing, MissingColumn
from radiobone.core.files import write_csv
from radiobone.core.volume import Volume
from radiobone.io.case import check_case_files
from radiobone.io.manifest import read_manifest
from radiobone.io.names import name_of
from radiobone.io.pairing import Pairing, pair_folders


def touch(top: Path, *names: str) -> Path:
    for name in names:
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(b"content")
    return top


def pairs(pairing: Pairing) -> dict[str, tuple[str, str]]:
    table = pairing.table
    return {row.patient_id: (row.image, row.mask) for row in table.itertuples()}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("STS_001.nii.gz", "STS_001"),
        ("STS_001_seg.nii.gz", "STS_001"),
        ("STS_001-label.nrrd", "STS_001"),
        ("mask_STS_001.mha", "STS_001"),
        ("STS_001/CT/image.nii.gz", "STS_001"),
        ("STS_001/segmentations", "STS_001"),
        ("pat.1.2.840.nii.gz", "pat.1.2.840"),
        ("CT001.nii.gz", "CT001"),
        ("labels/007_mask.seg.nrrd", "007"),
    ],
)
def test_the_id_is_what_is_left_of_a_name(path: str, text: str) -> None:
    assert name_of(path).text == text


def test_nnunets_channel_is_no_part_of_the_id() -> None:
    assert name_of("hip_012_0000.nii.gz", channel=True).text == "hip_012"
    assert name_of("0000.nii.gz", channel=True).text == "0000"


@pytest.mark.parametrize(
    ("image", "mask"),
    [
        ("{}.nii.gz", "{}.nii.gz"),
        ("{}.nii.gz", "{}_seg.nii.gz"),
        ("{}_0000.nii.gz", "{}.nii.gz"),
        ("{}.nrrd", "{}-label.nrrd"),
        ("{}.mha", "mask_{}.nii.gz"),
        ("{}/ct.nii.gz", "{}/segmentation.nii.gz"),
        ("{}_CT.nii.gz", "{}/total.nii.gz"),
        ("{}.nii.gz", "{}.seg.nrrd"),
        ("{}.png", "{}_mask.png"),
    ],
)
def test_usual_ways_of_naming_are_paired(tmp_path: Path, image: str, mask: str) -> None:
    ids = ["STS_001", "STS_002", "STS_010"]
    touch(tmp_path / "images", *(image.format(id_) for id_ in ids))
    touch(tmp_path / "masks", *(mask.format(id_) for id_ in ids))
    pairing = pair_folders(tmp_path / "images", tmp_path / "masks")
    assert pairing.is_complete
    assert pairs(pairing) == {
        id_: (f"images/{image.format(id_)}", f"masks/{mask.format(id_)}") for id_ in ids
    }
    assert "roi" not in pairing.table


def test_one_folder_per_patient_may_hold_both(tmp_path: Path) -> None:
    touch(tmp_path, "P1/image.nii.gz", "P1/mask.nii.gz", "P2/image.nii.gz", "P2/mask.nii.gz")
    assert pairs(pair_folders(tmp_path, tmp_path)) == {
        "P1": ("P1/image.nii.gz", "P1/mask.nii.gz"),
        "P2": ("P2/image.nii.gz", "P2/mask.nii.gz"),
    }


def test_what_has_no_partner_is_listed(tmp_path: Path) -> None:
    touch(tmp_path / "i", "A1.nii.gz", "A2.nii.gz", "notes.txt")
    touch(tmp_path / "m", "A1.nii.gz", "B7.nii.gz")
    pairing = pair_folders(tmp_path / "i", tmp_path / "m")
    assert list(pairs(pairing)) == ["A1"]
    assert pairing.unmatched_images == (tmp_path / "i" / "A2.nii.gz",)
    assert pairing.unmatched_masks == (tmp_path / "m" / "B7.nii.gz",)
    assert not pairing.is_complete


def test_ids_within_ids_are_kept_apart(tmp_path: Path) -> None:
    touch(tmp_path / "i", "P1.nii.gz", "P10.nii.gz", "P1_2.nii.gz")
    touch(tmp_path / "m", "P1.nii.gz", "P10.nii.gz", "P1_2.nii.gz")
    assert pairs(pair_folders(tmp_path / "i", tmp_path / "m")) == {
        id_: (f"i/{id_}.nii.gz", f"m/{id_}.nii.gz") for id_ in ("P1", "P10", "P1_2")
    }


def test_what_could_be_either_is_shown_and_left_out(tmp_path: Path) -> None:
    touch(
        tmp_path / "i", "P1.nii.gz", "P2_scanA.nii.gz", "P2_scanB.nii.gz", "P3.nii.gz", "P3.nrrd", "P4.nii.gz"
    )
    touch(tmp_path / "m", "P1.nii.gz", "P2.nii.gz", "P3.nii.gz", "P4_7.nii.gz")
    pairing = pair_folders(tmp_path / "i", tmp_path / "m")
    assert list(pairs(pairing)) == ["P1"]
    told = " ".join(pairing.ambiguous)
    for name in ("P2_scanA.nii.gz", "P2_scanB.nii.gz", "P3.nrrd", "P4_7.nii.gz"):
        assert name in told


def test_several_masks_of_one_image_are_regions(tmp_path: Path) -> None:
    touch(tmp_path / "i", "P1.nii.gz", "P2.nii.gz")
    touch(tmp_path / "m", "P1_L1.nii.gz", "P1_femur_left.nii.gz", "P2_L1_seg.nii.gz")
    table = pair_folders(tmp_path / "i", tmp_path / "m").table
    assert list(zip(table["patient_id"], table["roi"], strict=True)) == [
        ("P1", "L1"),
        ("P1", "femur_left"),
        ("P2", "L1"),
    ]


def test_folders_of_structures_count_as_one_mask(tmp_path: Path) -> None:
    touch(tmp_path / "i", "P1.nii.gz", "P2.nii.gz")
    structures = ("vertebrae_L1.nii.gz", "vertebrae_L2.nii.gz", "hip_left.nii.gz")
    touch(tmp_path / "m" / "P1", *structures)
    touch(tmp_path / "m" / "P2" / "segmentations", *structures)
    pairing = pair_folders(tmp_path / "i", tmp_path / "m", roi="vertebrae_*")
    assert pairs(pairing) == {"P1": ("i/P1.nii.gz", "m/P1"), "P2": ("i/P2.nii.gz", "m/P2/segmentations")}
    assert list(pairing.table["roi"]) == ["vertebrae_*"] * 2
    unnamed = pair_folders(tmp_path / "i", tmp_path / "m")
    assert list(unnamed.table["roi"]) == ["", ""]
    assert any("fill in the column 'roi'" in note for note in unnamed.notes)


def test_dicom_series_are_paired_with_contours_and_files(
    tmp_path: Path,
    ct_volume: Volume,
    save_series: Callable[..., Path],
    save_rtstruct: Callable[..., Path],
) -> None:
    for patient in ("P1", "P2"):
        save_series(tmp_path / "i" / patient / "CT", ct_volume)
        (tmp_path / "m" / patient).mkdir(parents=True)
        save_rtstruct(tmp_path / "m" / patient / "1.2.840.dcm", {"L1": []})
    assert pairs(pair_folders(tmp_path / "i", tmp_path / "m")) == {
        patient: (f"i/{patient}/CT", f"m/{patient}/1.2.840.dcm") for patient in ("P1", "P2")
    }


def sheet(folder: Path, text: str) -> Path:
    (folder / "labels.csv").write_text(text)
    return folder / "labels.csv"


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    names = [f"STS_{number:03d}.nii.gz" for number in (1, 2, 12)]
    touch(tmp_path / "i", *names)
    touch(tmp_path / "m", *names)
    return tmp_path


@pytest.mark.parametrize(
    "ids",
    [
        ["STS_001", "STS_002", "STS_012"],
        ["sts-001", "sts-002", "STS 012"],
        ["STS1", "STS2", "STS12"],
        ["001", "002", "012"],
    ],
    ids=["same", "case and separators", "leading zeros", "part"],
)
def test_the_sheet_is_joined_by_patient(cohort: Path, ids: list[str]) -> None:
    text = "Patient,sex\n" + "".join(f"{id_},{sex}\n" for id_, sex in zip(ids, "FMX", strict=True))
    pairing = pair_folders(cohort / "i", cohort / "m", sheet(cohort, text))
    assert dict(zip(pairing.table["patient_id"], pairing.table["sex"], strict=True)) == {
        "STS_001": "F",
        "STS_002": "M",
        "STS_012": "X",
    }
    assert pairing.is_complete


def test_rows_in_doubt_are_not_joined(cohort: Path) -> None:
    text = "id,sex\nSTS_1,F\nSTS_01,M\nSTS_002,F\nSTS_900,M\n"
    pairing = pair_folders(cohort / "i", cohort / "m", sheet(cohort, text))
    assert list(pairing.table["sex"]) == [None, "F", None]
    assert pairing.unmatched_rows == ("STS_1", "STS_01", "STS_900")
    assert any("STS_001" in text and "STS_1, STS_01" in text for text in pairing.ambiguous)
    assert any("2 patient(s) are not in the sheet" in note for note in pairing.notes)


def test_a_sheet_with_a_patient_twice_says_so(cohort: Path) -> None:
    pairing = pair_folders(cohort / "i", cohort / "m", sheet(cohort, "id,sex\nSTS_001,F\nsts_001,M\n"))
    assert any("2 rows for one patient" in text for text in pairing.ambiguous)
    assert list(pairing.table["sex"]) == [None, None, None]


def test_a_sheets_label_does_not_become_a_mask_label(cohort: Path) -> None:
    path = sheet(cohort, "id,label\nSTS_001,1\nSTS_002,0\nSTS_012,1\n")
    pairing = pair_folders(cohort / "i", cohort / "m", path)
    assert list(pairing.table["sheet_label"]) == ["1", "0", "1"]
    assert any("sheet_label" in note for note in pairing.notes)


@pytest.mark.parametrize(
    "name", ["Patient ID", "MRN", "Pat-Nr.", "Fallnummer", "Subject ID", "hospital number"]
)
def test_a_sheet_may_call_its_ids_as_a_table_may(cohort: Path, name: str) -> None:
    text = f"{name},sex\nSTS_001,F\nSTS_002,M\nSTS_012,F\n"
    pairing = pair_folders(cohort / "i", cohort / "m", sheet(cohort, text))
    assert list(pairing.table["sex"]) == ["F", "M", "F"]


def test_of_several_id_columns_the_one_taken_is_told(cohort: Path) -> None:
    text = "ID,MRN,sex\n1,STS_001,F\n2,STS_002,M\n3,STS_012,F\n"
    pairing = pair_folders(cohort / "i", cohort / "m", sheet(cohort, text))
    assert list(pairing.table["sex"]) == ["F", "M", "F"]
    assert any("'MRN'" in note and "'ID'" in note for note in pairing.notes)


def test_a_sheet_without_ids_is_refused(cohort: Path) -> None:
    with pytest.raises(MissingColumn, match="age, sex"):
        pair_folders(cohort / "i", cohort / "m", sheet(cohort, "age,sex\n3,F\n"))


def test_the_manifest_made_of_a_pairing_finds_its_files(cohort: Path) -> None:
    for folder in (cohort, cohort.parent):
        pairing = pair_folders(cohort / "i", cohort / "m", folder=folder)
        write_csv(folder / "manifest.csv", pairing.table)
        manifest = read_manifest(folder / "manifest.csv")
        assert len(manifest.cases) == 3
        for case in manifest.cases:
            check_case_files(case)


def test_a_manifest_elsewhere_needs_the_root_and_says_so(cohort: Path) -> None:
    elsewhere = cohort / "lists"
    elsewhere.mkdir()
    pairing = pair_folders(cohort / "i", cohort / "m", folder=elsewhere)
    assert any(f"--root {pairing.root}" in note for note in pairing.notes)
    write_csv(elsewhere / "manifest.csv", pairing.table)
    for case in read_manifest(elsewhere / "manifest.csv", root=pairing.root).cases:
        check_case_files(case)


def test_nothing_to_pair_says_what_was_seen(tmp_path: Path) -> None:
    touch(tmp_path / "i", "alpha.nii.gz")
    touch(tmp_path / "m", "beta.nii.gz")
    with pytest.raises(EmptyTable, match=r"'alpha'.*'beta'"):
        pair_folders(tmp_path / "i", tmp_path / "m")
    with pytest.raises(FileMissing, match="nowhere"):
        pair_folders(tmp_path / "nowhere", tmp_path / "m")


def test_order_of_the_file_system_does_not_matter(cohort: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = pair_folders(cohort / "i", cohort / "m").table
    listed = Path.iterdir
    monkeypatch.setattr(Path, "iterdir", lambda self: iter(sorted(listed(self), reverse=True)))
    assert pair_folders(cohort / "i", cohort / "m").table.equals(expected)
    assert not np.any(expected["patient_id"].duplicated())


def test_a_subfolder_of_many_patients_masks_is_no_folder_of_structures(tmp_path: Path) -> None:
    touch(tmp_path / "i" / "train", "P1.nii.gz", "P2.nii.gz")
    touch(tmp_path / "m" / "train", "P1.nii.gz", "P2.nii.gz")
    pairing = pair_folders(tmp_path / "i", tmp_path / "m")
    assert pairing.is_complete
    assert list(pairing.table["mask"]) == ["m/train/P1.nii.gz", "m/train/P2.nii.gz"]
    assert list(pairing.table["patient_id"]) == ["train_P1", "train_P2"]
