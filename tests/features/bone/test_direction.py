"""Direction of trabeculae, by gradients and by intercepts, on structures whose direction is known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from radiobone.core.errors import OnePhase, VoxelTooLarge
from radiobone.core.volume import Triple, Volume
from radiobone.core.warnings import CoarseVoxels
from radiobone.features.bone.anisotropy import ANISOTROPY, AnisotropySettings, gradient_tensor
from radiobone.features.bone.base import BoneRegion
from radiobone.features.bone.mil import MIL, MilSettings, directions, fabric_tensor, intercepts
from radiobone.testing.bone_phantoms import BonePhantom, plates, rods
from radiobone.testing.phantoms import sphere
from radiobone.testing.random_structures import crossing_length_mm, grain

ALONG = directions(60)


def region_of(phantom: BonePhantom) -> BoneRegion:
    return BoneRegion.of(phantom.image, phantom.mask)


def region_of_field(field: np.ndarray, spacing_mm: Triple) -> BoneRegion:
    image = Volume(field, spacing_mm)
    return BoneRegion.of(image, image.with_array(np.ones(field.shape, dtype=np.uint8)))


def grating(
    normal: tuple[float, float, float], period_mm: float, voxel_mm: float = 0.25, n: int = 64
) -> BoneRegion:
    """Make smooth plates, whose surfaces are half a period apart and lie between voxels where they should."""
    away = np.einsum(
        "i,i...->...", np.asarray(normal) / np.linalg.norm(normal), np.indices((n, n, n)) * voxel_mm
    )
    return region_of_field(1000 * np.sin(2 * math.pi * away / period_mm + 0.3), (voxel_mm,) * 3)


def lengths_of(region: BoneRegion, bone_hu: float = 0.0) -> np.ndarray:
    """Mean intercept lengths along 60 directions."""
    length_mm, crossings = intercepts(region.hu, region.mask, region.spacing_mm, bone_hu, ALONG)
    return np.asarray(length_mm / crossings)


@pytest.mark.parametrize("spacing_mm", [(0.3, 0.3, 0.3), (0.45, 0.3, 0.35)], ids=str)
@pytest.mark.parametrize("sigmas_mm", [(1.0, 1.0, 1.0), (1.5, 1.0, 1.0), (1.0, 1.6, 1.3)], ids=str)
def test_intercepts_of_grain_are_those_of_rice(sigmas_mm: Triple, spacing_mm: Triple) -> None:
    """Along every direction as long as its slope says; the surface of so few grains varies by some 4 % from field to field."""
    fields = [grain((56,) * 3, sigmas_mm, spacing_mm, np.random.default_rng(seed)) for seed in (1, 2)]
    ratios = np.mean([lengths_of(region_of_field(one, spacing_mm)) for one in fields], axis=0)
    ratios /= crossing_length_mm(ALONG, sigmas_mm)
    assert ratios.mean() == pytest.approx(1.0, abs=0.07)
    assert ratios.std() < 0.05  # no direction stands out


def test_what_is_given_is_the_ellipsoid_of_the_intercepts() -> None:
    sigmas_mm, spacing_mm = (1.5, 1.0, 1.2), (0.3, 0.3, 0.3)
    region = region_of_field(
        1000 * grain((64,) * 3, sigmas_mm, spacing_mm, np.random.default_rng(3)), spacing_mm
    )
    found = MIL.measure(region, MilSettings(bone_hu=0.0, erosion_mm=0.0))
    assert found["mil_least_most"] == pytest.approx(1.0 / 1.5, abs=0.06)
    assert found["mil_least_middle"] == pytest.approx(1.0 / 1.2, abs=0.06)
    assert found["mil_degree"] == 1 - found["mil_least_most"]
    assert found["mil_mean_mm"] == pytest.approx(1 / (1 / lengths_of(region)).mean(), rel=0.01)


@pytest.mark.slow
@pytest.mark.long
def test_intercepts_of_grain_have_a_bias_of_at_most_three_percent() -> None:
    """Mean of eight fields. Interpolation between voxels rounds grains off, and a line misses what begins and ends between
    two of its places: with grains of three voxels, 1 to 2 %."""
    sigmas_mm, spacing_mm = (1.5, 1.0, 1.0), (0.3, 0.3, 0.3)
    true = crossing_length_mm(ALONG, sigmas_mm)
    ratios = [
        (
            lengths_of(
                region_of_field(
                    grain((72,) * 3, sigmas_mm, spacing_mm, np.random.default_rng(seed)), spacing_mm
                )
            )
            / true
        ).mean()
        for seed in range(8)
    ]
    error = np.std(ratios) / math.sqrt(len(ratios))
    assert error < 0.012
    assert 1 - 3 * error < np.mean(ratios) < 1.03 + error


@settings(max_examples=5, deadline=None)
@given(stretch=st.tuples(*[st.floats(0.6, 1.7)] * 3), seed=st.integers(0, 2**16))
def test_stretching_a_structure_stretches_its_ellipsoid(stretch: Triple, seed: int) -> None:
    """The same voxels with other edges are the same structure, stretched: the tensor becomes that of the stretch."""
    field = grain((52, 52, 52), (1.2, 1.2, 1.2), (0.3,) * 3, np.random.default_rng(seed))
    tensors = []
    for spacing_mm in ((0.3,) * 3, tuple(0.3 * factor for factor in stretch)):
        region = region_of_field(field, (spacing_mm[0], spacing_mm[1], spacing_mm[2]))
        length_mm, crossings = intercepts(region.hu, region.mask, region.spacing_mm, 0.0, ALONG)
        tensors.append(fabric_tensor(ALONG, crossings / length_mm))
    expected = tensors[0] / np.outer(stretch, stretch)
    assert np.abs(tensors[1] - expected).max() < 0.06 * expected.max()


@pytest.mark.parametrize("normal", [(1, 0, 0), (0, 1, 1), (1, 2, 3)])
def test_plates_are_short_along_one_axis(normal: tuple[float, float, float]) -> None:
    region = grating(normal, 2.0)
    found = MIL.measure(region, MilSettings(bone_hu=0.0, erosion_mm=0.0))
    assert found["mil_least_most"] < 0.05
    assert found["mil_least_middle"] < 0.1
    length_mm, crossings = intercepts(region.hu, region.mask, region.spacing_mm, 0.0, ALONG)
    values, vectors = np.linalg.eigh(fabric_tensor(ALONG, crossings / length_mm))
    assert 1 / math.sqrt(values[2]) == pytest.approx(1.0, rel=0.05)  # half a period
    assert abs(vectors[:, 2] @ normal) / np.linalg.norm(normal) == pytest.approx(1.0, abs=1e-3)


def test_rods_are_short_along_two_axes() -> None:
    """Across rods of diameter d on a lattice of pitch p, a line meets 2 d / p² surfaces per mm."""
    region = region_of(rods(0.8, 2.0, spacing_mm=(0.2,) * 3, size_mm=(14.0,) * 3))
    found = MIL.measure(region, MilSettings(bone_hu=400.0, erosion_mm=0.0))
    assert found["mil_least_most"] < 0.05
    assert found["mil_least_middle"] == pytest.approx(1.0, abs=0.05)
    length_mm, crossings = intercepts(region.hu, region.mask, region.spacing_mm, 400.0, ALONG)
    values = np.linalg.eigvalsh(fabric_tensor(ALONG, crossings / length_mm))
    assert 1 / np.sqrt(values[1:]) == pytest.approx([2.5, 2.5], rel=0.06)


def test_intercepts_are_those_of_sampling_each_line() -> None:
    """Against scipy's interpolation along the same lines, sample by sample."""
    rng = np.random.default_rng(3)
    spacing_mm = (0.5, 0.3, 0.4)
    hu = ndimage.gaussian_filter(rng.normal(size=(14, 17, 15)), 1.0) * 1000
    core = ndimage.binary_erosion(np.ones(hu.shape, dtype=bool), iterations=2)
    core[5:8, 6:9, 4:9] = False
    length_mm, crossings = intercepts(hu, core, spacing_mm, 5.0, ALONG[:12])
    expected = [slow_intercepts(hu, core, spacing_mm, 5.0, one) for one in ALONG[:12]]
    assert np.allclose(np.stack([length_mm, crossings], axis=1), expected)


def slow_intercepts(
    hu: np.ndarray, core: np.ndarray, spacing_mm: Triple, bone_hu: float, along: np.ndarray
) -> tuple[float, float]:
    step = np.asarray(spacing_mm)
    places = np.argwhere(core)
    low, high = places.min(axis=0) - 1, places.max(axis=0) + 1
    other = np.eye(3)[np.abs(along).argmin()]
    first = np.cross(along, other) / np.linalg.norm(np.cross(along, other))
    axes = np.stack([along, first, np.cross(along, first)])
    corners = (
        np.array([[(low, high)[b][a] - low[a] for a, b in enumerate(bits)] for bits in np.ndindex(2, 2, 2)])
        * step
    )
    reach = corners @ axes.T
    pitch = (step.min() / 2, 2 * step.max(), 2 * step.max())
    t, u, v = (
        np.arange(math.ceil((top - bottom) / apart) + 1) * apart + bottom
        for bottom, top, apart in zip(reach.min(axis=0), reach.max(axis=0), pitch, strict=True)
    )
    points = (
        t[:, None, None, None] * axes[0] + u[None, :, None, None] * axes[1] + v[None, None, :, None] * axes[2]
    ) / step + low
    coordinates = np.moveaxis(points, -1, 0)
    bone = ndimage.map_coordinates(hu - bone_hu, coordinates, order=1) > 0
    nearest = np.floor(coordinates + 0.5).astype(int)
    within = ((coordinates >= low[:, None, None, None]) & (coordinates <= high[:, None, None, None])).all(
        axis=0
    )
    inside = np.zeros(bone.shape, dtype=bool)
    inside[within] = core[tuple(nearest[:, within])]
    both = inside[1:] & inside[:-1]
    return float(both.sum() * pitch[0]), float((both & (bone[1:] != bone[:-1])).sum())


def test_intercepts_are_refused_where_they_cannot_be_seen() -> None:
    with pytest.raises(VoxelTooLarge, match="lines miss most"):
        MIL.measure(region_of(plates(2.0, 2.0)))
    with pytest.warns(CoarseVoxels, match=r"mil: a voxel is 0\.6"):
        MIL.measure(region_of(plates(1.8, 1.8, spacing_mm=(0.6,) * 3)))
    solid = plates(100.0, 1.0, spacing_mm=(0.3,) * 3, size_mm=(9.0,) * 3)
    with pytest.raises(OnePhase, match="only voxels above"):
        MIL.measure(region_of(solid))


@pytest.mark.parametrize("stretch", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("spacing_mm", [(0.5, 0.5, 0.5), (0.7, 0.5, 0.5)], ids=str)
def test_gradients_of_stretched_grain(stretch: float, spacing_mm: Triple) -> None:
    """The Gaussian of the derivative widens all axes alike, in squares; the mean of four fields has an error of some 2 %."""
    chosen = AnisotropySettings(erosion_mm=0.0)
    across, along = 1.0, stretch
    scale = max(chosen.scale_mm, 0.7 * max(spacing_mm))
    tensors = []
    for seed in range(4):
        field = grain((72, 72, 72), (along, across, across), spacing_mm, np.random.default_rng(seed))
        tensors.append(gradient_tensor(region_of_field(1000 * field, spacing_mm), chosen))
    tensor = np.mean(tensors, axis=0)
    true = (across**2 + scale**2) / (along**2 + scale**2)
    assert tensor[0, 0] / tensor[1, 1] == pytest.approx(true, rel=0.06)
    assert tensor[2, 2] / tensor[1, 1] == pytest.approx(1.0, rel=0.06)
    assert np.abs(tensor[np.triu_indices(3, 1)]).max() < 0.03 * tensor[1, 1]


def test_a_small_region_without_direction_seems_to_have_one() -> None:
    """Eigenvalues are sorted, so that chance differences add up: the fewer grains, the larger the degree."""
    degrees = [
        np.mean(
            [
                ANISOTROPY.measure(
                    region_of_field(
                        1000 * grain((n, n, n), (1.0,) * 3, (0.5,) * 3, np.random.default_rng(seed)),
                        (0.5,) * 3,
                    ),
                    AnisotropySettings(erosion_mm=0.0),
                )["anisotropy_degree"]
                for seed in range(4)
            ]
        )
        for n in (32, 80)
    ]
    assert degrees[0] > 2 * degrees[1]
    assert degrees[1] < 0.08


def test_gradients_of_plates_have_one_direction_and_of_rods_two() -> None:
    fine = (0.4, 0.4, 0.4)
    flat = ANISOTROPY.measure(
        region_of(plates(1.2, 1.6, spacing_mm=fine, turned_deg=30.0, size_mm=(16.0,) * 3))
    )
    assert flat["anisotropy_middle_most"] < 0.05
    long = ANISOTROPY.measure(region_of(rods(1.2, 2.4, spacing_mm=fine, size_mm=(16.0,) * 3)))
    assert long["anisotropy_middle_most"] > 0.9
    assert long["anisotropy_least_most"] < 0.01


def test_no_direction_without_gradient() -> None:
    body = sphere(12.0, spacing_mm=(0.7, 0.7, 0.7), margin_mm=5.0)
    with pytest.raises(OnePhase, match="one value throughout"):
        ANISOTROPY.measure(BoneRegion.of(body.image.with_array(np.full_like(body.image.array, 5)), body.mask))
