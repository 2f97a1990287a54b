"""Outlines of regions whose area and outline are known."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from radiobone.imaging.outline import enclosed_area, largest_part, outlines


def test_a_rectangle_with_a_hole():
    mask = np.zeros((8, 9), bool)
    mask[1:7, 2:8] = True
    mask[3:5, 4:6] = False
    outer, hole = outlines(mask)
    assert len(outer) == 24 + 1
    assert enclosed_area(outer) == 36
    assert enclosed_area(hole) == -4
    assert outer.min(axis=0).tolist() == [1, 2]
    assert outer.max(axis=0).tolist() == [7, 8]


def test_pixels_that_touch_at_a_corner_have_outlines_of_their_own():
    assert [enclosed_area(way) for way in outlines(np.eye(3, dtype=bool))] == [1, 1, 1]


@settings(deadline=None, max_examples=60)
@given(hnp.arrays(bool, st.tuples(st.integers(1, 8), st.integers(1, 8))))
def test_areas_add_up_and_every_edge_is_walked_once(mask):
    ways = outlines(mask)
    padded = np.pad(mask, 1).astype(int)
    n_edges = int(np.abs(np.diff(padded, axis=0)).sum() + np.abs(np.diff(padded, axis=1)).sum())
    assert sum(enclosed_area(way) for way in ways) == mask.sum()
    assert sum(len(way) - 1 for way in ways) == n_edges
    assert all((way[0] == way[-1]).all() for way in ways)


def test_the_largest_part_is_whole():
    mask = np.zeros((10, 10), bool)
    mask[1:6, 1:6] = True
    mask[3, 3] = False
    mask[8, 8] = True
    expected = np.zeros_like(mask)
    expected[1:6, 1:6] = True
    np.testing.assert_array_equal(largest_part(mask), expected)
    assert not largest_part(np.zeros((3, 3), bool)).any()
