"""Imaging steps: geometry against physical space, values against plain formulas."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from radiobone.core.errors import (
    BadSetting,
    EmptyMask,
    ImplausibleIntensity,
    ResourceLimit,
    TooManyGrayLevels,
)
from radiobone.core.volume import Volume
from radiobone.imaging.crop import bounding_box, crop
from radiobone.imaging.discretise import FixedBinCount, FixedBinWidth, bin_edges, discretise
from radiobone.imaging.itk import from_sitk, to_sitk
from radiobone.imaging.n4 import BiasCorrection, correct_bias
from radiobone.imaging.normalise import Normalisation, normalise
from radiobone.imaging.resample import Resampling, resample
from radiobone.imaging.resegment import Resegmentation, resegment

ROTATED = (0.0, -1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0)
quick = settings(max_examples=50, deadline=None)


@pytest.fixture
def ramp() -> Volume:
    """Intensity = 3 z + 5 y - 2 x in mm, in a rotated frame."""
    z, y, x = np.meshgrid(np.arange(20) * 2.0, np.arange(24) * 1.5, np.arange(28) * 1.0, indexing="ij")
    return Volume(3 * z + 5 * y - 2 * x, (2.0, 1.5, 1.0), (10.0, -20.0, 30.0), ROTATED)


def box_mask(volume, low, high):
    inside = np.zeros(volume.shape, dtype=np.uint8)
    inside[tuple(slice(a, b) for a, b in zip(low, high, strict=True))] = 1
    return volume.with_array(inside)


def place_of(volume, index):
    """Position (x, y, z) in mm of voxel (z, y, x)."""
    step = np.array(index[::-1]) * volume.spacing_mm[::-1]
    return np.array(volume.origin_mm) + np.reshape(volume.direction, (3, 3)) @ step


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.int32, np.float32, np.float64, ">i2"])
def test_round_trip_through_itk(dtype):
    array = np.arange(24).reshape(2, 3, 4).astype(dtype)
    before = Volume(array, (3.0, 2.0, 1.0), (1.0, 2.0, 3.0), ROTATED, modality="CT")
    after = from_sitk(to_sitk(before), modality="CT")
    assert (after.array == array).all()
    assert (after.spacing_mm, after.origin_mm, after.direction) == (
        before.spacing_mm,
        before.origin_mm,
        ROTATED,
    )
    assert to_sitk(before).TransformIndexToPhysicalPoint((3, 2, 1)) == pytest.approx(
        place_of(before, (1, 2, 3))
    )


def test_itk_has_no_booleans_or_half_precision():
    ones = np.ones((2, 2, 2))
    assert to_sitk(Volume(ones.astype(bool))).GetPixelID() == sitk.sitkUInt8
    assert to_sitk(Volume(ones.astype(np.float16))).GetPixelID() == sitk.sitkFloat32


@quick
@given(hnp.arrays(np.bool_, hnp.array_shapes(min_dims=3, max_dims=3, max_side=6)))
def test_box_is_the_smallest(mask):
    if not mask.any():
        with pytest.raises(EmptyMask):
            bounding_box(mask)
        return
    box = bounding_box(mask)
    places = np.argwhere(mask)
    assert box.low == tuple(places.min(axis=0))
    assert box.high == tuple(places.max(axis=0))
    assert mask[box.slices].sum() == mask.sum()
    assert box.grown(99, mask.shape).shape == mask.shape


def test_crop_keeps_voxels_in_their_place(ramp):
    box = bounding_box(box_mask(ramp, (3, 4, 5), (9, 9, 9)).array)
    part = crop(ramp, box)
    assert part.origin_mm == pytest.approx(place_of(ramp, (3, 4, 5)))
    assert (part.array == ramp.array[3:9, 4:9, 5:9]).all()


@pytest.mark.parametrize("interpolator", ["sitkBSpline", "sitkLinear"])
@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (0.7, 0.9, 3.0), (0.0, 1.0, 0.0)])
def test_resampling_keeps_a_ramp_in_its_place(ramp, interpolator, spacing):
    mask = box_mask(ramp, (8, 9, 10), (13, 15, 17))
    image, region = resample(
        ramp, mask, Resampling(spacing_xyz_mm=spacing, interpolator=interpolator, margin_voxels=2)
    )
    assert image.spacing_mm[::-1] == pytest.approx(
        [n or o for n, o in zip(spacing, (1.0, 1.5, 2.0), strict=True)]
    )
    offset = np.reshape(ramp.direction, (3, 3)).T @ (np.array(image.origin_mm) - ramp.origin_mm)
    z, y, x = (
        o + np.arange(n) * s for o, n, s in zip(offset[::-1], image.shape, image.spacing_mm, strict=True)
    )
    expected = 3 * z[:, None, None] + 5 * y[None, :, None] - 2 * x[None, None, :]
    inside = region.array > 0
    assert image.array[inside] == pytest.approx(expected[inside], abs=0.2)
    assert region.array.sum() * region.voxel_volume_mm3 == pytest.approx(mask.array.sum() * 3.0, rel=0.2)


def test_corners_of_old_and_new_lattice_meet(ramp):
    mask = box_mask(ramp, (0, 0, 0), ramp.shape)
    image, _ = resample(ramp, mask, Resampling(spacing_xyz_mm=(2.0, 3.0, 4.0)))
    corner = [place_of(v, (-0.5, -0.5, -0.5)) for v in (ramp, image)]
    assert corner[0] == pytest.approx(corner[1])
    assert image.shape == (10, 12, 14)


def test_equal_spacing_only_crops(ramp):
    mask = box_mask(ramp, (8, 9, 10), (13, 15, 17))
    image, region = resample(ramp, mask, Resampling(spacing_xyz_mm=(1.0, 1.5, 2.0), margin_voxels=1))
    assert (image.array == ramp.array[7:14, 8:16, 9:18]).all()
    assert region.array.sum() == mask.array.sum()


def test_a_single_slice_is_not_resampled_across(ramp):
    image, _ = resample(ramp, box_mask(ramp, (8, 9, 10), (9, 15, 17)), Resampling())
    assert image.spacing_mm == (2.0, 1.0, 1.0)


def test_two_edges_are_for_two_dimensions(ramp):
    mask = box_mask(ramp, (8, 9, 10), (9, 15, 17))
    with pytest.raises(BadSetting, match="two edges"):
        resample(ramp, mask, Resampling(spacing_xyz_mm=(1.0, 1.0)))
    flat, region = (replace(v, array=v.array[8:9], is_2d=True) for v in (ramp, mask))
    assert resample(flat, region, Resampling(spacing_xyz_mm=(0.5, 1.0)))[0].spacing_mm == (2.0, 1.0, 0.5)


def test_integers_stay_integers(ramp):
    whole = ramp.with_array(ramp.array.astype(np.int16))
    image, _ = resample(whole, box_mask(ramp, (8, 9, 10), (13, 15, 17)), Resampling())
    assert image.array.dtype == np.int16


def test_absurd_grids_are_refused(ramp):
    mask = box_mask(ramp, (8, 9, 10), (13, 15, 17))
    with pytest.raises(BadSetting):
        resample(ramp, mask, Resampling(spacing_xyz_mm=(-1.0, 1.0, 1.0)))
    with pytest.raises(ResourceLimit, match="voxels"):
        resample(ramp, mask, Resampling(spacing_xyz_mm=(1e-4, 1e-4, 1e-4)))


@quick
@given(
    hnp.arrays(np.int16, st.integers(1, 50), elements=st.integers(-1000, 3000)),
    st.sampled_from([1.0, 16.0, 25.0, 62.5]),
)
def test_bins_of_equal_width_have_edges_at_multiples(values, width):
    levels = discretise(values, FixedBinWidth(width=width), max_levels=9999)
    first = np.floor(values.min() / width)
    assert (levels == np.floor(values / width) - first + 1).all()


@quick
@given(hnp.arrays(np.float64, st.integers(2, 50), elements=st.integers(-500, 500)), st.integers(2, 64))
def test_a_bin_count_gives_that_many_levels(values, n_bins):
    levels = discretise(values, FixedBinCount(n_bins=n_bins), max_levels=9999)
    assert levels.min() >= 1
    assert levels.max() <= n_bins
    if values.min() < values.max():
        assert levels[values.argmin()] == 1
        assert levels[values.argmax()] == n_bins


def test_eight_bit_images_do_not_overflow():
    values = np.array([3, 250], dtype=np.uint8)
    assert bin_edges(values, FixedBinWidth(width=25), max_levels=99).tolist() == list(range(0, 300, 25))
    with pytest.raises(TooManyGrayLevels, match="99"):
        bin_edges(values, FixedBinWidth(width=0.1), max_levels=99)


@quick
@given(
    hnp.arrays(
        st.sampled_from([np.float32, np.float64, np.int16]),
        st.integers(1, 50),
        elements=st.integers(-500, 500),
    ),
    st.sampled_from([FixedBinWidth(width=0.1), FixedBinWidth(width=7), FixedBinCount(n_bins=5)]),
    st.sampled_from([1.0, 0.1, 0.3]),
)
def test_bins_are_those_of_a_search_among_the_edges(values, bins, scale):
    values = (values * scale).astype(values.dtype)
    edges = bin_edges(values, bins, max_levels=99_999)
    assert (discretise(values, bins, max_levels=99_999) == np.digitize(values, edges)).all()


@pytest.mark.parametrize(("mode", "limits", "due"), [("absolute", (3, 6), {3, 4, 5, 6}), ("absolute", (6,), {6, 7, 8, 9}),
                                                     ("relative", (0.5, 0.8), {5, 6, 7}), ("sigma", (0, 1), {5, 6, 7})])  # fmt: skip
def test_resegmentation_keeps_what_lies_within(mode, limits, due):
    array = np.arange(10).reshape(1, 1, 10)  # mean 4.5, standard deviation 2.87
    kept = resegment(array, np.ones_like(array, dtype=bool), Resegmentation(limits=limits, mode=mode))
    assert set(array[kept].tolist()) == due


def test_normalisation_gives_standard_scores(ramp):
    scores = normalise(ramp, Normalisation(scale=100)).array
    assert scores.mean() == pytest.approx(0, abs=1e-6)
    assert scores.std() == pytest.approx(100, rel=1e-3)
    expected = (ramp.array - ramp.array.mean()) / ramp.array.std(ddof=1) * 100
    assert scores == pytest.approx(expected, rel=1e-6, abs=1e-6)
    clipped = normalise(ramp, Normalisation(scale=100, outlier_sd=1.5)).array
    assert clipped == pytest.approx(np.clip(expected, -150, 150), rel=1e-6, abs=1e-6)


def test_bias_correction_removes_a_slow_drift():
    z, y, x = np.ogrid[:24, :32, :32]
    head = ((z - 12) / 11.0) ** 2 + ((y - 16) / 14.0) ** 2 + ((x - 16) / 14.0) ** 2 < 1
    drift = 1 + 0.5 * (x / 31.0) + 0.0 * y * z
    rng = np.random.default_rng(0)
    image = Volume(np.where(head, 500 * drift, 5) + rng.normal(0, 5, head.shape))
    corrected = correct_bias(image, BiasCorrection(shrink_factor=2, n_iterations=(30, 30)))
    spread = [v.array[head].std() / v.array[head].mean() for v in (image, corrected)]
    assert spread[1] < 0.4 * spread[0]
    assert corrected.shape == image.shape


def test_intensities_too_close_together_for_the_bins_are_named():
    values = np.array([1.0, np.nextafter(np.float32(1), np.float32(2))], dtype=np.float32)
    with pytest.raises(ImplausibleIntensity, match="too close together"):
        bin_edges(values, FixedBinCount(n_bins=64), max_levels=2000)
