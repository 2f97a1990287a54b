"""Simple phantoms agree with their closed forms, and the closed forms with numbers from elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import dblquad

from radiobone.testing.phantoms import box, checkerboard, ellipsoid, ellipsoid_surface, sphere

LENGTHS = st.floats(4.0, 9.0)
STEPS = st.floats(0.5, 1.2)


@settings(max_examples=20, deadline=None)
@given(st.tuples(LENGTHS, LENGTHS, LENGTHS), st.tuples(STEPS, STEPS, STEPS))
def test_voxels_fill_the_ellipsoid(half_axes_mm, spacing_mm):
    phantom = ellipsoid(half_axes_mm, spacing_mm=spacing_mm, margin_mm=2.0)
    counted_mm3 = phantom.mask.array.sum() * phantom.mask.voxel_volume_mm3
    half_mm = np.linalg.norm(spacing_mm) / 2  # a voxel reaches no further beyond the surface
    axes = np.array(half_axes_mm)
    assert 4 / 3 * np.pi * np.prod(axes - half_mm) < counted_mm3 < 4 / 3 * np.pi * np.prod(axes + half_mm)
    middle = [size // 2 for size in phantom.mask.shape]
    assert phantom.mask.array[tuple(middle)] == 1
    for axis, (length_mm, step_mm) in enumerate(zip(half_axes_mm, spacing_mm, strict=True)):
        index: list[object] = list(middle)
        index[axis] = slice(None)
        along = (phantom.mask.array[tuple(index)].sum() - 1) / 2
        assert length_mm / step_mm - 1 - 1e-9 < along <= length_mm / step_mm + 1e-9
    border = np.ones(phantom.mask.shape, dtype=bool)
    border[1:-1, 1:-1, 1:-1] = False
    assert not phantom.mask.array[border].any()


@pytest.mark.parametrize("half_axes", [(3.0, 2.0, 1.0), (2.0, 2.0, 1.0), (2.0, 1.0, 1.0), (1.0, 4.0, 2.5)])
def test_ellipsoid_surface_by_integration(half_axes):
    a, b, c = half_axes

    def element(theta: float, phi: float) -> float:
        along_theta = np.array(
            [a * np.cos(theta) * np.cos(phi), b * np.cos(theta) * np.sin(phi), -c * np.sin(theta)]
        )
        along_phi = np.array([-a * np.sin(theta) * np.sin(phi), b * np.sin(theta) * np.cos(phi), 0.0])
        return float(np.linalg.norm(np.cross(along_theta, along_phi)))

    octant, _ = dblquad(element, 0, np.pi / 2, 0, np.pi / 2, epsabs=1e-7)
    assert ellipsoid_surface(half_axes) == pytest.approx(8 * octant, rel=1e-6)


def test_sphere_is_a_round_ellipsoid():
    assert sphere(10.0).surface_mm2 == pytest.approx(4 * np.pi * 100)
    assert ellipsoid_surface((10.0, 10.0, 9.999999)) == pytest.approx(4 * np.pi * 100, rel=1e-6)


def test_small_voxels_approach_the_volume():
    phantom = ellipsoid((6.0, 9.0, 7.5), spacing_mm=(0.4, 0.3, 0.3))
    counted_mm3 = phantom.mask.array.sum() * phantom.mask.voxel_volume_mm3
    assert counted_mm3 == pytest.approx(phantom.volume_mm3, rel=0.005)


def test_box_is_exact():
    phantom = box((2, 3, 4), spacing_mm=(3.0, 2.0, 1.0))
    assert phantom.mask.array.sum() * phantom.mask.voxel_volume_mm3 == phantom.volume_mm3 == 6 * 6 * 4
    assert phantom.surface_mm2 == 2 * (6 * 6 + 6 * 4 + 6 * 4)
    assert set(np.unique(phantom.image.array[phantom.mask.array == 1])) == {300}
    assert box((2, 3, 4), margin_voxels=0).mask.array.all()


@pytest.mark.parametrize("field_voxels", [1, 2, 3])
def test_checkerboard_alternates_along_every_axis(field_voxels):
    board = checkerboard((12, 12, 12), field_voxels=field_voxels, low=-5, high=7).image.array
    assert board[0, 0, 0] == -5
    for axis in range(3):
        stepped = np.roll(board, field_voxels, axis=axis)
        inner = [slice(None)] * 3
        inner[axis] = slice(field_voxels, None)
        assert (stepped[tuple(inner)] + board[tuple(inner)] == 2).all()
