"""Labels and their boxes against numpy's own search."""

from __future__ import annotations

import hypothesis.extra.numpy as hnp
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from radiobone.io.label_scan import label_boxes


@settings(max_examples=100, deadline=None)
@given(
    hnp.arrays(
        st.sampled_from([np.uint8, np.int16, np.int32]),
        hnp.array_shapes(min_dims=3, max_dims=3, max_side=6),
        elements=st.sampled_from([0, 0, 0, 1, 2, 7]),
    ),
    st.booleans(),
)
def test_boxes_are_the_smallest_that_hold_each_value(labels, turned):
    labels = np.flip(labels.transpose(2, 0, 1), 1) if turned else labels
    found = label_boxes(labels)
    assert list(found) == [value for value in np.unique(labels) if value > 0]
    for value, box in found.items():
        places = np.nonzero(labels == value)
        assert box == tuple(slice(int(axis.min()), int(axis.max()) + 1) for axis in places)


def test_negative_values_and_background_are_no_labels():
    labels = np.array([[[-3, 0, -1]]], dtype=np.int16)
    assert label_boxes(labels) == {}
    assert label_boxes(np.zeros((0, 2, 2), dtype=np.uint8)) == {}


def test_huge_values_are_found_without_a_huge_table():
    labels = np.zeros((2, 2, 2), dtype=np.int64)
    labels[1, 1, 1] = 2**40
    ((value, box),) = label_boxes(labels).items()
    assert value == 2**40
    assert (labels[box] == value).sum() == 1
