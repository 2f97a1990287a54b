"""Labels and their boxes against numpy's own search."""

from __future__ import annotations

from itertools import permutations

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiobone.io.grid import Turn
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


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("flipped", [(), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)])
def test_boxes_turn_with_the_array(order: tuple[int, int, int], flipped: tuple[int, ...]) -> None:
    array = (np.random.default_rng(3).random((5, 6, 7)) > 0.96) * np.arange(1, 6)[:, None, None]
    turn = Turn(order, flipped)
    turned = {value: turn.of_box(box, (5, 6, 7)) for value, box in label_boxes(array).items()}
    assert turned == label_boxes(np.ascontiguousarray(turn.of_array(array)))
