"""Erosion in mm, shell and core, cortex, volume and metal, on phantoms of known truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from radiobone.core.errors import EmptyMask, NonFiniteIntensity, OnePhase, RoiTooSmall, VoxelTooLarge
from radiobone.core.volume import Triple, Volume
from radiobone.features.bone.base import BoneRegion
from radiobone.features.bone.body import find_body
from radiobone.features.bone.cortical import CORTICAL, CorticalSettings
from radiobone.features.bone.cortical_thickness import CORTICAL_THICKNESS
from radiobone.features.bone.depth import depth_mm, within_mm
from radiobone.features.bone.metal import METAL
from radiobone.features.bone.registry import MEASUREMENTS
from radiobone.features.bone.trabecular import TRABECULAR, TrabecularSettings
from radiobone.features.bone.volume import VOLUME
from radiobone.testing.bone_phantoms import CORTEX_HU, TRABECULAR_HU, BonePhantom, cylinder
from radiobone.testing.phantoms import box, sphere
from radiobone.testing.vertebra import BODY, vertebra

ANISOTROPIC: Triple = (2.5, 0.7, 1.1)


def region_of(phantom: BonePhantom) -> BoneRegion:
    return BoneRegion.of(phantom.image, phantom.mask)


@settings(max_examples=25, deadline=None)
@given(
    shape=st.tuples(*[st.integers(3, 9)] * 3),
    spacing=st.tuples(*[st.sampled_from([0.5, 0.7, 1.0, 2.5])] * 3),
)
def test_depth_in_a_box_is_the_distance_to_its_nearest_face(
    shape: tuple[int, int, int], spacing: Triple
) -> None:
    inside = np.pad(np.ones(shape, dtype=bool), 2)
    found = depth_mm(inside, spacing)[2:-2, 2:-2, 2:-2]
    faces = []
    for axis, (n, step) in enumerate(zip(shape, spacing, strict=True)):
        place = np.arange(n)
        near = (np.minimum(place, n - 1 - place) + 0.5) * step
        faces.append(near.reshape([-1 if other == axis else 1 for other in range(3)]))
    assert np.allclose(found, np.minimum(np.minimum(faces[0], faces[1]), faces[2]))


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), spacing=st.tuples(*[st.sampled_from([0.5, 0.7, 1.0, 2.5])] * 3))
def test_depth_in_any_region_is_that_found_by_trying_every_voxel(seed: int, spacing: Triple) -> None:
    rng = np.random.default_rng(seed)
    inside = ndimage.gaussian_filter(rng.random((8, 7, 9)), 1.0) > 0.45
    outside = np.stack(np.nonzero(~np.pad(inside, 1)), axis=1) - 1
    found = depth_mm(inside, spacing)
    for voxel in np.argwhere(inside):
        ways = np.maximum(np.abs(outside - voxel) - 0.5, 0) * np.asarray(spacing)
        least = float(np.sqrt((ways**2).sum(axis=1)).min())
        assert found[tuple(voxel)] == pytest.approx(least)


@pytest.mark.parametrize("spacing_mm", [(1.0, 1.0, 1.0), ANISOTROPIC], ids=str)
def test_depth_in_a_ball_is_the_radius_less_the_way_from_its_middle(spacing_mm: Triple) -> None:
    """The surface is made of voxel faces, which lie half a voxel diagonal from the ball's at most."""
    ball = sphere(12.0, spacing_mm=spacing_mm)
    inside = ball.mask.array != 0
    axes = [(np.arange(n) - n // 2) * step for n, step in zip(inside.shape, spacing_mm, strict=True)]
    away = np.sqrt(sum(axis**2 for axis in np.meshgrid(*axes, indexing="ij")))
    error = np.abs(depth_mm(inside, spacing_mm) - (12.0 - away))[inside]
    assert error.max() <= math.hypot(*spacing_mm) / 2


def test_widening_reaches_as_far_along_every_axis() -> None:
    point = np.zeros((21, 21, 21), dtype=bool)
    point[10, 10, 10] = True
    wide = within_mm(point, 4.0, (2.0, 1.0, 0.5))
    spans = [np.ptp(axis) for axis in np.nonzero(wide)]
    assert spans == [4, 8, 16]


@pytest.mark.parametrize("spacing_mm", [(1.0, 1.0, 1.0), (3.0, 0.75, 1.5)], ids=str)
def test_trabecular_core_of_a_box(spacing_mm: Triple) -> None:
    """A box eroded by a distance is a box, whose voxels are counted."""
    n = (12, 24, 20)
    body = box(n, spacing_mm=spacing_mm)
    found = TRABECULAR.measure(BoneRegion.of(body.image, body.mask), TrabecularSettings(erosion_mm=4.0))
    kept = math.prod(
        sum(min(i, k - 1 - i) * step + step / 2 > 4.0 for i in range(k))
        for k, step in zip(n, spacing_mm, strict=True)
    )
    assert found["trabecular_volume_cm3"] == pytest.approx(kept * math.prod(spacing_mm) / 1000)
    assert found["trabecular_hu_mean"] == found["trabecular_hu_median"] == 300
    assert found["trabecular_hu_sd"] == 0


def test_trabecular_hu_does_not_see_the_cortex() -> None:
    found = TRABECULAR.measure(region_of(cylinder(16.0, 2.0, 26.0, spacing_mm=(1.0, 0.7, 0.7))))
    assert found["trabecular_hu_mean"] == TRABECULAR_HU


def test_nothing_is_left_of_a_thin_region() -> None:
    with pytest.raises(RoiTooSmall, match="Nothing is left"):
        TRABECULAR.measure(region_of(cylinder(3.0, 1.0, 26.0)))


@pytest.mark.parametrize("spacing_mm", [(0.5, 0.5, 0.5), (1.0, 0.5, 0.5)], ids=str)
def test_shell_and_core_of_a_cylinder(spacing_mm: Triple) -> None:
    """Volumes in closed form; a surface is known to half a voxel, which is so much volume over its whole area."""
    found = CORTICAL.measure(
        region_of(cylinder(15.0, 3.0, 30.0, spacing_mm=spacing_mm)), CorticalSettings(shell_mm=3.0)
    )
    core = math.pi * 12.0**2 * 24.0 / 1000
    shell = math.pi * 15.0**2 * 30.0 / 1000 - core
    half_mm = max(spacing_mm) / 2
    slack = [2 * math.pi * (r * h + r**2) * half_mm / 1000 for r, h in ((12.0, 24.0), (15.0, 30.0))]
    assert found["core_volume_cm3"] == pytest.approx(core, abs=slack[0])
    assert found["shell_volume_cm3"] == pytest.approx(shell, abs=sum(slack))
    assert found["core_hu_mean"] == pytest.approx(TRABECULAR_HU, abs=0.02 * (CORTEX_HU - TRABECULAR_HU))
    assert found["shell_hu_mean"] == pytest.approx(CORTEX_HU, abs=0.05 * (CORTEX_HU - TRABECULAR_HU))


@pytest.mark.parametrize("cortex_mm", [1.5, 2.0, 3.0])
@pytest.mark.parametrize("spacing_mm", [(0.5, 0.5, 0.5), (0.5, 0.3, 0.3)], ids=str)
def test_cortical_thickness_of_a_cylinder(cortex_mm: float, spacing_mm: Triple) -> None:
    """Within one voxel: half for either surface."""
    found = CORTICAL_THICKNESS.measure(region_of(cylinder(14.0, cortex_mm, 30.0, spacing_mm=spacing_mm)))
    assert found["cortical_thickness_mm"] == pytest.approx(cortex_mm, abs=max(spacing_mm))
    assert found["cortical_peak_hu"] == pytest.approx(CORTEX_HU, abs=10)


def test_no_cortex_is_said_so() -> None:
    with pytest.raises(OnePhase, match="No cortex is seen"):
        CORTICAL_THICKNESS.measure(BoneRegion.of(*_plain(spacing_mm=(0.5, 0.5, 0.5))))
    with pytest.raises(VoxelTooLarge):
        CORTICAL_THICKNESS.measure(BoneRegion.of(*_plain(spacing_mm=(3.0, 1.0, 1.0))))


def _plain(spacing_mm: Triple) -> tuple[Volume, Volume]:
    ball = sphere(10.0, spacing_mm=spacing_mm)
    return ball.image, ball.mask


def test_volume_of_a_ball() -> None:
    ball = sphere(15.0)
    found = VOLUME.measure(BoneRegion.of(ball.image, ball.mask))
    assert found["volume_cm3"] == pytest.approx(ball.volume_mm3 / 1000, rel=0.01)
    assert found["mean_hu"] == found["median_hu"] == 300


def test_metal_in_and_beside_a_region() -> None:
    phantom = cylinder(15.0, 2.0, 30.0)
    hu = phantom.image.array.copy()
    centre = hu.shape[0] // 2
    hu[centre, hu.shape[1] // 2, 3] = 3000  # 2 mm beside it
    hu[0, 0, 0] = 3000  # far away
    found = METAL.measure(BoneRegion.of(phantom.image.with_array(hu), phantom.mask))
    assert found["metal_voxels"] == 1


def test_an_empty_mask_and_a_voxel_without_value_are_refused() -> None:
    phantom = cylinder(8.0, 2.0, 16.0)
    with pytest.raises(EmptyMask):
        BoneRegion.of(phantom.image, phantom.mask.with_array(np.zeros_like(phantom.mask.array)))
    hu = phantom.image.array.astype(float)
    hu[tuple(n // 2 for n in hu.shape)] = np.nan
    with pytest.raises(NonFiniteIntensity):
        BoneRegion.of(phantom.image.with_array(hu), phantom.mask)


@pytest.mark.parametrize("tilt_deg", [0.0, 12.0, 30.0, -30.0])
@pytest.mark.parametrize("spacing_mm", [(1.0, 0.8, 0.8), (3.0, 3.0, 3.0)], ids=str)
def test_the_body_is_told_from_the_posterior_elements(tilt_deg: float, spacing_mm: Triple) -> None:
    """A plane misses the hollow of the back wall and the roots of the pedicles: a few per cent of the volume."""
    rng = np.random.default_rng(0)
    image, labels = vertebra(rng, density_mg_cm3=120.0, spacing_mm=spacing_mm, tilt_deg=tilt_deg)
    whole = BoneRegion.of(image, labels)
    found = find_body(whole)
    true = labels.array[whole.box.slices] == BODY
    dice = 2 * np.count_nonzero(found & true) / (np.count_nonzero(found) + np.count_nonzero(true))
    assert dice > 0.96


def test_every_measurement_says_all_of_itself() -> None:
    for name, one in MEASUREMENTS.items():
        assert one.name == name
        assert one.definition.endswith(".")
        assert one.source
        assert one.units
        assert one.voxels.warned_above_mm <= one.voxels.refused_above_mm
        assert one.voxels.why.endswith(".")
    columns = [column for one in MEASUREMENTS.values() for column in one.units]
    assert len(columns) == len(set(columns))
