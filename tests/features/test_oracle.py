"""Every value against pyradiomics 3.0.1, on the real cases of the shared data.

The quick run does the smaller half of ``original`` (``test_shared_oracle_original``); the rest is slow.
Values must agree within 1e-9 relative, a thousand times closer than is promised.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

import pytest
import SimpleITK as sitk

from radiobone.features.engine import extract_features
from radiobone.features.presets import load_settings
from radiobone.imaging.itk import from_sitk

pytestmark = [pytest.mark.shared_data, pytest.mark.oracle]

VERTEBRAE = ["ts_27", "ts_28", "ts_29", "ts_30", "ts_31", "ts_32"]
THIGHS = ["STS_001", "STS_002", "STS_003", "STS_004", "STS_005", "STS_006", "STS_009", "STS_010"]
MORE_THIGHS = ["STS_012", "STS_014", "STS_015", "STS_018"]
MR = ["brain1", "brain2", "breast1"]
SMALL = [*MR, *VERTEBRAE, "ts_77", "ts_T12_1p5", "STS_003"]
NOT_FEATURES = ("case", "image", "mask", "label")


def compare(folder: Path, table: str, case: str) -> None:
    expected = dict(oracle(folder, table)[case])
    image_path, mask_path, label = (expected.pop(key) for key in ("image", "mask", "label"))
    expected.pop("case")
    image = from_sitk(sitk.ReadImage(str(folder / image_path)))
    mask = from_sitk(sitk.ReadImage(str(folder / mask_path))).mask_of(int(label))
    settings = load_settings(folder / "oracle" / "settings" / f"{table}.yaml")
    features = extract_features(image, mask, settings)
    assert list(features) == list(expected)
    assert features == pytest.approx({k: float(v) for k, v in expected.items()}, rel=1e-9, abs=1e-12)


@lru_cache
def oracle(folder: Path, table: str) -> dict[str, dict[str, str]]:
    with (folder / "oracle" / f"{table}.csv").open(encoding="utf-8") as handle:
        return {row["case"]: row for row in csv.DictReader(handle)}


def test_every_oracle_case_is_tested(shared_data):
    assert set(oracle(shared_data, "original")) == {*SMALL, *THIGHS, *MORE_THIGHS, "ibsi_ct"}
    assert set(oracle(shared_data, "bone851")) == {*THIGHS, *MR, "ibsi_ct", *VERTEBRAE[:3], "ts_T12_1p5"}


@pytest.mark.parametrize("case", SMALL)
def test_shared_oracle_original(shared_data, case):
    compare(shared_data, "original", case)


@pytest.mark.slow
@pytest.mark.parametrize("case", [*[c for c in THIGHS if c != "STS_003"], *MORE_THIGHS, "ibsi_ct"])
def test_shared_oracle_original_large(shared_data, case):
    compare(shared_data, "original", case)


@pytest.mark.parametrize("case", ["brain2", "breast1"])
def test_shared_oracle_bone851(shared_data, case):
    compare(shared_data, "bone851", case)


@pytest.mark.slow
@pytest.mark.parametrize("case", [*THIGHS, "brain1", "ibsi_ct", *VERTEBRAE[:3], "ts_T12_1p5"])
def test_shared_oracle_bone851_large(shared_data, case):
    compare(shared_data, "bone851", case)


@pytest.mark.slow
@pytest.mark.parametrize("case", ["STS_001", "STS_002", "STS_003", "ibsi_ct", "ts_T12_1p5"])
def test_shared_oracle_bone1316(shared_data, case):
    compare(shared_data, "bone1316", case)


@pytest.mark.parametrize("table", ["slices2d", "distances"])
@pytest.mark.parametrize("case", MR)
def test_shared_oracle_other_settings(shared_data, table, case):
    compare(shared_data, table, case)


@pytest.mark.slow
@pytest.mark.parametrize("table", ["slices2d", "distances"])
@pytest.mark.parametrize("case", ["STS_001", "STS_002", "STS_003", "ibsi_ct", "ts_T12_1p5"])
def test_shared_oracle_other_settings_large(shared_data, table, case):
    compare(shared_data, table, case)
