"""Real files through extraction: one row per vertebra, empty structures named as such."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import SimpleITK as sitk

from radiobone.workflow.extract import extract
from small_cohort import QUICK

PRESENT = ["vertebrae_L1", "vertebrae_L2", "vertebrae_L3", "vertebrae_L4", "vertebrae_L5", "vertebrae_S1"]


def run(shared_data: Path, tmp_path: Path, **row: str) -> pd.DataFrame:
    pd.DataFrame([{"patient_id": "ts", **row}]).to_csv(tmp_path / "m.csv", index=False)
    result = extract(
        tmp_path / "m.csv",
        root=shared_data,
        settings=QUICK,
        modality="ct",
        output=tmp_path / "out",
        show_progress=False,
    )
    assert result.n_failed == 0
    assert list(result.table["roi"]) == list(result.cases.query("status == 'done'")["roi"])
    return result.cases.set_index("roi").join(result.table.set_index("roi")[list(result.feature_columns)])


@pytest.mark.shared_data
def test_a_totalsegmentator_label_map_gives_a_row_per_vertebra(shared_data: Path, tmp_path: Path) -> None:
    found = run(
        shared_data,
        tmp_path,
        image="totalseg/ct_3mm.nii.gz",
        mask="totalseg/ct_3mm_total.nii.gz",
        roi="vertebrae_*",
    )
    assert sorted(found.index[found["status"] == "done"]) == [*PRESENT, "vertebrae_T11", "vertebrae_T12"]
    assert set(found.loc[found["status"] == "empty", "code"]) == {"EmptyMask"}
    assert found.loc["vertebrae_C1", "status"] == "empty"
    assert "RoiTouchesBorder" in found.loc["vertebrae_T11", "warnings"]
    hu, labels = (
        sitk.GetArrayFromImage(sitk.ReadImage(str(shared_data / "totalseg" / name)))
        for name in ("ct_3mm.nii.gz", "ct_3mm_total.nii.gz")
    )
    for name, value in zip(PRESENT, (31, 30, 29, 28, 27, 26), strict=True):
        assert found.loc[name, "original_firstorder_Mean"] == pytest.approx(hu[labels == value].mean())


@pytest.mark.shared_data
def test_a_totalsegmentator_folder_gives_the_same_vertebra_and_names_the_empty_ones(
    shared_data: Path, tmp_path: Path
) -> None:
    found = run(
        shared_data, tmp_path, image="totalseg/ct_3mm_crop.nii.gz", mask="totalseg/folder", roi="vertebrae_*"
    )
    statuses = found["status"].value_counts().to_dict()
    assert statuses == {"empty": 21, "done": 4}
    assert found.loc["vertebrae_L4", ["status", "code"]].tolist() == ["empty", "EmptyMask"]


@pytest.mark.shared_data
def test_dicom_with_rtstruct_equals_nifti(shared_data: Path, tmp_path: Path) -> None:
    folder = "ibsi1/ct_phantom"
    dicom = run(shared_data, tmp_path, image=f"{folder}/dicom/image", mask=f"{folder}/dicom/mask", roi="")
    nifti = run(shared_data, tmp_path, image=f"{folder}/image.nii.gz", mask=f"{folder}/mask.nii.gz", roi="")
    names = [name for name in dicom.columns if name.startswith("original_") and "Maximum2D" not in name]
    assert len(names) == 104
    left, right = dicom.iloc[0][names].astype(float), nifti.iloc[0][names].astype(float)
    assert left.to_numpy() == pytest.approx(right.to_numpy(), rel=1e-4)
