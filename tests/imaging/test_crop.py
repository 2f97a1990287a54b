"""The box round a region against numpy's own search."""

from __future__ import annotations

import hypothesis.extra.numpy as hnp
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from radiobone.imaging.crop import Box, bounding_box, planes_in_use

SPARSE = hnp.arrays(
    st.sampled_from([np.bool_, np.uint8, np.int16, np.uint64, np.float32]),
    st.tuples(st.integers(1, 4), st.sampled_from([1, 2, 4]), st.sampled_from([1, 3, 4, 8])),
    elements=st.sampled_from([0, 0, 0, 0, 0, 1]),
)


@settings(max_examples=200, deadline=None)
@given(SPARSE, st.booleans())
def test_the_box_is_the_smallest_that_holds_the_region(mask, turned):
    mask = np.flip(mask.transpose(2, 0, 1), 1) if turned else mask
    assert planes_in_use(mask).tolist() == [i for i, plane in enumerate(mask) if plane.any()]
    if mask.any():
        places = np.argwhere(mask)
        box = bounding_box(mask)
        assert box == Box(tuple(places.min(axis=0)), tuple(places.max(axis=0)))


def test_an_array_without_planes_or_voxels_has_none_in_use():
    assert planes_in_use(np.zeros((0, 2, 2), np.uint8)).size == 0
    assert planes_in_use(np.zeros((2, 0, 2), np.uint8)).size == 0


def test_the_highest_byte_of_eight_counts():
    mask = np.zeros((3, 1, 8), np.uint8)
    mask[1, 0, 7] = 128
    assert planes_in_use(mask).tolist() == [1]
