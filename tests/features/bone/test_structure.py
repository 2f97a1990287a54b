"""Thickness, spacing, direction, dimension and lacunarity of structures that are known."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from radiobone.core.errors import OnePhase, RoiTooSmall, VoxelTooLarge
from radiobone.core.volume import Triple, Volume
from radiobone.features.bone.apparent import APPARENT
from radiobone.features.bone.base import BoneRegion
from radiobone.features.bone.fractal import FRACTAL, FractalSettings
from radiobone.features.bone.lacunarity import LACUNARITY, LacunaritySettings
from radiobone.features.bone.local_thickness import local_thickness_mm
from radiobone.features.bone.phase import PhaseSettings
from radiobone.testing.bone_phantoms import (
    BonePhantom,
    menger_sponge,
    plates,
    rods,
    sierpinski_carpet,
)
from radiobone.testing.phantoms import sphere

FINE: Triple = (0.3, 0.3, 0.3)
UNEVEN: Triple = (0.4, 0.2, 0.25)


def region_of(phantom: BonePhantom) -> BoneRegion:
    return BoneRegion.of(phantom.image, phantom.mask)


def slow_thickness(structure: npt.NDArray[np.bool_], spacing_mm: Triple) -> npt.NDArray[np.float64]:
    """Try every ball at half-voxel steps, by its distance to every point of the surface or outside."""
    fine = np.zeros([2 * n + 1 for n in structure.shape], dtype=bool)
    for place in np.ndindex(fine.shape):
        touched = [range((p - 1) // 2, p // 2 + 1) for p in place]
        voxels = [(a, b, c) for a in touched[0] for b in touched[1] for c in touched[2]]
        fine[place] = all(
            all(0 <= i < n for i, n in zip(one, structure.shape, strict=True)) and structure[one]
            for one in voxels
        )
    half = np.asarray(spacing_mm) / 2
    outside = np.argwhere(~fine) * half
    found = np.zeros(structure.shape)
    voxels = np.argwhere(structure)
    for place in np.argwhere(fine):
        radius = np.sqrt(((outside - place * half) ** 2).sum(axis=1)).min()
        near = np.sqrt((((2 * voxels + 1 - place) * half) ** 2).sum(axis=1)) <= radius * (1 + 1e-9)
        held = tuple(voxels[near].T)
        found[held] = np.maximum(found[held], 2 * radius)
    return found


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), spacing=st.tuples(*[st.sampled_from([0.5, 0.7, 1.0])] * 3))
def test_local_thickness_is_that_of_trying_every_ball(seed: int, spacing: Triple) -> None:
    noise = np.random.default_rng(seed).random((6, 7, 5))
    structure = ndimage.gaussian_filter(noise, 0.8) > 0.48
    assert np.allclose(local_thickness_mm(structure, spacing), slow_thickness(structure, spacing))


@pytest.mark.parametrize("n", [1, 2, 3, 6])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_plate_of_whole_voxels_is_exactly_so_thick(n: int, axis: int) -> None:
    shape = [24, 24, 24]
    shape[axis] = n
    found = local_thickness_mm(np.ones(shape, dtype=bool), UNEVEN)
    assert found[tuple(size // 2 for size in shape)] == pytest.approx(n * UNEVEN[axis])


def test_a_ball_is_as_thick_as_its_diameter() -> None:
    """The largest ball within its steps: they reach inwards by half a voxel's diagonal on either side, at most."""
    ball = sphere(5.0, spacing_mm=UNEVEN)
    inside = ball.mask.array != 0
    assert local_thickness_mm(inside, UNEVEN).max() == pytest.approx(10.0, abs=math.hypot(*UNEVEN))


@pytest.mark.parametrize(("thickness_mm", "gap_mm"), [(0.6, 1.2), (0.9, 1.5), (1.5, 0.9)])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_plates(thickness_mm: float, gap_mm: float, axis: int) -> None:
    """Whole voxels: thickness is exact, but for rounded ends where the border cuts a ball; the share is to a plate."""
    phantom = plates(thickness_mm, gap_mm, spacing_mm=FINE, axis=axis, size_mm=(18.0, 18.0, 18.0))
    found = APPARENT.measure(region_of(phantom))
    assert found["apparent_tb_th_mm"] == pytest.approx(thickness_mm, abs=1e-6)
    assert found["apparent_tb_sp_mm"] == pytest.approx(gap_mm, abs=1e-6)
    assert found["apparent_bv_tv"] == pytest.approx(thickness_mm / (thickness_mm + gap_mm), abs=gap_mm / 12)


@pytest.mark.parametrize("turned_deg", [20.0, 45.0])
def test_oblique_plates(turned_deg: float) -> None:
    """Steps of voxels: thickness to within a voxel."""
    phantom = plates(1.2, 1.8, spacing_mm=(0.2, 0.2, 0.2), turned_deg=turned_deg, size_mm=(14.0, 14.0, 14.0))
    found = APPARENT.measure(region_of(phantom))
    assert found["apparent_tb_th_mm"] == pytest.approx(1.2, abs=0.2)
    assert found["apparent_tb_sp_mm"] == pytest.approx(1.8, abs=0.2)


@pytest.mark.parametrize("spacing_mm", [(0.3, 0.2, 0.2), (0.2, 0.2, 0.2)], ids=str)
def test_rods(spacing_mm: Triple) -> None:
    """A rod is as thick as its diameter; gaps lie between the narrowest and the widest ball between rods."""
    phantom = rods(1.2, 2.4, spacing_mm=spacing_mm, size_mm=(12.0, 16.0, 16.0))
    found = APPARENT.measure(region_of(phantom))
    assert found["apparent_tb_th_mm"] == pytest.approx(1.2, abs=max(spacing_mm))
    assert 2.4 - 1.2 < found["apparent_tb_sp_mm"] < 2.4 * math.sqrt(2) - 1.2 + max(spacing_mm)
    assert found["apparent_bv_tv"] == pytest.approx(math.pi * 0.36 / 2.4**2, abs=0.05)


def test_apparent_structure_is_refused_where_it_cannot_be_seen() -> None:
    with pytest.raises(VoxelTooLarge, match=r"more than 0\.7 mm is too much"):
        APPARENT.measure(region_of(plates(2.0, 2.0)))
    solid = plates(100.0, 1.0, spacing_mm=FINE, size_mm=(9.0, 9.0, 9.0))
    with pytest.raises(OnePhase, match="only voxels above 200 HU"):
        APPARENT.measure(region_of(solid))
    with pytest.raises(RoiTooSmall, match="Nothing is left"):
        APPARENT.measure(region_of(plates(0.6, 0.6, spacing_mm=FINE, size_mm=(5.0, 5.0, 5.0))))


EVERYWHERE = {"erosion_mm": 0.0}


@pytest.mark.parametrize("voxel_mm", [0.3, 0.7])
def test_dimension_of_a_menger_sponge(voxel_mm: float) -> None:
    """Exact with boxes that grow as the sponge does; with boxes that double, counts rise and fall about the line."""
    region = region_of(menger_sponge(4, voxel_mm=voxel_mm))
    exact = FRACTAL.measure(region, FractalSettings(factor=3.0, **EVERYWHERE))
    assert exact["fractal_dimension"] == pytest.approx(math.log(20) / math.log(3), abs=1e-9)
    doubled = FRACTAL.measure(region, FractalSettings(**EVERYWHERE))
    assert doubled["fractal_dimension"] == pytest.approx(math.log(20) / math.log(3), abs=0.15)


def test_dimension_of_a_sierpinski_carpet() -> None:
    found = FRACTAL.measure(
        region_of(sierpinski_carpet(4, voxel_mm=0.5)), FractalSettings(factor=3.0, **EVERYWHERE)
    )
    assert found["fractal_dimension"] == pytest.approx(math.log(8) / math.log(3), abs=1e-9)


def test_dimension_of_a_solid_and_of_a_sheet() -> None:
    """Exact: a solid fills every box, and of a sheet's boxes each counts by its part in the region."""
    n = (36, 36, 36)
    for inside, dimension in ((np.ones(n, dtype=bool), 3.0), (np.indices(n)[0] == 12, 2.0)):
        hu = np.where(inside, 500, 0)
        hu[-1, -1, -1] = 0
        image = Volume(hu, (0.5, 0.5, 0.5))
        region = BoneRegion.of(image, image.with_array(np.ones(n, dtype=np.uint8)))
        found = FRACTAL.measure(region, FractalSettings(**EVERYWHERE))
        assert found["fractal_dimension"] == pytest.approx(dimension, abs=1e-3)


def test_dimension_needs_room() -> None:
    with pytest.raises(RoiTooSmall, match="a slope needs 3"):
        FRACTAL.measure(region_of(menger_sponge(2, voxel_mm=0.5)), FractalSettings(**EVERYWHERE))


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6])
def test_lacunarity_of_voxels_by_chance(share: float) -> None:
    """A box of n voxels holds a binomial number: 1 + (1 - share) / (share n), within sampling error."""
    image = Volume(np.where(np.random.default_rng(3).random((60, 60, 60)) < share, 500, 0), FINE)
    region = BoneRegion.of(image, image.with_array(np.ones(image.shape, dtype=np.uint8)))
    found = LACUNARITY.measure(region, LacunaritySettings(box_mm=1.2, **EVERYWHERE))
    assert found["lacunarity"] == pytest.approx(1 + (1 - share) / (share * 64), rel=0.01)


def test_lacunarity_of_stripes() -> None:
    """A box of whole periods holds the same everywhere; of half a period it holds all to none, evenly: 4 / 3."""
    stripes = region_of(plates(1.2, 1.2, spacing_mm=FINE, size_mm=(12.0, 6.0, 6.0)))
    whole = LACUNARITY.measure(stripes, LacunaritySettings(box_mm=2.4, **EVERYWHERE))
    assert whole["lacunarity"] == pytest.approx(1.0)
    half = LACUNARITY.measure(stripes, LacunaritySettings(box_mm=1.2, **EVERYWHERE))
    masses = np.array([4, 3, 2, 1, 0, 1, 2, 3], dtype=float)  # of every 8 places of a box of 4 voxels
    assert half["lacunarity"] == pytest.approx((masses**2).mean() / masses.mean() ** 2, rel=0.03)


def test_a_box_that_does_not_fit_is_said() -> None:
    with pytest.raises(RoiTooSmall, match="No box"):
        LACUNARITY.measure(
            region_of(plates(0.6, 0.6, spacing_mm=FINE, size_mm=(9.0,) * 3)), LacunaritySettings(box_mm=8.0)
        )


def test_the_threshold_is_a_setting() -> None:
    phantom = plates(0.6, 1.2, spacing_mm=FINE, size_mm=(12.0,) * 3)
    with pytest.raises(OnePhase, match="no voxel above 900 HU"):
        APPARENT.measure(region_of(phantom), PhaseSettings(bone_hu=900.0))
