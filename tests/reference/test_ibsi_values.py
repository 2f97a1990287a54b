"""IBSI's consensus values of the digital phantom."""

from __future__ import annotations

import pytest

from radiobone.workflow.selftest import agrees, digital_phantom, round_to_significant, run_selftest

ROWS = run_selftest()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.ibsi_tag)
def test_matches_ibsi(row):
    rounded = round_to_significant(row.value, 3)
    assert rounded == pytest.approx(row.consensus, abs=row.tolerance + 1e-9)
    assert row.passed


def test_covers_every_family():
    families = {row.feature.split("_")[1] for row in ROWS}
    assert families == {"firstorder", "glcm", "gldm", "glrlm", "glszm", "ngtdm", "shape"}
    assert len(ROWS) == 99


def test_phantom_is_the_published_one():
    image, mask = digital_phantom()
    assert image.shape == (4, 4, 5)
    assert image.spacing_mm == (2.0, 2.0, 2.0)
    assert int(mask.array.sum()) == 74  # IBSI: 74 voxels in the region
    assert image.array[mask.array > 0].mean() == pytest.approx(2.15, abs=0.005)


def test_phantom_matches_the_shared_files(shared_data):
    sitk = pytest.importorskip("SimpleITK")
    folder = shared_data / "ibsi1" / "digital_phantom"
    image, mask = digital_phantom()
    assert (sitk.GetArrayFromImage(sitk.ReadImage(str(folder / "image.nii.gz"))) == image.array).all()
    assert (sitk.GetArrayFromImage(sitk.ReadImage(str(folder / "mask.nii.gz"))) == mask.array).all()


@pytest.mark.parametrize(
    ("value", "consensus", "tolerance", "due"),
    [(2.1486, 2.15, 0, True), (2.144, 2.15, 0, False), (-0.35479, -0.355, 0, True), (1494.9, 1490, 0, True),
     (1495.1, 1490, 0, False), (559.9, 556, 4, True), (560.6, 556, 4, False)],
)  # fmt: skip
def test_agreement_is_of_three_digits_within_the_tolerance(value, consensus, tolerance, due):
    assert agrees(value, consensus, tolerance) is due


@pytest.mark.parametrize(
    ("value", "due"), [(0.0, 0.0), (12345.0, 12300.0), (-0.00123456, -0.00123), (9.996, 10.0)]
)
def test_rounding_to_three_digits(value, due):
    assert round_to_significant(value, 3) == pytest.approx(due, rel=1e-12)
