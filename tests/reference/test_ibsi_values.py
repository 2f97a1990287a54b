"""IBSI's consensus values: of the digital phantom here, of the CT phantom where the shared data are."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from radiobone.core.ibsi_names import FAMILIES
from radiobone.features.ibsi.configurations import CONFIGURATIONS
from radiobone.workflow.agreement import agrees, digits_of, round_to_significant
from radiobone.workflow.ibsi import (
    PHANTOM,
    compare,
    ct_phantom_rows,
    digital_phantom_rows,
    without_reference,
)
from radiobone.workflow.ibsi_document import failed_lines, save_comparison, summary_lines
from radiobone.workflow.selftest import digital_phantom, run_selftest

ALIKE = run_selftest()
REFERENCES = files("radiobone.features") / "reference" / "ibsi_values.csv"
SHARED_NAMES = {
    "digital_phantom": "dig_phantom",
    **{name: f"chest_config_{name.lower()}" for name in CONFIGURATIONS},
}
DOCS = Path(__file__).resolve().parents[2] / "docs"
N_DIGITAL, N_ALL = 482, 2104


def references() -> list[dict[str, str]]:
    return read(REFERENCES)


def read(path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


@pytest.fixture(scope="module")
def of_phantom():
    return {row.tag: row for row in digital_phantom_rows()}


@pytest.mark.parametrize(
    "line", [line for line in references() if line["data_set"] == PHANTOM], ids=lambda x: x["tag"]
)
def test_digital_phantom_by_ibsi_definitions(of_phantom, line):
    row = of_phantom[line["tag"]]
    rounded = round_to_significant(row.value, 3)
    assert rounded == pytest.approx(float(line["reference"]), abs=float(line["tolerance"]) + 1e-9)
    assert row.passed


@pytest.mark.parametrize("row", ALIKE, ids=lambda row: row.ibsi_tag)
def test_digital_phantom_under_pyradiomics_names(row):
    rounded = round_to_significant(row.value, 3)
    assert rounded == pytest.approx(row.consensus, abs=row.tolerance + 1e-9)
    assert row.passed


@pytest.mark.oracle
@pytest.mark.shared_data
def test_ct_phantom_in_every_configuration(shared_data):
    folder = shared_data / "ibsi1" / "ct_phantom"
    rows = ct_phantom_rows(folder / "image.nii.gz", folder / "mask.nii.gz")
    assert failed_lines(rows) == []
    assert Counter(row.data_set for row in rows) == {"A": 406, "B": 406, "C": 270, "D": 270, "E": 270}


@pytest.mark.shared_data
@pytest.mark.parametrize("data_set", SHARED_NAMES)
def test_references_are_the_published_ones(shared_data, data_set):
    path = shared_data / "ibsi1" / "reference" / f"ibsi_1_{SHARED_NAMES[data_set]}.csv"
    published = csv.DictReader(path.read_text(encoding="utf-8-sig").splitlines(), delimiter=";")
    expected = {
        line["tag"]: (line["reference value"], line["tolerance"])
        for line in published
        if line["reference value"]
    }
    ours = {
        line["tag"]: (line["reference"], line["tolerance"])
        for line in references()
        if line["data_set"] == data_set
    }
    assert ours == expected


def test_pyradiomics_families_are_all_compared():
    families = {row.feature.split("_")[1] for row in ALIKE}
    assert families == {"firstorder", "glcm", "gldm", "glrlm", "glszm", "ngtdm", "shape"}
    assert len(ALIKE) == 99


def test_every_feature_has_its_code(of_phantom):
    assert len(of_phantom) == N_DIGITAL
    assert {row.family for row in of_phantom.values()} == set(FAMILIES.values())
    codes = {}
    for row in of_phantom.values():
        assert len(row.code) == 4
        assert codes.setdefault(row.code, (row.family, row.feature)) == (row.family, row.feature)
    assert len(codes) == 169
    assert of_phantom["cm_joint_max_2_5D_avg"].aggregation == "2.5D, direction-merged"
    assert of_phantom["cm_joint_max_2_5D_avg"].code == "GYBY"
    assert of_phantom["szm_sze_2D"].aggregation == "2D"
    assert len(without_reference()) == 5


def test_what_is_missing_or_wrong_is_listed_as_failed(of_phantom):
    values = {tag: row.value for tag, row in of_phantom.items()}
    del values["stat_mean"]
    values["ih_max_grad"] = 8.1
    rows = compare(PHANTOM, values)
    assert failed_lines(rows) == [
        "dig. phantom stat_mean: not computed, consensus 2.15 ± 0",
        "dig. phantom ih_max_grad: 8.1, consensus 8 ± 0",
    ]
    assert summary_lines(rows)[-1].split() == ["all", "480", "/", "482"]


def test_comparison_is_written(of_phantom, tmp_path):
    rows = list(of_phantom.values())
    save_comparison([replace(rows[0], value=None, passed=False), *rows[1:]], tmp_path)
    page = (tmp_path / "ibsi.md").read_text(encoding="utf-8")
    assert "481 of 482 values" in page
    assert "- dig. phantom morph_volume: not computed" in page
    listed = page.partition("## What is not computed")[2].partition("##")[0]
    assert all(f"({code}): " in listed for code in without_reference())
    table = read(tmp_path / "ibsi_values.csv")
    assert len(table) == N_DIGITAL
    assert float(table[-1]["value"]) == pytest.approx(rows[-1].value, rel=1e-5)
    assert {line["passed"] for line in table[1:]} == {"True"}


def test_docs_hold_what_is_computed(of_phantom):
    """The page in docs was made by the command; here its digital phantom is measured again."""
    table = read(DOCS / "ibsi_values.csv")
    assert [(line["data_set"], line["tag"]) for line in table] == [
        (line["data_set"], line["tag"]) for line in references()
    ]
    for line in table:
        if line["data_set"] == PHANTOM:
            assert float(line["value"]) == pytest.approx(of_phantom[line["tag"]].value, rel=1e-5)
    agreed = sum(line["passed"] == "True" for line in table)
    assert f"{agreed} of {N_ALL} values" in (DOCS / "ibsi.md").read_text(encoding="utf-8")


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
    ("published", "digits"),
    [("125256", 6), ("3065", 4), ("1650000000", 3), ("6.98E-05", 3), ("2", 3), ("0", 3)],
)
def test_a_reference_with_more_digits_is_compared_with_as_many(published, digits):
    assert digits_of(published) == digits


@pytest.mark.parametrize(
    ("value", "due"), [(0.0, 0.0), (12345.0, 12300.0), (-0.00123456, -0.00123), (9.996, 10.0)]
)
def test_rounding_to_three_digits(value, due):
    assert round_to_significant(value, 3) == pytest.approx(due, rel=1e-12)
