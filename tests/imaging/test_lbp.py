"""Local binary patterns: values against the definition, one voxel at a time."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from radiobone.core.errors import DimensionMismatch
from radiobone.core.volume import Volume
from radiobone.imaging.crop import Box
from radiobone.imaging.filters.lbp2d import LBP2D
from radiobone.imaging.filters.lbp3d import LBP3D
from radiobone.imaging.icosphere import icosphere


def whole(shape):
    return Box((0, 0, 0), tuple(size - 1 for size in shape))


def pattern(entry, volume, *, plane=None, box=None):
    ((name, found),) = entry.images(volume, plane, box or whole(volume.shape))
    assert name == "lbp-2D"
    return found


def at(image, row, column):
    """Intensity between pixels, 0 beyond the image."""
    total = 0.0
    for r, c in {(f(row), g(column)) for f in (math.floor, math.ceil) for g in (math.floor, math.ceil)}:
        if 0 <= r < image.shape[0] and 0 <= c < image.shape[1]:
            total += (1 - abs(row - r)) * (1 - abs(column - c)) * image[r, c]
    return total


def bright_neighbours(image, row, column, samples, radius):
    angles = [2 * math.pi * k / samples for k in range(samples)]
    around = [
        at(image, row + round(-radius * math.sin(a), 5), column + round(radius * math.cos(a), 5))
        for a in angles
    ]
    return [value - image[row, column] >= 0 for value in around], around


def slow_pattern(image, row, column, *, samples, radius, method):
    bright, around = bright_neighbours(image, row, column, samples, radius)
    if method == "var":
        return np.var(around)
    if method == "uniform":
        changes = sum(a != b for a, b in pairwise(bright))
        return sum(bright) if changes <= 2 else samples + 1
    turned = [bright[k:] + bright[:k] for k in range(samples)]
    numbers = [sum(2**k for k, one in enumerate(bits) if one) for bits in turned]
    return min(numbers) if method == "ror" else numbers[0]


@given(
    image=arrays.arrays(
        np.float64, (6, 7), elements=st.integers(-4000, 4000).map(lambda n: n + n % 97 / 131)
    ),
    method=st.sampled_from(["default", "ror", "uniform", "var"]),
    samples=st.integers(2, 12),
    radius=st.sampled_from([1.0, 1.5, 2.25]),
)
def test_patterns_are_those_of_the_definition(image, method, samples, radius):
    entry = LBP2D(method=method, samples=samples, radius=radius)
    if method != "var" and any(
        abs(value - image[r, c]) < 1e-6
        for r, c in np.ndindex(image.shape)
        for value in bright_neighbours(image, r, c, samples, radius)[1]
    ):
        return  # a tie, which rounding decides
    found = pattern(entry, Volume(image[None]))[0]
    expected = [
        [slow_pattern(image, r, c, samples=samples, radius=radius, method=method) for c in range(7)]
        for r in range(6)
    ]
    assert np.nan_to_num(found) == pytest.approx(np.array(expected), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_slices_lie_across_the_axis_and_the_box_is_cut_out(axis):
    rng = np.random.default_rng(axis)
    volume = Volume(rng.integers(-99, 99, (6, 7, 8)).astype(np.int16))
    box = Box((1, 2, 0), (4, 3, 7))
    found = pattern(LBP2D(), volume, plane=axis)
    assert found.dtype == np.int16
    assert (pattern(LBP2D(), volume, plane=axis, box=box) == found[box.slices]).all()
    assert (pattern(LBP2D(axis=axis), volume) == found).all()
    one = np.take(volume.array, 2, axis)
    alone = Volume(one[None] if axis == 0 else one.T[None] if axis == 2 else one[None])
    turned = np.take(found, 2, axis)
    assert (pattern(LBP2D(), alone)[0] == (turned.T if axis == 2 else turned)).all()


def test_a_flat_neighbourhood_has_no_variance():
    found = pattern(LBP2D(method="var"), Volume(np.full((1, 8, 8), 5, dtype=np.int16)))
    assert np.isnan(found[0, 3, 3])
    assert found.dtype == np.float64


@pytest.mark.parametrize("subdivisions", [0, 1, 2, 3])
def test_points_lie_on_the_sphere_evenly(subdivisions):
    points = icosphere(subdivisions, 2.5)
    assert points.shape == (2 + 10 * 4**subdivisions, 3)
    assert np.linalg.norm(points, axis=1) == pytest.approx(2.5)
    assert points.sum(axis=0) == pytest.approx(0, abs=1e-9)
    nearest = np.sort(np.linalg.norm(points[:, None] - points[None], axis=2), axis=1)[:, 1]
    assert nearest.max() < 1.3 * nearest.min()


def volume_patterns(entry, array, box=None):
    return dict(entry.images(Volume(array), None, box or whole(array.shape)))


def test_spheres_in_a_slope():
    """Half the sphere is bright round every voxel: degree 0 is half its greatest, and no value stands out."""
    steepness = np.array([2.1, 3.3, 5.7])  # along z, y, x; no point of the sphere is as bright as its centre
    slope = np.tensordot(steepness, np.indices((12, 12, 12)), axes=1)
    found = volume_patterns(LBP3D(levels=2), slope, Box((4, 4, 4), (7, 7, 7)))
    assert list(found) == ["lbp-3D-m1", "lbp-3D-m2", "lbp-3D-k"]
    points = icosphere(1, 1.0)
    heights = points @ steepness
    bright = (heights >= 0).sum()
    assert found["lbp-3D-m1"] == pytest.approx(bright * math.sqrt(len(points)) / (4 * math.pi))
    assert np.ptp(found["lbp-3D-m2"]) < 1e-9
    deviations = heights - heights.mean()
    assert found["lbp-3D-k"] == pytest.approx(
        (deviations**4).mean() / (deviations**2).mean() ** 2 - 3, rel=1e-2
    )


def test_boxes_of_the_volume_patterns_are_cut_out():
    array = np.random.default_rng(3).integers(-99, 99, (7, 8, 9)).astype(np.int16)
    box = Box((2, 1, 3), (5, 6, 6))
    everywhere, inside = volume_patterns(LBP3D(levels=3), array), volume_patterns(LBP3D(levels=3), array, box)
    for name, found in everywhere.items():
        assert (found[box.slices] == inside[name]).all()


def test_a_single_image_has_no_spheres():
    with pytest.raises(DimensionMismatch, match="LBP2D"):
        list(LBP3D().images(Volume(np.ones((1, 8, 8)), is_2d=True), None, Box((0, 0, 0), (0, 7, 7))))
