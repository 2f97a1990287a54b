"""What a parameter file says of masks, in a cohort: its label, its channel, its correction."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
import SimpleITK as sitk

from radiobone.workflow.extract import extract
from radiobone.workflow.single import extract_features
from setting_cases import image_of, mask_of

MEAN = {"featureClass": {"firstorder": ["Mean"]}}


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    masks = {"whole": "labels", "apart": "coarse", "vector": "channels", "named": "labels", "said": "labels"}
    rows = ["patient_id,image,mask,mask_label,roi"]
    for number, (patient, mask) in enumerate(masks.items()):
        sitk.WriteImage(image_of("whole") + number, str(tmp_path / f"{patient}.nrrd"))
        sitk.WriteImage(mask_of(mask), str(tmp_path / f"{patient}_mask.nrrd"))
        label, roi = {"said": ("1", ""), "named": ("", "label_1")}.get(patient, ("", ""))
        rows.append(f"{patient},{patient}.nrrd,{patient}_mask.nrrd,{label},{roi}")
    (tmp_path / "manifest.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path / "manifest.csv"


def cases(manifest: Path, **setting: object) -> pd.DataFrame:
    result = extract(manifest, settings={**MEAN, "setting": setting}, show_progress=False)
    return result.cases.set_index("patient_id")


def test_the_label_of_a_file_counts_where_nothing_else_names_a_structure(cohort):
    found = cases(cohort, label=3)
    assert found["label"]["whole"] == 3
    assert found["label"]["named"] == found["label"]["said"] == 1
    assert found["code"]["apart"] == "GeometryMismatch"
    assert found["code"]["vector"] == "VectorMask"


def test_correction_and_channel_are_done_and_told(cohort):
    found = cases(cohort, label=1, correctMask=True, label_channel=1)
    assert (found["status"] == "done").all()
    assert "MaskResampled" in found["warnings"]["apart"]
    assert found["warnings"]["whole"] == ""
    assert cases(cohort, label=1, correctMask=True, label_channel=5)["code"]["vector"] == "LabelNotFound"


def test_several_labels_of_one_mask_go_before_that_of_the_file():
    image, mask = image_of("whole"), mask_of("labels")
    table = extract_features(image, mask, {**MEAN, "setting": {"label": 3}}, label=[1, 3])
    one = extract_features(image, mask, {**MEAN, "setting": {"label": 3}})
    assert list(table.index) == [1, 3]
    assert one["original_firstorder_Mean"] == table.loc[3, "original_firstorder_Mean"]
