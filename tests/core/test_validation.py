from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from radiobone.core.errors import BadSpacing, DimensionMismatch, GeometryMismatch, NonOrthogonalGrid
from radiobone.core.validation import (
    check_direction,
    check_same_grid,
    check_spacing,
    grid_distance_voxels,
    index_to_world,
    world_to_index,
)
from radiobone.core.volume import Volume
from radiobone.core.warnings import GeometrySnapped, ImplausibleSpacing

ARRAY = np.zeros((4, 5, 6), dtype=np.int16)
lengths = st.floats(0.1, 10)
places = st.floats(-500, 500)


@st.composite
def grids(draw: st.DrawFn) -> Volume:
    turn = Rotation.from_euler("xyz", [draw(st.floats(-3, 3)) for _ in range(3)]).as_matrix()
    flips = np.diag([draw(st.sampled_from([-1.0, 1.0])) for _ in range(3)])
    return Volume(
        ARRAY,
        spacing_mm=(draw(lengths), draw(lengths), draw(lengths)),
        origin_mm=(draw(places), draw(places), draw(places)),
        direction=tuple((turn @ flips).ravel().tolist()),
    )


@settings(deadline=None, max_examples=50)
@given(grids(), st.lists(st.tuples(places, places, places), min_size=1, max_size=5))
def test_index_and_world_are_inverse(grid: Volume, indices: list[tuple[float, float, float]]) -> None:
    back = world_to_index(grid, index_to_world(grid, indices))
    assert back == pytest.approx(np.array(indices), abs=1e-6)


@settings(deadline=None, max_examples=50)
@given(grids(), st.tuples(st.integers(0, 3), st.integers(0, 4), st.integers(0, 5)))
def test_world_is_where_simpleitk_says(grid: Volume, index: tuple[int, int, int]) -> None:
    image = sitk.GetImageFromArray(ARRAY)
    image.SetSpacing(grid.spacing_mm[::-1])
    image.SetOrigin(grid.origin_mm)
    image.SetDirection(grid.direction)
    expected = image.TransformIndexToPhysicalPoint(index[::-1])
    assert index_to_world(grid, [index])[0] == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    "bad", [(0.0, 1.0, 1.0), (1.0, -2.0, 1.0), (1.0, float("nan"), 1.0), (float("inf"), 1, 1)]
)
def test_impossible_spacing_is_refused_with_its_value(bad: tuple[float, ...]) -> None:
    with pytest.raises(BadSpacing, match=f"{bad[1]:g}"):
        check_spacing(bad, "scan.nii.gz")


def test_metres_taken_for_millimetres_are_pointed_out() -> None:
    with pytest.warns(ImplausibleSpacing, match=r"0\.0009"):
        check_spacing((0.0009, 0.0009, 0.002), "scan.nii.gz")


def test_a_sheared_grid_is_refused() -> None:
    with pytest.raises(NonOrthogonalGrid, match="right angles"):
        check_direction((1, 0, 0, 0, 1, 0.26, 0, 0, 1), "scan.nii.gz")


@settings(deadline=None, max_examples=50)
@given(grids())
def test_a_grid_agrees_with_itself_and_with_float32_headers(grid: Volume) -> None:
    check_same_grid(grid, grid)
    small = min(grid.spacing_mm)
    rounded = replace(grid, origin_mm=tuple(value + 1e-5 * small for value in grid.origin_mm))
    check_same_grid(grid, rounded)


def test_a_small_shift_is_taken_up_with_a_warning() -> None:
    image = Volume(ARRAY, spacing_mm=(2.0, 1.0, 1.0))
    with pytest.warns(GeometrySnapped, match=r"0\.01 voxels"):
        check_same_grid(image, replace(image, origin_mm=(0.01, 0.0, 0.0)), "mask.nii.gz")


@pytest.mark.parametrize(
    "other",
    [
        Volume(ARRAY, origin_mm=(5.0, 0.0, 0.0)),
        Volume(ARRAY, spacing_mm=(1.0, 1.1, 1.0)),
        Volume(ARRAY, direction=(-1.0, 0, 0, 0, 1, 0, 0, 0, 1)),
        Volume(ARRAY[:3]),
    ],
    ids=["origin", "spacing", "direction", "size"],
)
def test_another_grid_is_refused_and_the_message_says_what_to_do(other: Volume) -> None:
    with pytest.raises(GeometryMismatch, match="correctMask") as caught:
        check_same_grid(Volume(ARRAY), other, "mask.nii.gz")
    assert "mask.nii.gz" in str(caught.value)


def test_a_volume_is_no_mask_for_a_radiograph() -> None:
    flat = Volume(ARRAY[:1], is_2d=True)
    with pytest.raises(DimensionMismatch, match="2D"):
        check_same_grid(flat, Volume(ARRAY[:1]))


@settings(deadline=None, max_examples=50)
@given(grids(), st.floats(0.01, 3))
def test_distance_of_shifted_grids_is_the_shift(grid: Volume, shift_mm: float) -> None:
    moved = replace(grid, origin_mm=(grid.origin_mm[0] + shift_mm, *grid.origin_mm[1:]))
    assert grid_distance_voxels(grid, moved) == pytest.approx(shift_mm / min(grid.spacing_mm), rel=1e-6)
