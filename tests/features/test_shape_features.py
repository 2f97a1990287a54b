"""Shape against geometry: known bodies, invariances, and all pairs of points."""

from __future__ import annotations

import math
from itertools import combinations

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from radiobone.core.errors import RoiTooSmall
from radiobone.features.matrices.cubes import CORNERS, EDGES, triangle_table
from radiobone.features.matrices.diameter import diameters, mesh_vertices
from radiobone.features.matrices.mesh import surface_and_volume
from radiobone.features.matrices.moments import covariance
from radiobone.features.matrices.squares import perimeter_and_area
from radiobone.features.region import ShapeRegion
from radiobone.features.shape import shape
from radiobone.features.shape2d import shape2d

MASKS = hnp.arrays(np.bool_, hnp.array_shapes(min_dims=3, max_dims=3, min_side=2, max_side=5)).filter(
    lambda mask: mask.sum() >= 4
)
quick = settings(max_examples=40, deadline=None)
LENGTHS = ("Maximum3DDiameter", "MajorAxisLength", "MinorAxisLength", "LeastAxisLength")


def measured(mask, spacing=(1.0, 1.0, 1.0)):
    return shape(ShapeRegion(mask, spacing))


def ball(radius_mm, spacing):
    half = [math.ceil(radius_mm / s) + 1 for s in spacing]
    grid = np.ogrid[tuple(slice(-h, h + 1) for h in half)]
    return sum((axis * s) ** 2 for axis, s in zip(grid, spacing, strict=True)) <= radius_mm**2


@pytest.mark.parametrize("spacing", [(1.0, 1.0, 1.0), (2.0, 0.5, 0.8)])
def test_ball_has_the_measures_of_a_ball(spacing):
    found = measured(ball(20.0, spacing), spacing)
    assert found["MeshVolume"] == pytest.approx(4 / 3 * math.pi * 20**3, rel=0.01)
    assert found["VoxelVolume"] == pytest.approx(4 / 3 * math.pi * 20**3, rel=0.01)
    assert found["Maximum3DDiameter"] == pytest.approx(40, abs=max(spacing))  # voxels have extent
    assert found["Elongation"] == pytest.approx(1, abs=0.01)
    assert found["MajorAxisLength"] == pytest.approx(4 * 20 / math.sqrt(5), rel=0.01)
    assert 0.85 < found["Sphericity"] < 1  # the mesh has steps


def test_box_has_the_volume_of_a_box_with_cut_edges():
    found = measured(np.ones((4, 5, 6), dtype=bool), (1.0, 2.0, 3.0))
    assert found["VoxelVolume"] == 4 * 5 * 6 * 6.0
    cut = (3 + 4 + 5) * 4 / 8 + 8 * (1 / 8 - 1 / 48)  # in voxels: edges between corner voxels, and corners
    assert found["MeshVolume"] == pytest.approx((4 * 5 * 6 - cut) * 6.0)


def test_one_voxel_is_an_octahedron():
    perimeter, area = perimeter_and_area(np.ones((1, 1), dtype=bool), (1.0, 1.0))
    assert (perimeter, area) == pytest.approx((2 * math.sqrt(2), 0.5))
    surface, volume = surface_and_volume(np.ones((1, 1, 1), dtype=bool), (1.0, 1.0, 1.0))
    assert (surface, volume) == pytest.approx((math.sqrt(3), 1 / 6))


@pytest.mark.parametrize("index", range(256))
def test_triangles_cut_only_edges_that_cross_the_surface(index):
    crossing = {e for e, (a, b) in enumerate(EDGES) if (index >> a & 1) != (index >> b & 1)}
    assert {edge for triangle in triangle_table()[index] for edge in triangle} == crossing
    assert len(CORNERS) == 8


@quick
@given(MASKS, st.floats(0.25, 4.0))
def test_scales_with_spacing(mask, factor):
    try:
        one, other = measured(mask), measured(mask, (factor,) * 3)
    except RoiTooSmall:  # voxels that touch across corners may enclose no volume
        assume(False)
    for name in LENGTHS:
        assert other[name] == pytest.approx(factor * one[name], abs=1e-6)
    assert other["SurfaceArea"] == pytest.approx(factor**2 * one["SurfaceArea"])
    assert other["MeshVolume"] == pytest.approx(factor**3 * one["MeshVolume"])
    assert other["Sphericity"] == pytest.approx(one["Sphericity"])


@quick
@given(MASKS, st.permutations([0, 1, 2]), st.lists(st.booleans(), min_size=3, max_size=3))
def test_axes_and_diameter_do_not_depend_on_orientation(mask, order, mirrored):
    turned = np.transpose(mask, order)
    turned = np.flip(turned, [axis for axis in range(3) if mirrored[axis]])
    one, other = measured(mask), measured(turned)
    for name in (*LENGTHS, "Elongation", "Flatness", "VoxelVolume"):
        assert other[name] == pytest.approx(one[name], abs=1e-6)


@quick
@given(MASKS, st.tuples(*[st.integers(0, 3)] * 6))
def test_does_not_depend_on_place(mask, margins):
    try:
        moved, unmoved = measured(np.pad(mask, np.reshape(margins, (3, 2)))), measured(mask)
    except RoiTooSmall:  # the volume of a mesh with gaps depends on the place, and may vanish
        assume(False)
    for name, value in unmoved.items():
        if name in (*LENGTHS, "SurfaceArea", "VoxelVolume", "Elongation", "Flatness") or "2D" in name:
            assert moved[name] == pytest.approx(value, abs=1e-6), name


def test_voxels_that_enclose_no_volume_are_named():
    places = [(0, 0, 0), (0, 0, 2), (0, 1, 4), (0, 3, 1), (0, 3, 3), (1, 1, 3), (1, 3, 0), (1, 3, 4)]
    mask = np.zeros((2, 6, 5), dtype=bool)
    for z, y, x in places:
        mask[z, y + 2, x] = True
    with pytest.raises(RoiTooSmall, match="encloses a volume of"):
        measured(mask)


def test_mesh_volume_of_a_closed_mesh_does_not_depend_on_place():
    body = ball(4.0, (1.0, 1.0, 1.0))
    assert measured(np.pad(body, ((3, 0), (0, 2), (1, 1))))["MeshVolume"] == pytest.approx(
        measured(body)["MeshVolume"]
    )


@quick
@given(
    hnp.arrays(
        np.int64, st.tuples(st.integers(1, 60), st.just(3)), elements=st.integers(-9, 9), unique=False
    ),
    st.sampled_from([(1.0, 1.5, 0.5), (3.0, 0.7, 0.7)]),
)
def test_diameters_are_over_all_pairs(points, spacing):
    points = np.unique(points, axis=0)
    found = diameters(points, spacing)
    mm = points * np.asarray(spacing) / 2
    pairs = list(combinations(range(len(points)), 2))
    assert found.overall == pytest.approx(max((math.dist(mm[a], mm[b]) for a, b in pairs), default=0.0))
    for axis, in_planes in enumerate((found.across_z, found.across_y, found.across_x)):
        same = (math.dist(mm[a], mm[b]) for a, b in pairs if points[a, axis] == points[b, axis])
        assert in_planes == pytest.approx(max(same, default=0.0))


@quick
@given(MASKS)
def test_mesh_vertices_lie_between_inside_and_outside(mask):
    padded = np.pad(mask, 1)
    expected = {
        tuple(2 * np.array(place) + np.eye(3, dtype=int)[axis])
        for axis in range(3)
        for place in np.ndindex(*(size - (k == axis) for k, size in enumerate(padded.shape)))
        if padded[place] != padded[tuple(np.array(place) + np.eye(3, dtype=int)[axis])]
    }
    found = mesh_vertices(mask)
    assert {tuple(vertex) for vertex in found} == expected
    assert len(found) == len(expected)


@quick
@given(hnp.arrays(np.bool_, hnp.array_shapes(min_dims=2, max_dims=3, max_side=6)).filter(np.any))
def test_covariance_is_that_of_the_voxel_centres(mask):
    expected = np.cov(np.argwhere(mask).T, ddof=0)
    assert covariance(mask) == pytest.approx(expected, abs=1e-12)
    assert covariance(np.asfortranarray(mask)) == pytest.approx(expected, abs=1e-12)


def test_disc_has_the_measures_of_a_disc():
    disc = ball(30.0, (1.0, 1.0, 1.0))[31:32]
    found = shape2d(ShapeRegion(disc, (5.0, 1.0, 1.0), plane=0))
    assert found["MeshSurface"] == pytest.approx(math.pi * 900, rel=0.01)
    assert found["MaximumDiameter"] == pytest.approx(60, rel=0.03)
    assert found["Elongation"] == pytest.approx(1)
    assert found["MajorAxisLength"] == pytest.approx(60, rel=0.01)


@quick
@given(
    hnp.arrays(np.bool_, st.tuples(st.just(1), st.integers(2, 6), st.integers(2, 6))).filter(
        lambda m: m.sum() > 1
    )
)
def test_shape2d_is_the_same_along_every_plane(mask):
    one = shape2d(ShapeRegion(mask, (9.0, 2.0, 3.0), plane=0))
    assert shape2d(ShapeRegion(np.moveaxis(mask, 0, 1), (2.0, 9.0, 3.0), plane=1)) == pytest.approx(one)
    assert shape2d(ShapeRegion(np.moveaxis(mask, 0, 2), (2.0, 3.0, 9.0), plane=2)) == pytest.approx(one)
