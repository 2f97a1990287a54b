"""What IBSI's families compute cleverly, against slow twins on random inputs."""

from __future__ import annotations

import math
from collections import Counter

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import eval_legendre

from radiobone.core.errors import ResourceLimit
from radiobone.core.volume import Volume
from radiobone.features.ibsi import autocorrelation as autocorrelation_module
from radiobone.features.ibsi.autocorrelation import autocorrelation
from radiobone.features.ibsi.distance_zone import edge_distances
from radiobone.features.ibsi.engine import kept_voxels, prepare
from radiobone.features.ibsi.local_intensity import RADIUS_MM, ball_means
from radiobone.features.ibsi.morphology import ellipsoid_area
from radiobone.features.ibsi.region import slices_of
from radiobone.features.ibsi.settings import IbsiSettings, Resegmentation
from radiobone.features.ibsi.volume_histogram import volume_histogram
from radiobone.features.matrices.alike import Alike
from radiobone.features.matrices.directions import count_pairs, count_runs
from radiobone.features.matrices.grid import LevelGrid, offsets
from radiobone.features.matrices.neighbours import count_neighbours
from radiobone.features.matrices.zones import find_zones, label_zones
from radiobone.imaging.ibsi_bins import WholeLevels
from radiobone.testing import slow_ibsi, slow_texture

SHAPES = hnp.array_shapes(min_dims=3, max_dims=3, max_side=5)
MASKS = hnp.arrays(np.bool_, SHAPES).filter(lambda mask: mask.sum() > 1)
SPACINGS = st.tuples(*[st.sampled_from([0.7, 1.0, 2.5, 3.0])] * 3)
quick = settings(max_examples=50, deadline=None)


def noise(shape, seed):
    return np.random.default_rng(seed).integers(-50, 50, shape).astype(float)


@quick
@given(MASKS, SPACINGS, st.integers(0, 1000))
def test_autocorrelation_is_that_of_all_pairs(mask, spacing, seed):
    values = noise(mask.shape, seed)
    assume(np.ptp(values[mask]) > 0)
    moran, geary = slow_ibsi.autocorrelation(values, mask, spacing)
    assert autocorrelation(values, mask, spacing) == pytest.approx((moran, geary), rel=1e-9, abs=1e-12)


@quick
@given(MASKS, st.integers(0, 1000), st.floats(-1e4, 1e4))
def test_autocorrelation_ignores_what_is_outside_and_added(mask, seed, added):
    values = noise(mask.shape, seed)
    assume(np.ptp(values[mask]) > 0)
    other = np.where(mask, values + added, 1e3)
    found = autocorrelation(other, mask, (1.0, 1.0, 1.0))
    assert found == pytest.approx(autocorrelation(values, mask, (1.0, 1.0, 1.0)), rel=1e-6, abs=1e-9)


def test_autocorrelation_of_equal_intensities_is_undefined():
    mask = np.ones((2, 2, 2), dtype=bool)
    assert np.isnan(autocorrelation(np.full(mask.shape, 7.0), mask, (1.0, 1.0, 1.0))).all()


def test_autocorrelation_refuses_a_box_beyond_its_memory(monkeypatch):
    monkeypatch.setattr(autocorrelation_module, "MOST_CELLS", 100)
    mask = np.ones((4, 4, 4), dtype=bool)
    with pytest.raises(ResourceLimit, match="Leave morph out"):
        autocorrelation(noise(mask.shape, 0), mask, (1.0, 1.0, 1.0))


@quick
@given(MASKS, SPACINGS, st.integers(0, 1000))
def test_ball_means_are_those_of_all_near_voxels(mask, spacing, seed):
    values = noise(mask.shape, seed)
    expected = slow_ibsi.ball_means(values, mask, spacing, RADIUS_MM)
    assert ball_means(values, mask, spacing) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@quick
@given(MASKS, st.sampled_from([None, 0, 1, 2]))
def test_distances_to_the_edge_are_numbers_of_erosions(mask, plane):
    assert (edge_distances(mask, plane=plane) == slow_ibsi.edge_distances(mask, plane)).all()


@quick
@given(hnp.arrays(np.int32, SHAPES, elements=st.sampled_from([0, 1, 2, 5])).filter(lambda a: a.any()))
def test_every_voxel_knows_its_zone(levels):
    grid = LevelGrid.from_levels(levels)
    rows, sizes, zones = label_zones(grid, Alike.of(grid, offsets(levels.shape)))
    assert (np.bincount(zones, minlength=sizes.size) == sizes).all()
    assert (grid.levels[rows[zones]] == levels[levels > 0]).all()
    expected = slow_texture.zones(levels, slow_texture.all_offsets(1, None))
    assert Counter(zip(grid.levels[rows].tolist(), sizes.tolist(), strict=True)) == expected


@quick
@given(hnp.arrays(np.int32, SHAPES, elements=st.sampled_from([0, 1, 2, 5])).filter(lambda a: a.any()))
def test_slices_have_the_voxels_of_the_volume(levels):
    grid = LevelGrid.from_levels(levels)
    found = list(slices_of(grid))
    assert len(found) == sum(one.any() for one in levels)
    for slice_grid, slice_levels in zip(found, (one for one in levels if one.any()), strict=True):
        assert slice_grid.counts.tolist() == [int((slice_levels == level).sum()) for level in grid.levels]
    assert (sum(one.counts for one in found) == grid.counts).all()


@quick
@given(hnp.arrays(np.int32, SHAPES, elements=st.sampled_from([0, 1, 2, 5])).filter(lambda a: a.any()))
def test_what_is_counted_in_slices_adds_up_to_what_is_counted_in_their_stack(levels):
    """Kernels are given one slice by its voxels alone, in an array that holds the others too."""
    grid = LevelGrid.from_levels(levels)
    in_plane = offsets((2, 2, 2), plane=0)
    slices = list(slices_of(grid))
    together = count_neighbours(grid, in_plane)
    apart = [count_neighbours(one, in_plane) for one in slices]
    pairs = sum(count_pairs(one, in_plane) for one in slices)
    assert (pairs == count_pairs(grid, in_plane)).all()
    assert (sum(one.dependences for one in apart) == together.dependences).all()
    assert sum(one.tone_differences for one in apart) == pytest.approx(together.tone_differences)
    runs = np.zeros((4, grid.levels.size, max(levels.shape)), dtype=np.int64)
    for one in slices:
        counted = count_runs(one, in_plane)
        runs[:, :, : counted.shape[2]] += counted
    whole = count_runs(grid, in_plane)
    assert (runs[:, :, : whole.shape[2]] == whole).all()
    assert not runs[:, :, whole.shape[2] :].any()
    zones = Counter(
        zone for one in slices for zone in zip(*map(np.ndarray.tolist, found_zones(one)), strict=True)
    )
    assert zones == Counter(zip(*map(np.ndarray.tolist, found_zones(grid)), strict=True))


def found_zones(grid):
    return find_zones(grid, Alike.of(grid, offsets((2, 2, 2), plane=0)))


@quick
@given(hnp.arrays(np.int32, (3, 3, 3), elements=st.integers(1, 30)), st.booleans())
def test_volume_histogram_reads_the_curve(levels, bounded):
    image = Volume(levels.astype(float))
    limits = Resegmentation(lower=1, upper=30) if bounded else Resegmentation()
    low, high = (1, 30) if bounded else (levels.min(), levels.max())
    assume(high > low)
    region = prepare(
        image,
        image.with_array(np.ones((3, 3, 3), dtype=np.uint8)),
        IbsiSettings(discretisation=WholeLevels(), resegmentation=limits),
    )
    curve = slow_ibsi.volume_curve(levels.astype(float), low, high)
    found = volume_histogram(region)
    for percent in (10, 90):
        share = percent / 100
        assert found[f"ivh_v{percent}"] == pytest.approx(max(v for _, g, v in curve if g >= share - 1e-9))
        reached = [i for i, _, v in curve if v <= share + 1e-9]
        assert found[f"ivh_i{percent}"] == (min(reached) if reached else high + 1)


@given(st.floats(0.05, 0.999), st.floats(0.05, 0.999))
def test_area_of_an_ellipsoid_is_the_series_of_the_manual(minor, least):
    minor, least = max(minor, least), min(minor, least)
    alpha, beta = math.sqrt(1 - minor**2), math.sqrt(1 - least**2)
    terms = [
        (alpha * beta) ** n / (1 - 4 * n**2) * eval_legendre(n, (alpha**2 + beta**2) / (2 * alpha * beta))
        for n in range(21)
    ]
    assert ellipsoid_area(3.0, 3 * minor, 3 * least) == pytest.approx(
        36 * math.pi * minor * sum(terms), rel=1e-9
    )


def test_area_of_a_ball_is_that_of_a_ball():
    assert ellipsoid_area(2.0, 2.0, 2.0) == pytest.approx(16 * math.pi)


@quick
@given(st.integers(0, 1000), st.sampled_from([0.5, 1.0, 2.0]))
def test_range_and_outliers_hold_together(seed, outlier_sd):
    values = noise((3, 4, 5), seed)
    drawn = np.ones(values.shape, dtype=bool)
    kept = kept_voxels(values, drawn, Resegmentation(lower=-30, upper=40, outlier_sd=outlier_sd))
    spread = np.abs(values - values.mean()) <= outlier_sd * values.std()
    assert (kept == ((values >= -30) & (values <= 40) & spread)).all()
    assert (kept_voxels(values, drawn, Resegmentation()) == drawn).all()
