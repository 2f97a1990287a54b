"""What filters see beyond the border."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiobone.core.errors import RoiTooSmall
from radiobone.imaging.boundary import check_reach, correlate, extended, surroundings
from radiobone.imaging.crop import Box
from radiobone.imaging.pooling import Pool
from radiobone.imaging.rotations import right_angle_rotations, rotated

BOUNDARIES = st.sampled_from(["mirror", "zero", "nearest", "periodic"])
PADDING = {"mirror": "symmetric", "zero": "constant", "nearest": "edge", "periodic": "wrap"}
UNHURRIED = settings(deadline=None, max_examples=60)


@st.composite
def boxes(draw, longest=7):
    shape = draw(st.tuples(*[st.integers(1, longest)] * 3))
    corners = [sorted(draw(st.tuples(*[st.integers(0, size - 1)] * 2))) for size in shape]
    low, high = zip(*corners, strict=True)
    return shape, Box(low, high)


@UNHURRIED
@given(boxes(), st.tuples(*[st.integers(0, 20)] * 3), BOUNDARIES)
def test_extended_is_a_part_of_the_padded_image(drawn, reach, boundary):
    shape, box = drawn
    image = np.random.default_rng(1).normal(size=shape)
    padded = np.pad(image, [(margin, margin) for margin in reach], mode=PADDING[boundary])
    part = tuple(
        slice(low, high + 2 * margin + 1) for low, high, margin in zip(box.low, box.high, reach, strict=True)
    )
    assert (extended(image, box, reach, boundary) == padded[part]).all()


@UNHURRIED
@given(boxes(), st.integers(0, 6), st.integers(0, 2), BOUNDARIES)
def test_correlate_sums_neighbours_in_the_surroundings_as_in_the_whole_image(drawn, margin, axis, boundary):
    shape, box = drawn
    margin = min(margin, shape[axis])
    rng = np.random.default_rng(2)
    image, weights = rng.normal(size=shape), rng.normal(size=2 * margin + 1)
    reach = [margin if other == axis else 0 for other in range(3)]
    near = surroundings(box, reach, shape, boundary)
    found = correlate(image[near.slices], weights, axis, boundary)[box.within(near).slices]
    around = extended(image, box, reach, boundary)
    due = sum(
        weight * np.take(around, range(place, place + box.shape[axis]), axis=axis)
        for place, weight in enumerate(weights)
    )
    assert found == pytest.approx(due, abs=1e-12)


def test_a_filter_may_look_as_far_as_the_image_is_long_and_no_further():
    check_reach((3, 0, 5), (3, 1, 5), "it")
    with pytest.raises(RoiTooSmall, match="1 voxels along y, and it looks 2 voxels"):
        check_reach((3, 2, 5), (3, 1, 5), "it")


@pytest.mark.parametrize(("n_axes", "number"), [(2, 4), (3, 24)])
def test_rotations_keep_a_right_hand(n_axes, number):
    found = right_angle_rotations(n_axes)
    assert len(set(found)) == number
    for order, flips in found:
        matrix = np.zeros((n_axes, n_axes))
        matrix[range(n_axes), order] = np.where(flips, -1, 1)
        assert np.linalg.det(matrix) == pytest.approx(1)


def test_even_and_odd_kernels_are_convolved_once():
    level, edge, spot = ((1.0, 2.0, 1.0),), ((-1.0, 0.0, 1.0),), ((-1.0, 2.0, -1.0),)
    positions = rotated((level, edge, spot))
    assert len(positions) == 6
    assert all(dict(signs) == {1: 2, -1: 2} for signs in positions.values())
    assert sum(sum(signs.values()) for signs in rotated((level, level, spot)).values()) == 24


def test_pools():
    first, second = np.array([1.0, 5.0]), np.array([4.0, 2.0])
    for how, due in (("max", [4, 5]), ("min", [1, 2]), ("average", [3, 3])):
        pool = Pool(how)
        pool.add(first)
        pool.add(second, times=2)
        assert pool.result().tolist() == due
    assert first.tolist() == [1, 5]
