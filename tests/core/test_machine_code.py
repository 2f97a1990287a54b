"""Machine code that is called without numba gives what the same function gives in plain Python."""

from __future__ import annotations

import pickle
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from radiobone.core.compiled import Kernel, compiled
from radiobone.core.kernel_types import read_signature, type_of
from radiobone.core.machine_code import working_here

LAYOUTS = {
    "rows": lambda array: np.ascontiguousarray(array),
    "columns": lambda array: np.asfortranarray(array),
    "part": lambda array: np.repeat(array, 2, axis=-1)[..., ::2],
    "backwards": lambda array: np.ascontiguousarray(array[::-1])[::-1],
}
DTYPES = ("?", "i1", "u1", "i2", "u2", "i4", "u4", "i8", "u8", "f4", "f8")


def weigh(
    array: npt.NDArray[Any], factor: float, step: int, twice: bool, out: npt.NDArray[np.float64]
) -> int:
    """Places matter to the sums, so that an exchange of axes or strides shows."""
    for i in range(array.shape[0]):
        for j in range(array.shape[1]):
            for k in range(array.shape[2]):
                out[i, j] += 1.0 * array[i, j, k] * (1 + i + 3 * j + 7 * k + step) * factor
    if twice:
        out *= 2.0
    return array.size + array.itemsize


def results(value: np.float32, count: np.uint16) -> tuple[float, np.float32, bool, int]:
    """Numbers of several widths, one beside the other."""
    return 2.0 * value, value, count > 3, np.int64(7) - np.int64(count)


weigh_compiled: Any = compiled(weigh)
results_compiled: Any = compiled(results)


def test_it_is_machine_code_that_is_tested_here() -> None:
    assert working_here()
    assert isinstance(weigh_compiled, Kernel)


@pytest.mark.parametrize(
    ("dtype", "layout"), [*((dtype, "rows") for dtype in DTYPES), *(("i2", layout) for layout in LAYOUTS)]
)
def test_arrays_of_any_layout_are_read_as_numpy_reads_them(dtype: str, layout: str) -> None:
    rng = np.random.default_rng(DTYPES.index(dtype))
    array = LAYOUTS[layout](rng.integers(0, 2 if dtype == "?" else 100, (3, 4, 5)).astype(dtype))
    for twice in (False, True):
        expected, found = np.zeros((3, 4)), np.zeros((3, 4))
        counted = weigh(array, 0.25, -2, twice, expected)
        assert weigh_compiled(array, 0.25, -2, twice, found) == counted
        assert np.array_equal(found, expected)
    assert weigh_compiled._loaded[read_signature(map(type_of, (array, 0.25, -2, True, found)))] is not None


@settings(max_examples=50, deadline=None)
@given(
    arrays.arrays(
        np.int16, arrays.array_shapes(min_dims=3, max_dims=3, min_side=0), elements=st.integers(-9, 9)
    )
)
def test_any_shape(array: npt.NDArray[np.int16]) -> None:
    expected, found = np.zeros(array.shape[:2]), np.zeros(array.shape[:2])
    assert weigh_compiled(array, 1.5, 1, False, found) == weigh(array, 1.5, 1, False, expected)
    assert np.array_equal(found, expected)


def test_what_may_not_be_written_to_can_be_read() -> None:
    array = np.ones((2, 2, 2))
    array.setflags(write=False)
    out = np.zeros((2, 2))
    weigh_compiled(array, 1.0, 0, False, out)
    assert out.sum() == sum(1 + i + 3 * j + 7 * k for i in range(2) for j in range(2) for k in range(2))


@given(st.floats(-1e6, 1e6, width=32), st.integers(0, 2**16 - 1))
@settings(max_examples=50, deadline=None)
def test_several_numbers_come_back_in_their_order(value: float, count: int) -> None:
    given_, counted = np.float32(value), np.uint16(count)
    found = results_compiled(given_, counted)
    assert found == (2.0 * value, given_, count > 3, 7 - count)
    assert isinstance(found[2], bool)


@compiled
def _take(size: int, n_times: int) -> float:
    total = 0.0
    for i in range(n_times):
        room = np.empty(size)
        room[size - 1] = i
        total += room[size - 1]
    return total


def test_memory_inside_a_kernel_is_given_back() -> None:
    status = Path("/proc/self/status")
    if not status.exists():
        pytest.skip("the system does not tell how much memory is held")

    def held_mb() -> float:
        held = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        return int(held.split()[1]) / 1024

    _take(1 << 10, 10)
    before = held_mb()
    assert _take(1 << 10, 100_000) == 100_000 * 99_999 / 2  # 800 MB if it were kept
    assert held_mb() - before < 50


def test_want_of_memory_is_an_error_by_its_name() -> None:
    with pytest.raises(MemoryError):
        _take(1 << 58, 1)


def test_threads_share_a_kernel() -> None:
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda n: _take(100, n), range(50)))
    assert found == [n * (n - 1) / 2 for n in range(50)]


def test_a_kernel_is_handed_to_another_process_by_its_name() -> None:
    assert pickle.loads(pickle.dumps(_take)) is _take  # noqa: S301 - our own


def test_what_is_neither_number_nor_array_has_no_signature() -> None:
    assert read_signature([type_of(np.zeros((2, 3))), type_of(1), type_of(np.float32(1))]) == (
        "d2Cw",
        "q",
        "f",
    )
    others = ["text", (1, 2), None, np.zeros(2, complex), np.zeros(2, ">i2"), np.array(1.0), np.ma.zeros(2)]
    assert [read_signature([type_of(one)]) for one in others] == [None] * len(others)
