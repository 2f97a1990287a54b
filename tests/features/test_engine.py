"""The engine: names, steps, and bad input at this level."""

from __future__ import annotations

import warnings
from dataclasses import replace

import numpy as np
import pytest

from radiobone.core.errors import (
    EmptyMask,
    GeometryMismatch,
    NonFiniteIntensity,
    RoiTooSmall,
    TooManyGrayLevels,
)
from radiobone.core.volume import Volume
from radiobone.core.warnings import ConstantRoi, GeometrySnapped, NonFiniteIntensityOutside, SingleSliceRoi
from radiobone.features.engine import extract_features
from radiobone.features.presets import load_settings
from radiobone.features.settings import ALL_FAMILIES, ExtractionSettings, FamilyChoice, RoiLimits
from radiobone.imaging.discretise import FixedBinCount, FixedBinWidth
from radiobone.imaging.filters.log import LoG
from radiobone.imaging.resample import Resampling
from radiobone.imaging.resegment import Resegmentation

PLAIN = ExtractionSettings()


@pytest.fixture
def image() -> Volume:
    rng = np.random.default_rng(3)
    return Volume(rng.normal(300, 80, (12, 16, 18)).astype(np.int16), spacing_mm=(2.0, 0.9, 0.9))


@pytest.fixture
def mask(image) -> Volume:
    inside = np.zeros(image.shape, dtype=np.uint8)
    inside[3:9, 4:12, 5:14] = 1
    inside[3, 4, 5] = 0
    return image.with_array(inside)


def only(*families, **settings):
    return ExtractionSettings(families=tuple(FamilyChoice(name=name) for name in families), **settings)


@pytest.mark.parametrize(("preset", "number"), [("ct", 851), ("mr", 1130)])
def test_presets_give_the_numbers_of_features_of_the_field(image, mask, preset, number):
    features = extract_features(image, mask, load_settings(preset))
    assert len(features) == number
    assert all(type(value) is float and np.isfinite(value) for value in features.values())
    assert next(iter(features)) == "original_shape_Elongation"


def test_radiograph_preset_measures_in_the_plane():
    rng = np.random.default_rng(3)
    image = Volume(rng.normal(0, 9, (1, 40, 31)).astype(np.float32), spacing_mm=(1.0, 0.2, 0.2), is_2d=True)
    inside = np.zeros(image.shape, dtype=np.uint8)
    inside[0, 5:30, 6:25] = 1
    features = extract_features(image, image.with_array(inside), load_settings(None, modality="xr"))
    assert features["original_shape2D_PixelSurface"] == pytest.approx(25 * 19 * 0.04)
    bands = {name.split("_")[0] for name in features}
    assert bands == {"original", "wavelet-LH", "wavelet-HL", "wavelet-HH", "wavelet-LL"}
    assert len(features) == 9 + 5 * (107 - 14)


def test_values_are_those_of_the_region(image, mask):
    features = extract_features(image, mask, PLAIN)
    values = image.array[mask.array > 0]
    assert features["original_firstorder_Mean"] == pytest.approx(values.mean())
    assert features["original_shape_VoxelVolume"] == pytest.approx(values.size * 2.0 * 0.9 * 0.9)


def test_does_not_depend_on_what_lies_outside(image, mask):
    other = np.where(mask.array > 0, image.array, -1000).astype(np.int16)
    assert extract_features(image.with_array(other), mask, PLAIN) == extract_features(image, mask, PLAIN)


def test_does_not_depend_on_place_in_the_image(image, mask):
    margins = ((2, 1), (0, 3), (4, 0))
    moved = [replace(v, array=np.pad(v.array, margins)) for v in (image, mask)]
    assert extract_features(*moved, PLAIN) == pytest.approx(extract_features(image, mask, PLAIN), rel=1e-12)


@pytest.mark.parametrize("dtype", [np.int32, np.float32, np.float64])
def test_does_not_depend_on_the_type_of_whole_numbers(image, mask, dtype):
    other = image.with_array(image.array.astype(dtype))
    assert extract_features(other, mask, PLAIN) == pytest.approx(
        extract_features(image, mask, PLAIN), rel=1e-12
    )


def test_inputs_are_not_changed(image, mask):
    before = image.array.copy(), mask.array.copy()
    extract_features(image, mask, load_settings("mr"))
    assert (image.array == before[0]).all()
    assert (mask.array == before[1]).all()


def test_features_named_are_given_in_their_order(image, mask):
    choice = FamilyChoice(name="firstorder", features=("Variance", "StandardDeviation", "Mean"))
    features = extract_features(image, mask, ExtractionSettings(families=(choice,)))
    assert list(features) == [f"original_firstorder_{name}" for name in choice.features]
    assert features["original_firstorder_StandardDeviation"] ** 2 == pytest.approx(
        features["original_firstorder_Variance"]
    )


def test_deprecated_features_are_off_by_default(image, mask):
    names = extract_features(image, mask, PLAIN)
    assert not [name for name in names if "StandardDeviation" in name or "Compactness" in name]
    assert len(names) == 107


def test_empty_mask_is_refused(image):
    with pytest.raises(EmptyMask, match="no voxels"):
        extract_features(image, image.with_array(np.zeros(image.shape, dtype=np.uint8)), PLAIN)


@pytest.mark.parametrize("n_voxels", [1, 2])
def test_a_voxel_or_a_line_is_refused(image, n_voxels):
    inside = np.zeros(image.shape, dtype=np.uint8)
    inside[4, 4, 4 : 4 + n_voxels] = 1
    with pytest.raises(RoiTooSmall):
        extract_features(image, image.with_array(inside), PLAIN)


def test_a_line_is_measured_where_that_is_allowed(image):
    inside = np.zeros(image.shape, dtype=np.uint8)
    inside[4, 4, 4:9] = 1
    settings = ExtractionSettings(roi=RoiLimits(min_dimensions=1))
    with pytest.warns(SingleSliceRoi):
        features = extract_features(image, image.with_array(inside), settings)
    assert features["original_shape_LeastAxisLength"] == 0
    assert features["original_shape_Elongation"] == 0


def test_small_regions_are_refused_by_count(image, mask):
    n_voxels = int(mask.array.sum())
    for limit, refused in ((n_voxels, True), (n_voxels - 1, False)):
        settings = only("firstorder", roi=RoiLimits(more_voxels_than=limit))
        if refused:
            with pytest.raises(RoiTooSmall, match=str(n_voxels)):
                extract_features(image, mask, settings)
        else:
            assert extract_features(image, mask, settings)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_nonfinite_intensities_in_the_region_are_refused(image, mask, bad):
    array = image.array.astype(np.float32)
    array[5, 6, 7] = bad
    with pytest.raises(NonFiniteIntensity, match="1 of the region"):
        extract_features(image.with_array(array), mask, PLAIN)


def test_nonfinite_intensities_outside_are_warned_of(image, mask):
    array = image.array.astype(np.float32)
    array[0, 0, 0] = np.nan
    with pytest.warns(NonFiniteIntensityOutside):
        features = extract_features(image.with_array(array), mask, load_settings("ct"))
    assert np.isfinite(list(features.values())).all()


def test_too_many_grey_levels_are_refused_before_memory_is_taken(image, mask):
    array = image.array.astype(np.float64)
    array[5, 6, 7] = 3e12
    with pytest.raises(TooManyGrayLevels, match="2000"):
        extract_features(image.with_array(array), mask, PLAIN)
    with pytest.raises(TooManyGrayLevels):
        extract_features(image, mask, ExtractionSettings(discretisation=FixedBinWidth(width=1e-9)))


def test_constant_region_is_warned_of(image, mask):
    flat = image.with_array(np.where(mask.array > 0, 100, image.array).astype(np.int16))
    with pytest.warns(ConstantRoi, match="100"):
        features = extract_features(flat, mask, PLAIN)
    assert features["original_glcm_MCC"] == 1
    assert features["original_ngtdm_Coarseness"] == 1e6
    assert features["original_firstorder_Entropy"] == pytest.approx(0, abs=1e-12)


def test_a_region_that_was_read_as_constant_is_warned_of_after_resampling(image, mask):
    flat = image.with_array(np.full(image.shape, 5, dtype=np.int16))
    settings = PLAIN.model_copy(update={"resampling": Resampling(spacing_xyz_mm=(0.7, 1.1, 0.6))})
    with pytest.warns(ConstantRoi, match="have the value 5") as told:
        features = extract_features(flat, mask, settings)
    assert len(told) == 1
    assert features["original_firstorder_Minimum"] == 4  # whole numbers are cut, as pyradiomics does


@pytest.mark.parametrize(
    "changed", [{"spacing_mm": (2.0, 0.9, 1.0)}, {"origin_mm": (1.0, 0.0, 0.0)}, {"direction": (-1.0, 0, 0, 0, 1, 0, 0, 0, 1)}]
)  # fmt: skip
def test_other_grids_are_refused(image, mask, changed):
    with pytest.raises(GeometryMismatch):
        extract_features(image, replace(mask, **changed), PLAIN)
    with pytest.raises(GeometryMismatch):
        extract_features(image, replace(mask, array=mask.array[1:]), PLAIN)


def test_a_mask_off_by_a_little_is_laid_on_the_image_with_a_warning(image, mask):
    with pytest.warns(GeometrySnapped):
        found = extract_features(image, replace(mask, origin_mm=(0.02, 0.0, 0.0)), PLAIN)
    assert found == extract_features(image, mask, PLAIN)


def test_rounding_in_headers_is_tolerated(image, mask):
    near = replace(mask, spacing_mm=(2.0, 0.9000001, 0.9), origin_mm=(1e-5, 0.0, 0.0))
    assert extract_features(image, near, PLAIN) == extract_features(image, mask, PLAIN)


def test_flat_shape_of_a_thick_region_is_refused(image, mask):
    with pytest.raises(RoiTooSmall, match="one voxel thick"):
        extract_features(image, mask, only("shape2D", plane=0))


def test_log_of_a_thin_image_is_refused(image, mask):
    thin = [replace(v, array=v.array[4:7]) for v in (image, mask)]
    with pytest.raises(RoiTooSmall, match="LoG"):
        extract_features(*thin, only("firstorder", images=(LoG(sigma_mm=(1.0,)),)))


def test_resegmentation_leaves_the_shape_alone_unless_asked(image, mask):
    whole = extract_features(image, mask, PLAIN)
    reduced = extract_features(
        image, mask, ExtractionSettings(resegmentation=Resegmentation(limits=(250, 350)))
    )
    both = ExtractionSettings(resegmentation=Resegmentation(limits=(250, 350), shape_too=True))
    assert reduced["original_firstorder_Minimum"] >= 250
    assert reduced["original_firstorder_Maximum"] <= 350
    assert reduced["original_shape_VoxelVolume"] == whole["original_shape_VoxelVolume"]
    n_kept = int(((image.array >= 250) & (image.array <= 350) & (mask.array > 0)).sum())
    assert extract_features(image, mask, both)["original_shape_VoxelVolume"] == pytest.approx(n_kept * 1.62)
    with pytest.raises(RoiTooSmall, match="resegmentation"):
        extract_features(image, mask, ExtractionSettings(resegmentation=Resegmentation(limits=(9000,))))


def test_a_filter_may_have_bins_of_its_own(image, mask):
    narrow = LoG(sigma_mm=(2.0,), discretisation=FixedBinCount(n_bins=3))
    features = extract_features(image, mask, only("glcm", "firstorder", images=(narrow,)))
    assert 1 <= features["log-sigma-2-0-mm-3D_glcm_JointAverage"] <= 3
    assert features["log-sigma-2-0-mm-3D_firstorder_Entropy"] <= np.log2(3)


def test_settings_are_the_same_after_a_round_trip(image, mask):
    for preset in ("ct", "mr", "radiograph"):
        settings = load_settings(preset)
        assert load_settings(settings.model_dump(mode="json")) == settings


def test_resampling_keeps_the_volume(image, mask):
    settings = only("shape", resampling=Resampling(spacing_xyz_mm=(0.5, 0.5, 0.5)))
    features = extract_features(image, mask, settings)
    expected = float(mask.array.sum()) * 1.62
    assert features["original_shape_VoxelVolume"] == pytest.approx(expected, rel=0.03)


def test_no_warning_on_a_plain_region(image, mask):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(extract_features(image, mask, PLAIN)) == 107
    assert {choice.name for choice in ALL_FAMILIES} >= {"shape", "shape2D"}
