"""Tables that the engine measured under two settings: what `compare` says, and why they differ."""

from __future__ import annotations

import warnings
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd
import pytest
from scipy import ndimage

from radiobone.core.errors import MissingColumn, MissingId, NotATable
from radiobone.core.volume import Volume
from radiobone.features.engine import extract_features
from radiobone.features.presets import load_settings
from radiobone.workflow.comparing.comparison import compare_tables
from radiobone.workflow.comparing.words import comparison_lines

PATIENTS = ("P1", "P2", "P3", "P4")
FILTERS = {"Original": {}, "Wavelet": {}, "Square": {}}


@lru_cache
def patient(name: str) -> tuple[Volume, Volume]:
    """A smooth image with a blob of label 1 and a box of label 2."""
    rng = np.random.default_rng(PATIENTS.index(name))
    image = 300 + 400 * ndimage.gaussian_filter(rng.normal(size=(16, 18, 20)), 1)
    field = ndimage.gaussian_filter(rng.normal(size=image.shape), 2)
    mask = (field > np.quantile(field, 0.7)).astype(np.uint8)
    mask[2:6, 2:9, 2:8] = 2
    spacing = (2.0, 1.0, 1.0)
    return Volume(np.round(image).astype(np.int16), spacing), Volume(mask, spacing)


def measured(name, images=None, label=1, change=None, **setting) -> dict[str, float]:
    image, mask = patient(name)
    if change is not None:
        image, mask = change(image, mask)
    content = {"setting": {"binWidth": 20, **setting}, "imageType": images or {"Original": {}}}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return extract_features(image, mask.mask_of(label), load_settings(content))


def table(**how) -> pd.DataFrame:
    rows = [{"patient_id": name, "roi": "bone", **measured(name, **how)} for name in PATIENTS]
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def plain() -> pd.DataFrame:
    return table()


@pytest.fixture(scope="module")
def filtered() -> pd.DataFrame:
    return table(images=FILTERS)


@pytest.fixture
def compared(tmp_path):
    def compare(a, b, tolerance=1e-6):
        a.to_csv(tmp_path / "a.csv", index=False)
        b.to_csv(tmp_path / "b.csv", index=False)
        return compare_tables(tmp_path / "a.csv", tmp_path / "b.csv", tolerance=tolerance)

    return compare


def shifted(image, mask):
    return image.with_array(image.array - np.int16(1024)), mask


def in_centimetres(image, mask):
    spacing = tuple(x / 10 for x in image.spacing_mm)
    return replace(image, spacing_mm=spacing), replace(mask, spacing_mm=spacing)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"binWidth": 35}, "binWidth"),
        ({"binCount": 16}, "binWidth"),
        ({"symmetricalGLCM": False}, "symmetricalGLCM"),
        ({"gldm_a": 2}, "gldm_a"),
        ({"weightingNorm": "euclidean"}, "weightingNorm"),
        ({"distances": [2]}, "distances"),
        ({"voxelArrayShift": 500}, "voxelArrayShift"),
        ({"normalize": True, "normalizeScale": 500}, "times those of A|normalis"),
        ({"normalize": True, "normalizeScale": 500, "removeOutliers": 1.0}, "normalize"),
        ({"resegmentRange": [200, 400]}, "resegmentRange"),
        ({"resampledPixelSpacing": [1.5, 1.5, 1.5]}, "resampledPixelSpacing"),
        ({"label": 2}, "another label"),
        ({"change": shifted}, r"-1024, with the same spread"),
        ({"change": in_centimetres}, "lengths of B are 0.1 times"),
    ],
)
def test_the_setting_that_was_changed_is_named(plain, compared, how, said):
    found = compared(plain, table(**how))
    assert not found.differences.agree
    assert pd.Series(found.reasons).str.contains(said).any(), found.reasons


@pytest.mark.parametrize(
    ("images", "how", "said"),
    [
        ({**FILTERS, "Wavelet": {"wavelet": "haar"}}, {}, r"wavelet differ \(square agree\)"),
        ({**FILTERS, "Wavelet": {"binWidth": 5}}, {}, "bins of their own"),
    ],
)
def test_filters_are_named_where_the_original_agrees(filtered, compared, images, how, said):
    found = compared(filtered, table(images=images, **how))
    assert pd.Series(found.reasons).str.contains(said).any(), found.reasons


def test_bins_and_filters_are_told_apart(filtered, compared):
    other = table(images={**FILTERS, "Wavelet": {"wavelet": "haar"}}, binWidth=35)
    found = compared(filtered, other).reasons
    assert "binWidth" in found[0]
    assert "filtered images wavelet differ" in found[1]
    assert len(found) == 2


def test_the_margin_that_filters_see_is_named(compared):
    whole, cut = (table(images=FILTERS, label=2, preCrop=crop, padDistance=1) for crop in (False, True))
    assert "preCrop" in compared(whole, cut).reasons[0]


def test_equal_tables_agree(plain, compared):
    found = compared(plain, plain.sample(frac=1, random_state=0))
    assert found.differences.agree
    assert found.reasons == ()
    assert "All 428 values agree" in list(comparison_lines(found))[-1]


def test_a_class_called_label_that_was_corrected_does_not_part_rows(plain, compared):
    a, b = plain.assign(label=[0, 1, 0, 1]), plain.assign(label=[0, 1, 1, 0])
    found = compared(a, b)
    assert found.differences.pairs.by == "patient_id, roi"
    assert len(found.differences.pairs.names) == len(PATIENTS)
    assert found.differences.agree


def test_a_label_of_the_mask_tells_rows_apart_where_nothing_else_does(plain, compared):
    both = pd.concat([plain.assign(label=1), plain.assign(label=2)]).drop(columns="roi")
    found = compared(both, both.sample(frac=1, random_state=0))
    assert found.differences.pairs.by == "patient_id, label"
    assert found.differences.agree


def test_exchanged_patients_are_named(plain, compared):
    other = plain.copy()
    other["patient_id"] = ["P2", "P1", "P3", "P4"]
    found = compared(plain, other)
    assert "P1 / bone in A is P2 / bone in B" in found.reasons[0]
    binned = table(binWidth=35).assign(patient_id=other["patient_id"])
    assert "by their shape" in compared(plain, binned).reasons[0]


def test_one_row_of_another_region_among_rows_of_other_bins(compared):
    """What is said of the shape is about the values that differ, not about all."""
    mixed = table(binWidth=35)
    mixed.loc[1] = {"patient_id": "P2", "roi": "bone", **measured("P2", label=2, binWidth=35)}
    found = compared(table(), mixed)
    shape = next(reason for reason in found.reasons if reason.startswith("Shape differs"))
    assert "e-" not in shape
    assert "regions are different ones" in shape


def test_a_single_row_points_to_its_mask(plain, compared):
    other = plain.copy()
    other.loc[2, list(measured("P3", label=2))] = measured("P3", label=2)
    found = compared(plain, other)
    assert "Only 1 of 4 rows differ (P3 / bone)" in found.reasons[0]
    assert "another mask" in found.reasons[1]


def test_excess_kurtosis_is_named(plain, compared):
    other = plain.assign(original_firstorder_Kurtosis=plain["original_firstorder_Kurtosis"] - 3)
    assert "excess" in compared(plain, other).reasons[0]


def test_rounding_is_told_apart(plain, compared):
    numbers = plain.select_dtypes("number").columns
    other = plain.copy()
    other[numbers] *= 1 + 3e-8
    found = compared(plain, other, tolerance=1e-9)
    assert "rounding" in found.reasons[0]
    assert compared(plain, other).differences.agree


def test_a_missing_number_is_a_difference(plain, compared):
    other = plain.copy()
    other.loc[1, "original_glcm_Contrast"] = np.nan
    found = compared(plain, other)
    assert found.differences.values().iloc[0].tolist()[:2] == ["P2 / bone", "original_glcm_Contrast"]
    assert int(found.differences.differs.sum()) == 1
    assert compared(other, other).differences.agree


def test_rows_and_features_of_one_table_are_listed(plain, compared):
    other = plain.iloc[1:].drop(columns="original_glcm_Contrast")
    found = compared(plain, other)
    lines = list(comparison_lines(found))
    assert "Only in A: 1 row (P1 / bone)." in lines
    assert "Only in A: 1 feature (original_glcm_Contrast)." in lines
    assert not found.differences.agree


def test_many_features_of_one_table_are_counted(plain, filtered, compared):
    lines = list(comparison_lines(compared(filtered, plain)))
    assert "Only in A: 837 features (wavelet 744, square 93)." in lines


def test_counts_add_up(plain, compared):
    groups = compared(plain, table(binWidth=35)).differences.by_group()
    assert groups["values"].sum() == 428
    classes = groups[["equal to 1e-9", "equal to 1e-6", "within 1 %", "different"]].sum(axis=1)
    assert (classes == groups["values"]).all()
    shape = groups[groups["family"] == "shape"].iloc[0]
    assert shape["equal to 1e-9"] == shape["values"]


def test_tables_that_cannot_be_paired_are_refused(plain, compared, tmp_path):
    with pytest.raises(MissingId, match="which belong together"):
        compared(plain.drop(columns=["patient_id", "roi"]), plain.iloc[1:])
    with pytest.raises(MissingColumn, match="no feature in common"):
        compared(plain[["patient_id", "original_glcm_Contrast"]], plain[["patient_id", "original_glcm_Idm"]])
    with pytest.raises(MissingColumn, match="no column that holds a feature"):
        compared(plain[["patient_id"]], plain)
    with pytest.raises(NotATable, match="no table of features"):
        compare_tables(tmp_path, tmp_path, tolerance=0)
