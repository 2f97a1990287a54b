"""Intensities in ascending order, counted or compared."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from radiobone.features.ordering import ascending

WHOLE = arrays(np.float64, st.integers(1, 60), elements=st.integers(-30, 30).map(float))
ANY = arrays(np.float64, st.integers(1, 60), elements=st.floats(-1e30, 1e30))
HALVES = arrays(np.float64, st.integers(1, 60), elements=st.integers(-30, 30).map(lambda n: n / 2))


@given(values=WHOLE | ANY | HALVES)
def test_values_ascend_as_when_sorted(values: np.ndarray) -> None:
    before = values.copy()
    assert np.array_equal(ascending(values), np.sort(values))
    assert np.array_equal(values, before)


@pytest.mark.parametrize("far", [0.0, 2.0**52, -(2.0**52), 2.0**53, 1e18, -1e30])
@pytest.mark.parametrize("step", [1.0, 0.5, 2.0**-40])
def test_whole_numbers_and_others_far_from_zero(far: float, step: float) -> None:
    values = far + np.random.default_rng(0).integers(0, 90, 500) * step
    assert np.array_equal(ascending(values), np.sort(values))
    assert np.array_equal(
        ascending(np.append(values, values[0] + 0.25)), np.sort(np.append(values, values[0] + 0.25))
    )
