"""Grids aligned by their centres, and IBSI's bins."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import interpolate

from radiobone.core.errors import (
    BadSetting,
    EmptyMask,
    ImplausibleIntensity,
    ResourceLimit,
    TooManyGrayLevels,
)
from radiobone.core.volume import Volume
from radiobone.imaging.centred_grid import CentredAxis, Interpolation, interpolate_centred
from radiobone.imaging.ibsi_bins import FixedBinNumber, FixedBinSize, WholeLevels, grey_levels

EDGES = st.sampled_from([0.7, 0.977, 1.0, 2.0, 3.0])


def pair(shape=(6, 7, 8), spacing=(3.0, 1.0, 1.0), seed=0):
    rng = np.random.default_rng(seed)
    image = Volume(
        rng.integers(-500, 500, shape).astype(np.int16), spacing_mm=spacing, origin_mm=(5.0, 6.0, 7.0)
    )
    mask = np.zeros(shape, dtype=np.uint8)
    mask[1:5, 2:6, 2:6] = 1
    return image, image.with_array(mask)


@given(st.integers(2, 300), EDGES, EDGES)
def test_grids_share_their_centre_and_the_new_one_covers_the_old(n_old, old, new):
    axis = CentredAxis.of(n_old, old, new)
    last = axis.first + axis.step * (axis.size - 1)
    assert axis.first + last == pytest.approx(n_old - 1, abs=1e-6)
    assert axis.size * new >= n_old * old - 1e-6
    assert (axis.size - 1) * new < n_old * old


def test_worked_example_of_the_manual():
    """Four voxels of 3 mm, wanted at 2 mm: six voxels from -1/3 voxels on."""
    axis = CentredAxis.of(4, 3.0, 2.0)
    assert (axis.size, axis.first) == (6, pytest.approx(-1 / 6))
    assert axis.step == pytest.approx(2 / 3)
    assert CentredAxis.of(100, 0.7, 0.7).size == 100
    assert CentredAxis.of(1, 5.0, 1.0).size == 1


@pytest.mark.parametrize("method", ["nearest", "linear", "cubic"])
def test_a_part_of_the_grid_has_the_values_of_the_whole(method):
    image, mask = pair(shape=(12, 90, 95))
    settings = Interpolation(spacing_xyz_mm=(1.3, 1.7, 2.0), method=method, whole_numbers=False)
    whole, whole_mask = interpolate_centred(image, mask, settings, margin_mm=None)
    part, part_mask = interpolate_centred(image, mask, settings, margin_mm=2.0)
    assert part.shape < whole.shape
    assert part.array[part_mask.array > 0] == pytest.approx(whole.array[whole_mask.array > 0], abs=1e-9)
    shift = (np.asarray(part.origin_mm) - whole.origin_mm) / np.asarray(whole.spacing_mm)[::-1]
    assert shift == pytest.approx(np.rint(shift), abs=1e-9)


def test_linear_values_are_those_of_another_interpolator():
    image, mask = pair()
    settings = Interpolation(spacing_xyz_mm=(1.3, 0.6, 2.0), whole_numbers=False)
    grid, _ = interpolate_centred(image, mask, settings, margin_mm=None)
    axes = [CentredAxis.of(*one) for one in zip(image.shape, image.spacing_mm, (2.0, 0.6, 1.3), strict=True)]
    at = [
        np.clip(a.first + a.step * np.arange(a.size), 0, n - 1)
        for a, n in zip(axes, image.shape, strict=True)
    ]
    known = interpolate.RegularGridInterpolator(
        [np.arange(n) for n in image.shape], image.array.astype(float)
    )
    assert grid.array == pytest.approx(known(np.stack(np.meshgrid(*at, indexing="ij"), axis=-1)), abs=1e-9)


def test_cubic_spline_goes_through_the_old_voxels():
    image, mask = pair(shape=(9, 9, 9), spacing=(2.0, 2.0, 2.0))
    grid, _ = interpolate_centred(
        image, mask, Interpolation(spacing_xyz_mm=(0.4, 0.4, 0.4), method="cubic"), margin_mm=None
    )
    assert (grid.array[2::5, 2::5, 2::5] == image.array).all()


def test_half_a_voxel_is_in_the_region():
    """From 3 to 2 mm some new centres lie half way between old slices: rounding must not lose them."""
    image, mask = pair(shape=(60, 4, 4), spacing=(3.0, 1.0, 1.0))
    slab = np.zeros(mask.shape, dtype=np.uint8)
    slab[21:41] = 1
    settings = Interpolation(spacing_xyz_mm=(0, 0, 2.0))
    _, inside = interpolate_centred(image, mask.with_array(slab), settings, margin_mm=None)
    at = CentredAxis.of(60, 3.0, 2.0)
    positions = at.first + at.step * np.arange(at.size)
    expected = (positions >= 20.5 - 1e-9) & (positions <= 40.5 + 1e-9)
    assert (inside.array.any(axis=(1, 2)) == expected).all()
    assert np.isclose(np.abs(positions - 20.5).min(), 0)


def test_intensities_are_rounded_and_spacing_is_kept_where_asked():
    image, mask = pair()
    grid, inside = interpolate_centred(
        image, mask, Interpolation(spacing_xyz_mm=(0.8, 0.8, 0)), margin_mm=None
    )
    assert (grid.array == np.rint(grid.array)).all()
    assert grid.spacing_mm == (3.0, pytest.approx(0.8), pytest.approx(0.8))
    assert grid.shape[0] == image.shape[0]
    assert set(np.unique(inside.array)) == {0, 1}


def test_faults_have_names():
    image, mask = pair()
    corner = np.zeros(mask.shape, dtype=np.uint8)
    corner[0, 0, 0] = 1
    mask = mask.with_array(corner)
    with pytest.raises(EmptyMask, match="Use smaller voxels"):
        interpolate_centred(image, mask, Interpolation(spacing_xyz_mm=(50, 50, 50)), margin_mm=None)
    with pytest.raises(EmptyMask, match="Use smaller voxels"):
        interpolate_centred(image, mask, Interpolation(spacing_xyz_mm=(50, 50, 50)), margin_mm=1.0)
    with pytest.raises(BadSetting, match="negative"):
        interpolate_centred(image, mask, Interpolation(spacing_xyz_mm=(1, -1, 1)), margin_mm=None)
    with pytest.raises(ResourceLimit, match="larger voxels"):
        interpolate_centred(image, mask, Interpolation(spacing_xyz_mm=(1e-4, 1e-4, 1e-4)), margin_mm=None)


@settings(max_examples=50)
@given(st.lists(st.integers(-1000, 400), min_size=2, max_size=60), st.sampled_from([1.0, 2.5, 25.0]))
def test_bins_of_a_fixed_size_start_at_the_lower_bound(values, width):
    found = grey_levels(
        np.array(values, dtype=float), FixedBinSize(width=width), lower=-1000.0, max_levels=2000
    )
    assert found.tolist() == [int((value + 1000) // width) + 1 for value in values]
    free = grey_levels(np.array(values, dtype=float), FixedBinSize(width=width), lower=None, max_levels=2000)
    assert free.min() == 1


@settings(max_examples=50)
@given(st.lists(st.integers(-1000, 400), min_size=2, max_size=60), st.sampled_from([1, 8, 32]))
def test_a_fixed_number_of_bins_is_counted_in_whole_numbers(values, n_bins):
    found = grey_levels(
        np.array(values, dtype=float), FixedBinNumber(n_bins=n_bins), lower=None, max_levels=2000
    )
    low, span = min(values), max(values) - min(values)
    expected = [1 if span == 0 else min(n_bins * (value - low) // span + 1, n_bins) for value in values]
    assert found.tolist() == expected


def test_levels_that_cannot_be_are_refused():
    with pytest.raises(ImplausibleIntensity, match="whole numbers from 1"):
        grey_levels(np.array([0.0, 1.0]), WholeLevels(), lower=None, max_levels=10)
    with pytest.raises(ImplausibleIntensity, match="whole numbers from 1"):
        grey_levels(np.array([1.5, 2.0]), WholeLevels(), lower=None, max_levels=10)
    with pytest.raises(TooManyGrayLevels, match="wider bins"):
        grey_levels(np.array([0.0, 1000.0]), FixedBinSize(width=1.0), lower=0.0, max_levels=100)
